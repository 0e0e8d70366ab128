//! Groups and their members.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::contents::read_body;
use super::offset::Offset;
use super::users;
use crate::access;
use crate::request::v1_error::{bad_request, forbidden, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::groups::{self, Group};
use crate::storage::users as people;

/// The number of rows in a list.
const LIMIT: usize = 200;

/// The operations on groups.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getGroups" => list(call),
    "v1.createGroup" => create(call),
    "v1.getGroupByGroupId" => read(call),
    "v1.removeGroupById" => remove(call),
    "v1.searchGroups" => pick(call),
    "v1.getGroupMembersByGroupId" => members(call),
    "v1.addUserToGroupByGroupId" => add_member(call),
    "v1.removeMemberFromGroupByGroupId" => remove_member(call),
    "v1.getGroupMembershipsForUser" => of_user(call),
};

async fn list(call: Call) -> Result<Response, Refusal> {
    let access = call.query.first("accessType").map(str::to_owned);
    if let Some(word) = access.as_deref().filter(|word| !["user", "admin", "site-admin"].contains(word)) {
        return Err(bad_request(&format!("accessType {word} is not one of user, admin and site-admin")));
    }
    let mut tx = call.begin().await?;
    let mut found = groups::all(&mut tx, &call.site.cloud_id).await?;
    found.retain(|group| access.as_ref().is_none_or(|access| *access == group.access));
    reply(&call, found)
}

async fn pick(call: Call) -> Result<Response, Refusal> {
    let wanted = call.query.first("query").ok_or_else(|| bad_request("query parameter is required"))?;
    let wanted = wanted.to_lowercase();
    let mut tx = call.begin().await?;
    let mut found = groups::all(&mut tx, &call.site.cloud_id).await?;
    found.retain(|group| group.name.to_lowercase().contains(&wanted));
    reply(&call, found)
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let group = find(&call, &mut tx, "id").await?;
    Ok(Json(show(&call, &group)).into_response())
}

async fn create(call: Call) -> Result<Response, Refusal> {
    #[derive(Deserialize)]
    struct Request {
        name: String,
    }
    let request: Request = read_body(&call.body)?;
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > 255 {
        return Err(bad_request("Group name must have between 1 and 255 characters"));
    }
    let mut tx = begin(&call).await?;
    let known = groups::all(&mut tx, &call.site.cloud_id).await?;
    if known.iter().any(|group| group.name.eq_ignore_ascii_case(name)) {
        return Err(bad_request(&format!("A group with the name {name} already exists")));
    }
    let group = Group { group_id: call.new_uuid(), name: name.to_owned(), access: String::new() };
    groups::insert(&mut tx, &call.site.cloud_id, &group).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(show(&call, &group))).into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = begin(&call).await?;
    let group = find(&call, &mut tx, "id").await?;
    groups::remove(&mut tx, &group.group_id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lists the members of a group. A group that does not exist has none, as measured on a live site.
async fn members(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, LIMIT, usize::MAX)?;
    if offset.limit > LIMIT {
        return Err(bad_request(&format!("limit must not be greater than {LIMIT}")));
    }
    let mut tx = call.begin().await?;
    let group = groups::find(&mut tx, &call.site.cloud_id, call.parameter("groupId")).await?;
    let found = match group {
        Some(group) => groups::members(&mut tx, &group.group_id).await?,
        None => Vec::new(),
    };
    let (found, has_more) = offset.cut(found);
    let rows: Vec<Value> = found.iter().map(|user| users::show(user, &call)).collect();
    Ok(offset.reply(&call, &rows, has_more))
}

async fn add_member(call: Call) -> Result<Response, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Request {
        account_id: String,
    }
    let request: Request = read_body(&call.body)?;
    let mut tx = begin(&call).await?;
    let group = find(&call, &mut tx, "groupId").await?;
    let user = people::find(&mut tx, &request.account_id).await?;
    let user = user.ok_or_else(|| bad_request(&format!("No user with account id {}", request.account_id)))?;
    groups::add_member(&mut tx, &group.group_id, &user.account_id).await?;
    tx.commit().await?;
    Ok(StatusCode::CREATED.into_response())
}

async fn remove_member(call: Call) -> Result<Response, Refusal> {
    let account_id = call.query.first("accountId").ok_or_else(|| bad_request("accountId is required"))?;
    let mut tx = begin(&call).await?;
    let group = find(&call, &mut tx, "groupId").await?;
    if people::find(&mut tx, account_id).await?.is_none() {
        return Err(not_found(&format!("No user with account id {account_id}")));
    }
    groups::remove_member(&mut tx, &group.group_id, account_id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn of_user(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let user = users::find(&call, &mut tx).await?;
    let found = groups::of_user(&mut tx, &call.site.cloud_id, &user.account_id).await?;
    reply(&call, found)
}

/// Begins a transaction for an administrator of the site; refuses others.
async fn begin(call: &Call) -> Result<Transaction<'static, Sqlite>, Refusal> {
    let mut tx = call.begin().await?;
    if access::administers_site(call, &mut tx).await? {
        Ok(tx)
    } else {
        Err(forbidden("User must be a site admin"))
    }
}

async fn find(call: &Call, connection: &mut SqliteConnection, name: &str) -> Result<Group, Refusal> {
    let id = call.query.first(name).ok_or_else(|| bad_request(&format!("{name} is required")))?;
    let group = groups::find(connection, &call.site.cloud_id, id).await?;
    group.ok_or_else(|| not_found(&format!("No group with id : {id}")))
}

fn reply(call: &Call, found: Vec<Group>) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, LIMIT, LIMIT)?;
    let (found, has_more) = offset.cut(found);
    let rows: Vec<Value> = found.iter().map(|group| show(call, group)).collect();
    Ok(offset.reply(call, &rows, has_more))
}

/// Shows a group.
pub(super) fn show(call: &Call, group: &Group) -> Value {
    json!({
        "type": "group",
        "name": group.name,
        "id": group.group_id,
        "usageType": "USERBASE_GROUP",
        "managedBy": "ADMINS",
        "_links": { "self": format!("{}/rest/api/group/by-id?id={}", call.base(), group.group_id) },
    })
}
