//! Watching content, spaces and labels.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::contents;
use super::offset::Offset;
use crate::access;
use crate::request::v1_error::{exception, forbidden, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::users::User;
use crate::storage::watches::{self, Target};
use crate::storage::{labels, users};

/// The operations on watches.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getContentWatchStatus" => status(call),
    "v1.addContentWatcher" => add(call),
    "v1.removeContentWatcher" => remove(call),
    "v1.isWatchingSpace" => status(call),
    "v1.addSpaceWatcher" => add(call),
    "v1.removeSpaceWatch" => remove(call),
    "v1.isWatchingLabel" => status(call),
    "v1.addLabelWatcher" => add(call),
    "v1.removeLabelWatcher" => remove(call),
    "v1.getWatchesForPage" => list(call, false),
    "v1.getWatchesForSpace" => list(call, true),
    "v1.getWatchersForSpace" => of_space(call),
};

async fn status(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (target, account_id) = read(&call, &mut tx).await?;
    let watching = watches::watchers(&mut tx, &target).await?;
    let watching = watching.iter().any(|user| user.account_id == account_id);
    Ok(Json(json!({ "watching": watching })).into_response())
}

async fn add(call: Call) -> Result<Response, Refusal> {
    let token = call.headers.get("x-atlassian-token").and_then(|value| value.to_str().ok());
    if !token.is_some_and(|token| ["no-check", "nocheck"].contains(&token)) {
        return Err(Refusal::answer((StatusCode::FORBIDDEN, "XSRF check failed")));
    }
    let mut tx = call.begin().await?;
    let (target, account_id) = read(&call, &mut tx).await?;
    watches::add(&mut tx, &target, &account_id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (target, account_id) = read(&call, &mut tx).await?;
    watches::remove(&mut tx, &target, &account_id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Reads the target of a watch and the account it is for. Only administrators may name another account.
async fn read(call: &Call, connection: &mut SqliteConnection) -> Result<(Target, String), Refusal> {
    let (name, text) = call.first_parameter();
    let (target, space_id) = match name {
        "contentId" => {
            let content = contents::find(call, connection, text)
                .await
                .map_err(|_| forbidden(&format!("The user cannot view content with id: {text}")))?;
            (Target::Content(content.id), Some(content.space_id))
        }
        "spaceKey" => {
            let space = access::find_space_by_key(call, connection, text).await?;
            let space = space.ok_or_else(|| forbidden(&format!("The user cannot view space: {text}")))?;
            (Target::Space(space.id), Some(space.id))
        }
        _ => {
            let label = text.to_lowercase();
            if labels::named(connection, &label).await?.is_empty() {
                return Err(forbidden(&format!("No label found with name: {text}")));
            }
            (Target::Label(call.site.cloud_id.clone(), label), None)
        }
    };
    let Some(other) = call.query.first("accountId").filter(|other| *other != call.account_id) else {
        return Ok((target, call.account_id.clone()));
    };
    let administers = access::administers_site(call, connection).await?
        || match space_id {
            Some(id) => access::administers(call, connection, id).await?,
            None => false,
        };
    if !administers {
        return Err(forbidden("Only administrators may change or see the watches of others"));
    }
    let user = users::find(connection, other).await?;
    let user = user.ok_or_else(|| not_found(&format!("No user found with account id: {other}")))?;
    Ok((target, user.account_id))
}

/// Lists the watchers of content, or of its space.
async fn list(call: Call, of_its_space: bool) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 200, 200)?;
    let text = call.parameter("id");
    if text.parse::<i64>().is_err() {
        // Measured on a live site: the key of a space is not expected here.
        let problem = format!("For input string: \"{text}\"");
        return Err(exception(
            StatusCode::INTERNAL_SERVER_ERROR,
            "java.lang.NumberFormatException",
            &problem,
        ));
    }
    let mut tx = call.begin().await?;
    let content = contents::find(&call, &mut tx, text).await?;
    if of_its_space {
        let space = access::find_space(&call, &mut tx, content.space_id).await?;
        let key = space.map(|space| space.key).unwrap_or_default();
        let found = watches::watchers(&mut tx, &Target::Space(content.space_id)).await?;
        return Ok(reply(&call, offset, found, &json!({ "spaceKey": key, "type": "space" })));
    }
    let found = watches::watchers(&mut tx, &Target::Content(content.id)).await?;
    Ok(reply(&call, offset, found, &json!({ "contentId": content.id, "type": content.kind.as_str() })))
}

async fn of_space(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 200, 200)?;
    let key = call.parameter("spaceKey");
    let mut tx = call.begin().await?;
    let space = access::find_space_by_key(&call, &mut tx, key).await?;
    let space = space.ok_or_else(|| not_found(&format!("No space with key : {key}")))?;
    let found = watches::watchers(&mut tx, &Target::Space(space.id)).await?;
    Ok(reply(&call, offset, found, &json!({ "spaceKey": space.key, "type": "space" })))
}

fn reply(call: &Call, offset: Offset, found: Vec<User>, common: &Value) -> Response {
    let (users, has_more) = offset.cut(found);
    let rows: Vec<Value> = users
        .iter()
        .map(|user| {
            let mut row = common.clone();
            if let Some(members) = row.as_object_mut() {
                members.insert("watcher".to_owned(), super::users::show(user, call));
            }
            row
        })
        .collect();
    offset.reply(call, &rows, has_more)
}
