//! Restrictions of content to the users and groups who may read or update it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::contents::find;
use super::groups as shown_groups;
use super::offset::Offset;
use super::users as shown_users;
use crate::edition::Edition;
use crate::request::v1_error::{bad_request, forbidden, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::restrictions::{self, OPERATIONS, Restriction};
use crate::storage::{editions, groups, users};

/// The operations on restrictions.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getRestrictions" => list(call),
    "v1.updateRestrictions" => change(call, true),
    "v1.addRestrictions" => change(call, false),
    "v1.deleteRestrictions" => clear(call),
    "v1.getRestrictionsByOperation" => by_operation(call),
    "v1.getRestrictionsForOperation" => of_operation(call),
    "v1.getContentRestrictionStatusForUser" => has(call),
    "v1.addUserToContentRestriction" => add(call),
    "v1.removeUserFromContentRestriction" => remove(call),
    "v1.getIndividualGroupRestrictionStatusByGroupId" => has(call),
    "v1.addGroupToContentRestrictionByGroupId" => add(call),
    "v1.removeGroupFromContentRestriction" => remove(call),
};

async fn list(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    reply(&call, &mut tx, content.id).await
}

async fn by_operation(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let mut shown = serde_json::Map::new();
    for operation in OPERATIONS {
        shown.insert(operation.to_owned(), show(&call, &mut tx, content.id, operation).await?);
    }
    let path = format!("{}/rest/api/content/{}/restriction/byOperation", call.base(), content.id);
    shown.insert("_links".to_owned(), json!({ "self": path, "base": call.base(), "context": "/wiki" }));
    Ok(Json(Value::Object(shown)).into_response())
}

async fn of_operation(call: Call) -> Result<Response, Refusal> {
    let operation = operation(&call)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    Ok(Json(show(&call, &mut tx, content.id, operation).await?).into_response())
}

/// Replaces all restrictions by those of the body, or adds them.
async fn change(call: Call, replace: bool) -> Result<Response, Refusal> {
    let body: Value = serde_json::from_slice(&call.body)
        .map_err(|error| bad_request(&format!("Could not read the request body: {error}")))?;
    let entries = body.as_array().or_else(|| body.get("results").and_then(Value::as_array));
    let entries = entries.ok_or_else(|| bad_request("results is required"))?;
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let mut wanted = Vec::new();
    for entry in entries {
        let operation = entry.get("operation").and_then(Value::as_str).unwrap_or_default();
        if !OPERATIONS.contains(&operation) {
            return Err(bad_request(&format!("Operation '{operation}' cannot be restricted")));
        }
        for (kind, principal_id) in principals(entry) {
            wanted.push(restriction(operation, kind, &principal_id));
        }
    }
    for it in &wanted {
        check_exists(&call, &mut tx, it).await?;
    }
    if replace {
        for operation in OPERATIONS {
            restrictions::clear(&mut tx, content.id, operation).await?;
        }
    }
    for it in &wanted {
        restrictions::insert(&mut tx, content.id, it).await?;
    }
    check_not_locked_out(&call, &mut tx, content.id).await?;
    restrictions::note_private(&mut tx, content.id).await?;
    let response = reply(&call, &mut tx, content.id).await?;
    tx.commit().await?;
    Ok(response)
}

async fn clear(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    for operation in OPERATIONS {
        restrictions::clear(&mut tx, content.id, operation).await?;
    }
    restrictions::note_private(&mut tx, content.id).await?;
    let response = reply(&call, &mut tx, content.id).await?;
    tx.commit().await?;
    Ok(response)
}

/// Answers with a status alone whether a user or group has a restriction.
async fn has(call: Call) -> Result<Response, Refusal> {
    let wanted = named(&call)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let all = restrictions::of_content(&mut tx, content.id).await?;
    if all.contains(&wanted) {
        return Ok(StatusCode::OK.into_response());
    }
    Err(not_found("There is no such restriction on the content"))
}

async fn add(call: Call) -> Result<Response, Refusal> {
    let wanted = named(&call)?;
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    check_exists(&call, &mut tx, &wanted).await?;
    restrictions::insert(&mut tx, content.id, &wanted).await?;
    check_not_locked_out(&call, &mut tx, content.id).await?;
    restrictions::note_private(&mut tx, content.id).await?;
    tx.commit().await?;
    Ok(StatusCode::OK.into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let wanted = named(&call)?;
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    if !restrictions::remove(&mut tx, content.id, &wanted).await? {
        return Err(not_found("There is no such restriction on the content"));
    }
    check_not_locked_out(&call, &mut tx, content.id).await?;
    restrictions::note_private(&mut tx, content.id).await?;
    tx.commit().await?;
    Ok(StatusCode::OK.into_response())
}

fn operation(call: &Call) -> Result<&'static str, Refusal> {
    let wanted = call.parameter("operationKey");
    let known = OPERATIONS.into_iter().find(|operation| *operation == wanted);
    known.ok_or_else(|| not_found(&format!("Operation '{wanted}' cannot be restricted")))
}

