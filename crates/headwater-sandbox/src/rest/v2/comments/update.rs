//! Changing, resolving and removing comments.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use sqlx::SqliteConnection;

use super::super::documents::{self, list::spaces_of};
use super::super::fields::Fields;
use super::super::parameter::path_id;
use super::super::{entities, paging, representation};
use super::{CommentKind, create, marker, show};
use crate::request::v2_error::{invalid_body, invalid_parameter, version_conflict};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind};
use crate::storage::contents::{self, Edit};
use crate::storage::inline_comments;

/// Updates or resolves a comment. Without a change of the body the version stays the same.
pub(super) async fn update(call: Call, kind: CommentKind) -> Result<Response, Refusal> {
    let id = path_id(&call, "comment-id")?;
    let fields = Fields::read(&call.body)?;
    let Some(version) = fields.object("version")? else {
        return Err(invalid_body("version: must not be null"));
    };
    let number = version.id("number")?.ok_or_else(|| invalid_body("version.number: must not be null"))?;
    let written = fields.value("body").map(representation::read).transpose()?;
    if written.is_none() && kind == CommentKind::Footer {
        return Err(invalid_body("body: must not be null"));
    }
    let resolved = match fields.value("resolved") {
        None => None,
        Some(value) => Some(value.as_bool().ok_or_else(|| invalid_body("resolved: must be a boolean"))?),
    };
    let mut tx = call.begin().await?;
    let comment = super::find(&call, &mut tx, kind, id).await?;
    if number != comment.version + 1 {
        return Err(version_conflict(&call, Kind::Comment, comment.version, number));
    }
    if kind == CommentKind::Inline {
        resolve(&call, &mut tx, &comment, resolved).await?;
    }
    let body = written.as_ref().map_or(comment.body.as_str(), |it| it.storage.as_str());
    if body != comment.body {
        let edit = Edit {
            title: &comment.title,
            body,
            author_id: &call.account_id,
            message: version.text("message")?.unwrap_or_default(),
            minor_edit: false,
            at: call.now(),
        };
        contents::edit(&mut tx, id, &edit).await?;
    }
    let comment = contents::reread(&mut tx, id).await?;
    let version = documents::newest_version(&mut tx, &comment).await?;
    let spaces = spaces_of(&call, &mut tx).await?;
    let format = written.as_ref().map(|it| it.representation);
    let mut shown = show::comment(&call, &mut tx, &comment, &version, &spaces, format).await?;
    shown.resolution = Some(show::read_resolution(&call, &mut tx, &comment).await?);
    let mut shown = entities::json(&shown);
    entities::add_base(&mut shown, &call.base());
    tx.commit().await?;
    Ok(paging::single(&call, shown))
}

async fn resolve(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
    resolved: Option<bool>,
) -> Result<(), Refusal> {
    let Some(place) = inline_comments::find(connection, comment.id).await? else { return Ok(()) };
    if show::resolution(call, connection, comment, &place).await? == "dangling" {
        return Err(invalid_parameter(format!(
            "Cannot update the comment with id [{}]: the text it was made on is gone",
            comment.id
        )));
    }
    let next = match (place.resolution.as_str(), resolved) {
        (present, Some(true)) if present != "resolved" => "resolved",
        ("resolved", Some(false)) => "reopened",
        _ => return Ok(()),
    };
    let (by, at) = (call.account_id.as_str(), call.now());
    Ok(inline_comments::set_resolution(connection, comment.id, next, by, at).await?)
}

/// Deletes a comment, with the answers to it and its marker.
pub(super) async fn remove(call: Call, kind: CommentKind) -> Result<Response, Refusal> {
    let id = path_id(&call, "comment-id")?;
    let mut tx = call.begin().await?;
    let comment = super::find(&call, &mut tx, kind, id).await?;
    if let Some(place) = inline_comments::find(&mut tx, id).await?
        && let Some(container) = show::container(&call, &mut tx, &comment).await?
        && marker::is_in(&container.body, &place.marker_ref)
    {
        let body = marker::take_out(&container.body, &place.marker_ref);
        create::rewrite(&mut tx, &container, &body).await?;
    }
    contents::destroy(&mut tx, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
