//! The level of one piece of content: its own, or else the default of its space.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use sqlx::SqliteConnection;

use super::super::documents;
use super::super::fields::Fields;
use super::super::paging::single;
use super::super::parameter::path_id;
use super::{check_edition, find_level};
use crate::request::v2_error::{invalid_body, no_content, not_found, wrong_type};
use crate::request::{Call, Refusal};
use crate::storage::classifications::{self, Target};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::drafts;

pub(super) async fn read(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let status = match (kind, call.query.first("status")) {
        (Kind::Whiteboard | Kind::Database, _) | (_, None | Some("current")) => Status::Current,
        (_, Some("draft")) => Status::Draft,
        (_, Some("archived")) => Status::Archived,
        (_, Some(other)) => return Err(wrong_type("status", other, "ContentStatus")),
    };
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let content = documents::find(&call, &mut tx, kind, id).await?;
    let target = target(&mut tx, &content, status).await?;
    let level = match classifications::find(&mut tx, target).await? {
        Some(level) => Some(level),
        None => classifications::find(&mut tx, Target::Space(content.space_id)).await?,
    };
    let noun = kind.as_str();
    let level = level.ok_or_else(|| {
        not_found(format!("Cannot find a classification level of the {noun} with id [{id}]"))
    })?;
    Ok(single(&call, find_level(&level)?.show()))
}

pub(super) async fn set(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let fields = Fields::read(&call.body)?;
    fields.require(&["id", "status"])?;
    let level = fields.text("id")?.unwrap_or_default();
    let status = writable_status(&fields, kind)?;
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let content = documents::find(&call, &mut tx, kind, id).await?;
    let target = target(&mut tx, &content, status).await?;
    classifications::set(&mut tx, target, find_level(level)?.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn reset(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let fields = Fields::read(&call.body)?;
    fields.require(&["status"])?;
    let status = writable_status(&fields, kind)?;
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let content = documents::find(&call, &mut tx, kind, id).await?;
    let target = target(&mut tx, &content, status).await?;
    classifications::clear(&mut tx, target).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Reads the status that gets a level. Whiteboards and databases are edited live and have no drafts.
fn writable_status(fields: &Fields, kind: Kind) -> Result<Status, Refusal> {
    match (fields.text("status")?, kind) {
        (Some("current"), _) => Ok(Status::Current),
        (Some("draft"), Kind::Page | Kind::BlogPost) => Ok(Status::Draft),
        (_, Kind::Page | Kind::BlogPost) => Err(invalid_body("status: must be current or draft")),
        _ => Err(invalid_body("status: must be current")),
    }
}

/// Returns the holder of the level: the content in this status, or its draft. Content that does not exist in this
/// status is not found.
async fn target(
    connection: &mut SqliteConnection,
    content: &Content,
    status: Status,
) -> Result<Target, Refusal> {
    let id = content.id;
    match (status, content.status) {
        (Status::Draft, Status::Current) if drafts::find(connection, id).await?.is_some() => {
            Ok(Target::Draft(id))
        }
        (wanted, actual) if wanted == actual => Ok(Target::Content(id)),
        _ => Err(no_content(content.kind, id)),
    }
}
