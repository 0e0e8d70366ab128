//! Reading one piece of content, as it is or as it was.

use axum::Json;
use axum::response::{IntoResponse, Response};

use super::super::contents::find;
use super::super::show;
use super::check_answered;
use crate::request::v1_error::{bad_request, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::Status;
use crate::storage::versions;

pub(super) async fn read(call: Call) -> Result<Response, Refusal> {
    let id = call.parameter("id");
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let mut content = find(&call, &mut tx, id).await?;
    let missing = || not_found(&format!("No content found with id : ContentId{{id={id}}}"));
    let wanted = call.query.list("status");
    let is_wanted = match content.status {
        Status::Current | Status::Archived if wanted.is_empty() => true,
        status => wanted.contains(&"any") || wanted.contains(&status.as_str()),
    };
    if let Some(number) = call.query.first("version") {
        let number =
            number.parse().map_err(|_| bad_request(&format!("Version number {number} is not a number")))?;
        let then = versions::find(&mut tx, content.id, number).await?.ok_or_else(missing)?;
        content.version = then.number;
        content.title = then.title;
        content.body = then.body;
    } else if !is_wanted {
        return Err(missing());
    }
    let shown = show::content(&call, &mut tx, &content).await?;
    Ok(Json(shown).into_response())
}
