//! Users: the one who gave the consent, and others by their accounts.

use std::future::ready;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::offset::Offset;
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::users::{self, User};

/// The most accounts that can be looked up at once.
const MOST: usize = 200;

/// The operations on users.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getUser" => read(call),
    "v1.getCurrentUser" => current(call),
    "v1.getAnonymousUser" => ready(Ok(anonymous(&call))),
    "v1.getBulkUserLookup" => bulk(call),
    "v1.getPrivacyUnsafeUserEmail" => ready(refuse_emails(&call)),
    "v1.getPrivacyUnsafeUserEmailBulk" => ready(refuse_emails(&call)),
};

async fn current(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let user = users::find(&mut tx, &call.account_id).await?;
    let user = user.ok_or_else(|| not_found("No user found with the account of this token"))?;
    Ok(Json(single(&user, &call)).into_response())
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let user = find(&call, &mut tx).await?;
    Ok(Json(single(&user, &call)).into_response())
}

/// Finds the user whose account the query names.
pub(super) async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<User, Refusal> {
    let id = call.query.first("accountId").ok_or_else(|| bad_request("accountId is required"))?;
    let user = users::find(connection, id).await?;
    user.ok_or_else(|| not_found(&format!("No user found with account id: {id}")))
}

fn anonymous(call: &Call) -> Response {
    let shown = json!({
        "type": "anonymous",
        "profilePicture": { "path": "/wiki/aa-avatar/anonymous", "width": 48, "height": 48, "isDefault": true },
        "displayName": "Anonymous",
        "_expandable": { "operations": "" },
        "_links": { "base": call.base(), "context": "/wiki" },
    });
    Json(shown).into_response()
}

/// Looks up several users. Unknown accounts are left out.
async fn bulk(call: Call) -> Result<Response, Refusal> {
    let ids = call.query.list("accountId");
    if ids.is_empty() || ids.len() > MOST {
        return Err(bad_request(&format!("Between 1 and {MOST} accountId parameters are required")));
    }
    let offset = Offset::read(&call.query, MOST, MOST)?;
    let mut tx = call.begin().await?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(users::find(&mut tx, id).await?);
    }
    let (found, has_more) = offset.cut(found);
    let rows: Vec<Value> = found.iter().map(|user| show(user, &call)).collect();
    Ok(offset.reply(&call, &rows, has_more))
}

/// Refuses to show e-mail addresses: they are for apps that the vendor has approved, and no app here is.
fn refuse_emails(_: &Call) -> Result<Response, Refusal> {
    Err(exception(
        StatusCode::BAD_REQUEST,
        "com.atlassian.confluence.api.service.exceptions.api.BadRequestException",
        "The calling app is not approved to access email addresses",
    ))
}

/// Shows a user by itself, with the base of links.
fn single(user: &User, call: &Call) -> Value {
    let mut shown = show(user, call);
    if let Some(links) = shown.get_mut("_links").and_then(Value::as_object_mut) {
        links.insert("base".to_owned(), json!(call.base()));
        links.insert("context".to_owned(), json!("/wiki"));
    }
    shown
}

/// Shows a user in a list.
pub(super) fn show(user: &User, call: &Call) -> Value {
    let personal_key: String = user.account_id.chars().filter(|letter| !":-".contains(*letter)).collect();
    json!({
        "type": "known",
        "accountId": user.account_id,
        "accountType": "atlassian",
        "email": user.email,
        "publicName": user.display_name,
        "displayName": user.display_name,
        "timeZone": user.time_zone,
        "profilePicture": {
            "path": "/wiki/aa-avatar/default",
            "width": 48,
            "height": 48,
            "isDefault": true,
        },
        "externalCollaborator": false,
        "isExternalCollaborator": false,
        "isGuest": false,
        "_expandable": {
            "operations": "",
            "personalSpace": format!("/rest/api/space/~{personal_key}"),
        },
        "_links": {
            "self": format!("{}/rest/api/user?accountId={}", call.base(), user.account_id),
        },
    })
}