/// Reads the restriction that the path and the query name.
fn named(call: &Call) -> Result<Restriction, Refusal> {
    let operation = operation(call)?;
    match call.parameter("groupId") {
        "" => {
            let id = call.query.first("accountId").ok_or_else(|| bad_request("accountId is required"))?;
            Ok(restriction(operation, "user", id))
        }
        group_id => Ok(restriction(operation, "group", group_id)),
    }
}

fn restriction(operation: &str, kind: &str, id: &str) -> Restriction {
    Restriction {
        operation: operation.to_owned(),
        principal_type: kind.to_owned(),
        principal_id: id.to_owned(),
    }
}

/// Reads the users and groups of an entry: lists of them, or objects that hold such lists.
fn principals(entry: &Value) -> Vec<(&'static str, String)> {
    let named = |kind: &'static str, id: &'static str| {
        let value = entry.get("restrictions").and_then(|it| it.get(kind));
        let rows = value.and_then(|it| it.as_array().or_else(|| it.get("results")?.as_array()));
        let ids = rows.into_iter().flatten().filter_map(move |row| row.get(id)?.as_str());
        ids.map(move |id| (kind, id.to_owned())).collect::<Vec<_>>()
    };
    [named("user", "accountId"), named("group", "id")].concat()
}

async fn check_exists(
    call: &Call,
    connection: &mut SqliteConnection,
    it: &Restriction,
) -> Result<(), Refusal> {
    let is_known = match it.principal_type.as_str() {
        "user" => users::find(connection, &it.principal_id).await?.is_some(),
        _ => groups::find(connection, &call.site.cloud_id, &it.principal_id).await?.is_some(),
    };
    if is_known {
        return Ok(());
    }
    Err(bad_request(&format!("No {} found with id: {}", it.principal_type, it.principal_id)))
}

/// Refuses restrictions that would lock the user out.
async fn check_not_locked_out(
    call: &Call,
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<(), Refusal> {
    let content = crate::storage::contents::reread(connection, content_id).await?;
    let sees = crate::storage::access::sees(connection, &content, call.viewer()).await?;
    let closed = match call.viewer() {
        Some(account_id) => {
            crate::storage::access::is_closed_to_editor(connection, &content, account_id).await?
        }
        None => false,
    };
    if sees && !closed {
        return Ok(());
    }
    Err(bad_request("You cannot restrict content so that you can no longer view or edit it yourself"))
}

/// Refuses on the free edition, which has no restrictions.
async fn check_edition(call: &Call, connection: &mut SqliteConnection) -> Result<(), Refusal> {
    if editions::of_site(connection, &call.site.cloud_id).await? == Edition::Free {
        return Err(forbidden("The edition of this site does not include content restrictions"));
    }
    Ok(())
}

/// Shows the restrictions of both operations. One without users and groups is open to all.
async fn reply(call: &Call, connection: &mut SqliteConnection, content_id: i64) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 100, 200)?;
    let mut rows = Vec::new();
    for operation in OPERATIONS {
        rows.push(show(call, connection, content_id, operation).await?);
    }
    let all = restrictions::of_content(connection, content_id).await?;
    let hash = crate::random::uuid_of(&format!("{all:?}"));
    let body = json!({
        "results": rows,
        "start": offset.start,
        "limit": offset.limit,
        "size": rows.len(),
        "restrictionsHash": hash,
        "_links": {
            "self": format!("{}/rest/api/content/{content_id}/restriction", call.base()),
            "base": call.base(),
            "context": "/wiki",
        },
    });
    Ok(Json(body).into_response())
}

/// Shows the restriction of one operation.
async fn show(
    call: &Call,
    connection: &mut SqliteConnection,
    content_id: i64,
    operation: &str,
) -> Result<Value, Refusal> {
    let offset = Offset::read(&call.query, 100, 200)?;
    let (mut people, mut teams) = (Vec::new(), Vec::new());
    for it in restrictions::of_content(connection, content_id).await? {
        if it.operation != operation {
            continue;
        }
        if it.principal_type == "user" {
            let user = users::find(connection, &it.principal_id).await?;
            people.extend(user.map(|user| shown_users::show(&user, call)));
        } else {
            let group = groups::find(connection, &call.site.cloud_id, &it.principal_id).await?;
            teams.extend(group.map(|group| shown_groups::show(call, &group)));
        }
    }
    let list = |rows: Vec<Value>| {
        let (rows, _) = offset.cut(rows);
        json!({ "results": rows, "start": offset.start, "limit": offset.limit, "size": rows.len() })
    };
    let path = format!("{}/rest/api/content/{content_id}/restriction/byOperation/{operation}", call.base());
    Ok(json!({
        "operation": operation,
        "restrictions": { "user": list(people), "group": list(teams) },
        "_expandable": { "restrictions": "", "content": format!("/rest/api/content/{content_id}") },
        "_links": { "self": path },
    }))
}
