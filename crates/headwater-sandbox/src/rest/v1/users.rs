//! The user who gave the consent.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::Method;
use serde_json::{Value, json};

use super::error::not_found;
use crate::rest::{Call, Refusal, Route};
use crate::storage::users::{self, User};

/// The operations on users.
pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::GET,
        "/rest/api/user/current",
        &[&["read:confluence-user"], &["read:content-details:confluence"]],
        current,
    )]
}

async fn current(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let user = users::find(&mut tx, &call.account_id).await?;
    let user = user.ok_or_else(|| not_found("No user found with the account of this token"))?;
    Ok(Json(show(&user, &call.base(), &call.site.url)).into_response())
}

fn show(user: &User, base: &str, site_url: &str) -> Value {
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
            "self": format!("{site_url}/wiki/rest/api/user?accountId={}", user.account_id),
            "base": base,
            "context": "/wiki",
        },
    })
}
