//! The sites that a token covers, the user behind it, and the cloud id of a site for everybody.

use axum::Json;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, ETAG};
use http::request::Parts;
use serde_json::{Value, json};

use crate::gateway::{access, add_edge_headers, asked_site, scope_mismatch, unauthorized};
use crate::random;
use crate::request::Refusal;
use crate::state::State;
use crate::storage::tokens::AccessToken;
use crate::storage::{grants, users};

/// The sites of a token, each with the scopes that are good there.
pub(super) async fn sites(Extract(state): Extract<State>, parts: Parts) -> Response {
    with_edge_headers(&state, list_sites(&state, &parts).await)
}

/// The user of a token that holds `read:me`.
pub(super) async fn me(Extract(state): Extract<State>, parts: Parts) -> Response {
    with_edge_headers(&state, show_user(&state, &parts).await)
}

/// The cloud id of the site that is asked, without any token.
pub(super) async fn tenant(
    Extract(state): Extract<State>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let mut tx = state.storage.begin().await?;
    let site = asked_site(&mut tx, &headers).await?;
    Ok(Json(json!({ "cloudId": site.map(|site| site.cloud_id) })))
}

async fn list_sites(state: &State, parts: &Parts) -> Result<Response, Refusal> {
    let token = good_token(state, parts).await?;
    let mut scopes: Vec<&str> =
        token.scope.split_whitespace().filter(|scope| *scope != "offline_access").collect();
    scopes.sort_unstable();
    let mut tx = state.storage.begin().await?;
    let sites = grants::sites(&mut tx, &token.grant_id).await?;
    let avatar = format!("{}/wiki/aa-avatar/site", state.settings.public_url);
    let entries: Vec<Value> = sites
        .iter()
        .map(|site| {
            json!({
                "id": site.cloud_id,
                "url": site.url,
                "name": site.name,
                "scopes": scopes,
                "avatarUrl": avatar,
            })
        })
        .collect();
    let body = Value::Array(entries).to_string();
    let tag = format!("W/\"{:x}-{}\"", body.len(), random::uuid_of(&body));
    let headers = [(CONTENT_TYPE, "application/json; charset=utf-8".to_owned()), (ETAG, tag)];
    Ok((headers, body).into_response())
}

async fn show_user(state: &State, parts: &Parts) -> Result<Response, Refusal> {
    let token = good_token(state, parts).await?;
    if !token.scope.split_whitespace().any(|scope| scope == "read:me") {
        return Err(scope_mismatch());
    }
    let mut tx = state.storage.begin().await?;
    let grant = grants::find(&mut tx, &token.grant_id).await?.ok_or_else(unauthorized)?;
    let user = users::find(&mut tx, &grant.account_id).await?.ok_or_else(unauthorized)?;
    let body = json!({
        "account_type": "atlassian",
        "account_id": user.account_id,
        "email": user.email,
        "name": user.display_name,
        "nickname": user.display_name,
        "picture": format!("{}/wiki/aa-avatar/default", state.settings.public_url),
        "account_status": "active",
        "zoneinfo": user.time_zone,
        "locale": "en-US",
    });
    Ok(Json(body).into_response())
}

async fn good_token(state: &State, parts: &Parts) -> Result<AccessToken, Refusal> {
    access(state, parts).await?.ok_or_else(unauthorized)
}

fn with_edge_headers(state: &State, answer: Result<Response, Refusal>) -> Response {
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    add_edge_headers(state, response.headers_mut());
    response
}
