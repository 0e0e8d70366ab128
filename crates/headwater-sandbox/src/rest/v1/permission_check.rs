//! Permission checks: whether a user or a group may do something with content.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use sqlx::SqliteConnection;

use super::contents::{find, read_body};
use crate::access;
use crate::request::v1_error::{bad_request, forbidden};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Content;
use crate::storage::{groups, users};

#[derive(Deserialize)]
struct Request {
    subject: Subject,
    operation: String,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(rename = "type")]
    kind: String,
    identifier: String,
}

/// The operation that checks.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.checkContentPermission" => check(call),
};

async fn check(mut call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    if !["read", "update", "delete"].contains(&request.operation.as_str()) {
        return Err(bad_request(&format!("Operation '{}' cannot be checked", request.operation)));
    }
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let Subject { kind, identifier } = request.subject;
    let is_self = kind == "user" && identifier == call.account_id;
    if !is_self && !access::administers_site(&call, &mut tx).await? {
        return Err(forbidden("Only administrators may check the permissions of others"));
    }
    let subjects = match kind.as_str() {
        "user" => users::find(&mut tx, &identifier).await?.map(|user| vec![user.account_id]),
        // A group may what each of its members may.
        "group" => match groups::find(&mut tx, &call.site.cloud_id, &identifier).await? {
            Some(group) => {
                let members = groups::members(&mut tx, &group.group_id).await?;
                Some(members.into_iter().map(|user| user.account_id).collect())
            }
            None => None,
        },
        _ => None,
    };
    let subjects =
        subjects.ok_or_else(|| bad_request(&format!("Subject {kind} {identifier} does not exist")))?;
    let mut has_permission = !subjects.is_empty();
    call.unlocked = false;
    for account_id in subjects {
        call.account_id = account_id;
        has_permission &= may(&call, &mut tx, &content, &request.operation).await?;
    }
    let errors = if has_permission { json!([]) } else { denial(&request.operation) };
    let body = json!({
        "hasPermission": has_permission,
        "errors": errors,
        "_links": { "base": call.base(), "context": "/wiki" },
    });
    Ok(Json(body).into_response())
}

fn denial(operation: &str) -> serde_json::Value {
    json!([{ "translation": format!("The subject may not {operation} the content"), "args": [] }])
}

async fn may(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    operation: &str,
) -> Result<bool, Refusal> {
    if access::find(call, connection, content.id).await?.is_none() {
        return Ok(false);
    }
    match operation {
        "update" => access::may_update(call, connection, content).await,
        "delete" => access::may_delete(call, connection, content).await,
        _ => Ok(true),
    }
}
