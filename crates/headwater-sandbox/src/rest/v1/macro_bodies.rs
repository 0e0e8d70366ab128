//! The body of one macro on a page, as it was written or in another format.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::SqliteConnection;

use super::body_conversion::{Sent, background};
use super::contents::find;
use crate::formats::html::escape;
use crate::formats::storage_format::{self, MacroBody};
use crate::request::v1_error::not_found;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::versions;

/// The operations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getMacroBodyByMacroId" => read(call),
    "v1.getAndConvertMacroBodyByMacroId" => convert(call),
    "v1.getAndAsyncConvertMacroBodyByMacroId" => convert_later(call),
};

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let found = find_macro(&call, &mut tx).await?;
    let path = call.path.strip_prefix("/wiki").unwrap_or(&call.path);
    let body = json!({
        "name": found.name,
        "body": found.body,
        "parameters": found.parameters,
        "_links": { "self": format!("{}{path}", call.base()), "base": call.base(), "context": "/wiki" },
    });
    Ok(Json(body).into_response())
}

async fn convert(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let sent = as_sent(find_macro(&call, &mut tx).await?);
    let to = call.parameter("to");
    let body = json!({
        "value": sent.convert(to)?,
        "representation": to,
        "_expandable": { "content": "", "embeddedContent": "", "webresource": "", "mediaToken": "" },
        "_links": { "base": call.base(), "context": "/wiki" },
    });
    Ok(Json(body).into_response())
}

async fn convert_later(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let sent = as_sent(find_macro(&call, &mut tx).await?);
    let allow_cache = call.query.first("allowCache") == Some("true");
    let id = background::queue(&call, &mut tx, call.parameter("to"), &sent, allow_cache).await?;
    tx.commit().await?;
    Ok(Json(json!({ "asyncId": id })).into_response())
}

/// Finds the macro of the path, in the version of the path; version 0 is the newest.
async fn find_macro(call: &Call, connection: &mut SqliteConnection) -> Result<MacroBody, Refusal> {
    let content = find(call, connection, call.parameter("id")).await?;
    let number = call.parameter("version");
    let missing = || not_found(&format!("No version found with number {number}"));
    let number: i64 = number.parse().map_err(|_| missing())?;
    let body = if number == 0 {
        content.body
    } else {
        versions::find(connection, content.id, number).await?.ok_or_else(missing)?.body
    };
    let id = call.parameter("macroId");
    storage_format::find_macro(&body, id).ok_or_else(|| not_found(&format!("No macro found with id {id}")))
}

fn as_sent(found: MacroBody) -> Sent {
    let value = if found.is_plain { escape(&found.body) } else { found.body };
    Sent { representation: "storage".to_owned(), value }
}
