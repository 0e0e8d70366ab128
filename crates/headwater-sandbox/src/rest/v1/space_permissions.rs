//! Granting and revoking permissions in a space.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::contents::read_body;
use super::spaces::find;
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::space_permissions::{self, Principal, Right};
use crate::storage::{groups, site_switches, users};

#[derive(Deserialize)]
struct Request {
    subject: Subject,
    operation: Operation,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(rename = "type")]
    kind: String,
    identifier: String,
}

#[derive(Deserialize)]
struct Operation {
    key: String,
    target: String,
}

/// The operations on permissions.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.addPermissionToSpace" => add(call),
    "v1.removePermission" => remove(call),
};

/// Refuses on sites where only roles give access.
async fn check_mode(call: &Call) -> Result<(), Refusal> {
    let mut tx = call.begin().await?;
    if !site_switches::is_on(&mut tx, &call.site.cloud_id, site_switches::ONLY_ROLES).await? {
        return Ok(());
    }
    Err(exception(
        StatusCode::BAD_REQUEST,
        "com.atlassian.confluence.security.rbac.InvalidRbacOperationException",
        "Space permission updates that are not from RBAC are not supported in roles-only mode",
    ))
}

async fn add(call: Call) -> Result<Response, Refusal> {
    let Request { subject, operation } = read_body(&call.body)?;
    check_mode(&call).await?;
    let Some(right) = Right::find(&operation.key, &operation.target) else {
        return Err(bad_request(&format!("{} {} cannot be allowed", operation.key, operation.target)));
    };
    let mut tx = call.begin().await?;
    let space = find(&call, &mut tx).await?;
    let id = match subject.kind.as_str() {
        "user" => users::find(&mut tx, &subject.identifier).await?.map(|user| user.account_id),
        // Groups are named or given by their id.
        "group" => groups::all(&mut tx, &call.site.cloud_id)
            .await?
            .into_iter()
            .find(|group| group.group_id == subject.identifier || group.name == subject.identifier)
            .map(|group| group.group_id),
        _ => None,
    };
    let id = id.ok_or_else(|| bad_request(&format!("No {} found: {}", subject.kind, subject.identifier)))?;
    let principal = Principal { kind: subject.kind.clone(), id };
    let held = space_permissions::of_space(&mut tx, space.id).await?;
    let reads = held.iter().any(|permission| {
        permission.principal == principal
            && (permission.operation.as_str(), permission.target.as_str()) == ("read", "space")
    });
    if !reads && right.id() != "read/space" {
        return Err(bad_request("The 'read space' permission must be given first"));
    }
    let id = space_permissions::grant(&mut tx, space.id, &principal, right.operation, right.target).await?;
    let id = id.ok_or_else(|| bad_request("Permission already exists"))?;
    tx.commit().await?;
    let shown = json!({
        "id": id,
        "subject": { "type": subject.kind, "identifier": subject.identifier },
        "operation": { "key": right.operation, "target": right.target },
        "_links": { "base": call.base(), "context": "/wiki" },
    });
    Ok(Json(shown).into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    check_mode(&call).await?;
    let mut tx = call.begin().await?;
    let space = find(&call, &mut tx).await?;
    let held = space_permissions::of_space(&mut tx, space.id).await?;
    let id = call.parameter("id");
    let it = held.iter().find(|it| it.id.to_string() == id);
    let it = it.ok_or_else(|| not_found(&format!("No permission with id : {id}")))?;
    let administers = |it: &space_permissions::Permission| it.operation == "administer";
    let takes_all = it.operation == "read" && it.target == "space";
    let is_last = held
        .iter()
        .filter(|other| administers(other))
        .all(|other| other.id == it.id || (takes_all && other.principal == it.principal));
    if is_last {
        return Err(bad_request("All of the admin permissions cannot be removed from a space"));
    }
    if takes_all {
        space_permissions::revoke_all(&mut tx, space.id, &it.principal).await?;
    } else {
        space_permissions::revoke(&mut tx, it.id).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
