//! Restoring and deleting older versions.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use sqlx::SqliteConnection;

use super::contents::{check_title_is_free, read_body};
use super::show;
use crate::access;
use crate::request::v1_error::bad_request;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, Edit};
use crate::storage::versions::{self, Version};

/// The operations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.restoreContentVersion" => restore(call),
    "v1.deleteContentVersion" => remove(call),
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    operation_key: String,
    params: Params,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    version_number: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    restore_title: bool,
}

/// Restores a version: its body, and its title if that is wanted, become a new version.
async fn restore(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    if request.operation_key != "restore" {
        return Err(bad_request(&format!("Unknown operation key {}. Use restore", request.operation_key)));
    }
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx).await?;
    let then = older(&mut tx, &content, request.params.version_number).await?;
    let title = if request.params.restore_title { &then.title } else { &content.title };
    let is_taken = title.to_lowercase() != content.title.to_lowercase();
    if content.kind == Kind::Page && is_taken {
        check_title_is_free(&mut tx, content.space_id, title).await?;
    }
    let edit = Edit {
        title,
        body: &then.body,
        author_id: &call.account_id,
        message: &request.params.message,
        minor_edit: false,
        at: call.now(),
    };
    let content = contents::edit(&mut tx, content.id, &edit).await?;
    let shown = show::newest_version(&call, &mut tx, &content).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let number = call.parameter("versionNumber");
    let number =
        number.parse().map_err(|_| bad_request(&format!("Version number {number} is not a number")))?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx).await?;
    let version = older(&mut tx, &content, number).await?;
    versions::remove(&mut tx, content.id, version.number).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Finds the content of the path. Content that does not exist is a bad request here, not a 404.
async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<Content, Refusal> {
    let id = call.parameter("id");
    let missing = || bad_request(&format!("No content found with id : ContentId{{id={id}}}"));
    let number = id.strip_prefix("att").unwrap_or(id).parse().map_err(|_| missing())?;
    let found = access::find(call, connection, number).await?;
    found
        .filter(|content| content.visible_to(&call.account_id) && content.status == Status::Current)
        .ok_or_else(missing)
}

/// Finds a version, unless it is the current one.
async fn older(
    connection: &mut SqliteConnection,
    content: &Content,
    number: i64,
) -> Result<Version, Refusal> {
    if number == content.version {
        return Err(bad_request(&format!("Version {number} is the current version")));
    }
    let version = versions::find(connection, content.id, number).await?;
    version.ok_or_else(|| bad_request(&format!("No version found with number {number}")))
}
