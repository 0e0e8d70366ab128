//! The history of content: its versions and their authors.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::contents::find;
use super::super::offset::Offset;
use super::super::show;
use super::check_answered;
use crate::request::v1_error::{bad_request, not_found};
use crate::request::{Call, Refusal};
use crate::storage::versions as history_of;
use crate::timestamp::iso;

/// Shows the first and the last version, and the neighbours of the last.
pub(super) async fn history(call: Call) -> Result<Response, Refusal> {
    let id = call.parameter("id");
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, id).await?;
    let all = history_of::all(&mut tx, content.id).await?;
    let mut shown = json!({
        "latest": true,
        "createdBy": show::person(&call, &mut tx, &content.author_id).await?,
        "createdDate": iso(content.created_at),
        "_expandable": { "contributors": "" },
        "_links": {
            "self": format!("{}/rest/api/content/{id}/history", call.base()),
            "base": call.base(),
            "context": "/wiki",
        },
    });
    if let Some(members) = shown.as_object_mut() {
        for (name, version) in ["lastUpdated", "previousVersion"].into_iter().zip(&all) {
            members.insert(name.to_owned(), show::version(&call, &mut tx, version).await?);
        }
    }
    Ok(Json(shown).into_response())
}

/// Lists all versions, newest first.
pub(super) async fn versions(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 200, 200)?;
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let (rows, has_more) = offset.cut(history_of::all(&mut tx, content.id).await?);
    let mut shown: Vec<Value> = Vec::new();
    for version in &rows {
        shown.push(show::version(&call, &mut tx, version).await?);
    }
    Ok(offset.reply(&call, &shown, has_more))
}

/// Shows one version by its number.
pub(super) async fn version(call: Call) -> Result<Response, Refusal> {
    let number = call.parameter("versionNumber");
    let number =
        number.parse().map_err(|_| bad_request(&format!("Version number {number} is not a number")))?;
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let found = history_of::find(&mut tx, content.id, number).await?;
    let version = found.ok_or_else(|| not_found(&format!("No version found with number {number}")))?;
    Ok(Json(show::version(&call, &mut tx, &version).await?).into_response())
}
