//! The media server: the bytes of attachments, for anybody who has a link that has not expired.

use axum::Router;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::SqliteConnection;

use crate::request::Refusal;
use crate::state::State;
use crate::storage::{StorageError, attachments, contents};

/// The routes of the media server.
pub(crate) fn router(state: State) -> Router {
    Router::new().route("/media/{token}", get(serve)).with_state(state)
}

async fn serve(Extract(state): Extract<State>, Path(token): Path<String>) -> Result<Response, Refusal> {
    let mut tx = state.storage.begin().await?;
    let gone = || Refusal::answer((StatusCode::FORBIDDEN, "this download link is unknown or has expired"));
    let id = attachments::follow_link(&mut tx, &token, state.clock.now_ms()).await?.ok_or_else(gone)?;
    download(&mut tx, id).await?.ok_or_else(gone)
}

/// Returns the bytes of an attachment as a download. Browsers never show them, because they can be anything that
/// somebody uploaded.
pub(crate) async fn download(
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Option<Response>, StorageError> {
    let Some(file) = attachments::find(&mut *connection, id).await? else { return Ok(None) };
    let Some(data) = attachments::data(&mut *connection, id).await? else { return Ok(None) };
    let name = contents::reread(&mut *connection, id).await?.title;
    let disposition =
        format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(&name, NON_ALPHANUMERIC));
    let headers = [
        (CONTENT_TYPE, file.media_type),
        (CONTENT_DISPOSITION, disposition),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok(Some((headers, data).into_response()))
}
