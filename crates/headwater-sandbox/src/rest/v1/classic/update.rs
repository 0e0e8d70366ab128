//! Updating content, restoring it from the trash, and deleting it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::super::contents::{check_title_is_free, find, find_node, read_body};
use super::super::{expand, show};
use super::create::check_title;
use super::{Bodies, check_answered, id_text};
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, Edit};
use crate::storage::{drafts, tree};

/// The body of an update. Members that are left out do not change.
#[derive(Deserialize)]
struct Request {
    version: Number,
    title: Option<String>,
    status: Option<String>,
    #[serde(default)]
    ancestors: Vec<Named>,
    #[serde(default)]
    body: Bodies,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Number {
    number: i64,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    minor_edit: bool,
}

#[derive(Deserialize)]
struct Named {
    id: Value,
}

pub(super) async fn update(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    match (content.status, request.status.as_deref()) {
        (Status::Trashed, Some("current")) => restore(&mut tx, &content).await?,
        (Status::Trashed, _) => return Err(missing(&call)),
        _ => revise(&call, &mut tx, &content, &request).await?,
    }
    let content = contents::reread(&mut tx, content.id).await?;
    let mut shown = show::content(&call, &mut tx, &content).await?;
    expand::add_body(&call, &mut tx, &content, "storage", &mut shown).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

/// Moves content to the trash, or with `status=trashed` deletes it from there. Comments and drafts are deleted at
/// once.
pub(super) async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let status = call.query.first("status");
    match (content.status, status) {
        (Status::Trashed, Some("trashed")) | (Status::Draft, Some("draft")) => {
            contents::destroy(&mut tx, content.id).await?;
        }
        (Status::Current, None | Some("current")) if content.kind == Kind::Comment => {
            contents::destroy(&mut tx, content.id).await?;
        }
        (Status::Current, None | Some("current")) => {
            contents::trash(&mut tx, &content, call.content_rules().children_of_trashed).await?;
        }
        _ => return Err(missing(&call)),
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn restore(connection: &mut SqliteConnection, content: &Content) -> Result<(), Refusal> {
    if content.kind == Kind::Page {
        check_title_is_free(connection, content.space_id, &content.title).await?;
    }
    Ok(contents::restore(connection, content).await?)
}

/// Adds a version; content that stays the same keeps its number.
async fn revise(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    request: &Request,
) -> Result<(), Refusal> {
    let title = request.title.as_deref().unwrap_or(&content.title);
    let body = request.body.storage()?.unwrap_or_else(|| content.body.clone());
    check_title(title, content.status)?;
    let first = content.status == Status::Draft;
    let expected = if first { 1 } else { content.version + 1 };
    if request.version.number != expected {
        return Err(conflict(content));
    }
    let claims = first || title.to_lowercase() != content.title.to_lowercase();
    if content.kind == Kind::Page && claims {
        check_title_is_free(connection, content.space_id, title).await?;
    }
    relocate(call, connection, content, request).await?;
    let edit = Edit {
        title,
        body: &body,
        author_id: &call.account_id,
        message: request.version.message.as_deref().unwrap_or_default(),
        minor_edit: request.version.minor_edit,
        at: call.now(),
    };
    if first {
        contents::overwrite(connection, content.id, &edit).await?;
        if request.status.as_deref() != Some("draft") {
            contents::set_status(connection, content.id, Status::Current).await?;
        }
    } else if title != content.title || body != content.body {
        contents::edit(connection, content.id, &edit).await?;
    }
    drafts::discard(connection, content.id).await?;
    Ok(())
}

/// Moves a page below another parent.
async fn relocate(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    request: &Request,
) -> Result<(), Refusal> {
    let Some(parent) = request.ancestors.last().filter(|_| content.kind.is_in_tree()) else { return Ok(()) };
    let parent = find_node(call, connection, &id_text(&parent.id)).await?;
    if content.parent_id == Some(parent.id) {
        return Ok(());
    }
    if parent.space_id != content.space_id {
        return Err(bad_request("The parent must be in the same space as the page"));
    }
    let above = tree::ancestors(connection, &parent).await?;
    if parent.id == content.id || above.iter().any(|node| node.id == content.id) {
        return Err(bad_request("A page cannot be moved below itself"));
    }
    Ok(contents::set_parent(connection, content, Some(parent.id)).await?)
}

fn conflict(content: &Content) -> Refusal {
    let class = "com.atlassian.confluence.api.service.exceptions.api.ConflictException";
    let number = content.version;
    let text = format!("Version must be incremented on update. Current version is: {number}");
    exception(StatusCode::CONFLICT, class, &text)
}

fn missing(call: &Call) -> Refusal {
    not_found(&format!("No content found with id : ContentId{{id={}}}", call.parameter("id")))
}
