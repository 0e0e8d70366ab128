//! Publishing a draft of a page under a new title, as blueprints do.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::super::contents::{check_title_is_free, find, find_node, read_body};
use super::super::show;
use super::create::check_title;
use super::id_text;
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, Edit};

/// The body of a request that publishes a draft.
#[derive(Deserialize)]
struct Request {
    version: Number,
    #[serde(default)]
    title: String,
    #[serde(default)]
    ancestors: Vec<Named>,
}

#[derive(Deserialize)]
struct Number {
    number: i64,
}

#[derive(Deserialize)]
struct Named {
    id: Value,
}

/// Publishes the draft as version 1.
pub(super) async fn publish(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    check_title(&request.title, Status::Current)?;
    if request.version.number != 1 {
        let class = "com.atlassian.confluence.api.service.exceptions.api.ConflictException";
        return Err(exception(StatusCode::CONFLICT, class, "The version of a draft must be 1"));
    }
    let id = call.parameter("draftId");
    let mut tx = call.begin().await?;
    let draft = find(&call, &mut tx, id).await?;
    if draft.kind != Kind::Page || draft.status != Status::Draft {
        return Err(not_found(&format!("No draft found with id : ContentId{{id={id}}}")));
    }
    check_title_is_free(&mut tx, draft.space_id, &request.title).await?;
    if let Some(parent) = request.ancestors.last() {
        let parent = find_node(&call, &mut tx, &id_text(&parent.id)).await?;
        if parent.space_id != draft.space_id {
            return Err(bad_request("The parent must be in the same space as the page"));
        }
        contents::set_parent(&mut tx, &draft, Some(parent.id)).await?;
    }
    let edit = Edit {
        title: &request.title,
        body: &draft.body,
        author_id: &call.account_id,
        message: "",
        minor_edit: false,
        at: call.now(),
    };
    contents::overwrite(&mut tx, draft.id, &edit).await?;
    contents::set_status(&mut tx, draft.id, Status::Current).await?;
    let page = contents::reread(&mut tx, draft.id).await?;
    let shown = show::content(&call, &mut tx, &page).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}
