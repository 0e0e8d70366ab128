//! `/oauth/token`: codes and refresh tokens become pairs of tokens.
//!
//! A refresh token works once. For ten minutes after that it works again, as long as nothing it was exchanged for
//! has been exchanged itself: that is how a client survives a reply that got lost. Each time gives a fresh pair.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::pkce;
use crate::gateway;
use crate::random;
use crate::rest::{Query, Refusal};
use crate::state::State;
use crate::storage::clients;
use crate::storage::grants::{self, Grant};
use crate::storage::tokens::{self, AccessToken, RefreshToken};

const SECOND: i64 = 1000;
const DAY: i64 = 24 * 60 * 60 * SECOND;
const ACCESS_LIFETIME: i64 = 3600 * SECOND;
const LEEWAY: i64 = 10 * 60 * SECOND;
const IDLE_LIFETIME: i64 = 90 * DAY;
const ABSOLUTE_LIFETIME: i64 = 365 * DAY;

/// Exchanges a code or a refresh token.
pub(super) async fn exchange(Extract(state): Extract<State>, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = answer(&state, &headers, &body).await.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    gateway::dress(&state, response.headers_mut());
    response
}

async fn answer(state: &State, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refusal> {
    let request = Request::read(headers, body)?;
    let grant_type = request.required("grant_type")?;
    let client_id = request.required("client_id")?;
    let client_secret = request.required("client_secret")?;
    let mut tx = state.storage.begin().await?;
    let client = clients::find(&mut tx, &client_id).await?;
    if client.is_none_or(|client| client.client_secret != client_secret) {
        return Err(refuse(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized"));
    }
    let now = state.clock.now_ms();
    tokens::sweep(&mut tx, now - DAY).await?;
    let exchange = Exchange { state, client_id: &client_id, now };
    let pair = match grant_type.as_str() {
        "authorization_code" => exchange.code(&mut tx, &request).await,
        "refresh_token" => exchange.refresh(&mut tx, &request).await,
        other => Err(refuse(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            &format!("grant_type must be authorization_code or refresh_token, not {other}"),
        )),
    };
    // A refused exchange is kept too: a code that was tried is spent.
    tx.commit().await?;
    Ok(Json(pair?).into_response())
}

/// The members of the request, from JSON or a form.
struct Request {
    json: Option<Value>,
    form: Query,
}

impl Request {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if content_type.starts_with("application/x-www-form-urlencoded") {
            return Ok(Self { json: None, form: Query::parse(&String::from_utf8_lossy(body)) });
        }
        let json: Value = serde_json::from_slice(body).map_err(|_| {
            refuse(StatusCode::BAD_REQUEST, "invalid_request", "The body is neither JSON nor a form")
        })?;
        Ok(Self { json: Some(json), form: Query::default() })
    }

    fn get(&self, name: &str) -> Option<String> {
        let value = match &self.json {
            Some(json) => json.get(name).and_then(Value::as_str),
            None => self.form.first(name),
        };
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        self.get(name).ok_or_else(|| {
            refuse(StatusCode::BAD_REQUEST, "invalid_request", &format!("Missing required parameter: {name}"))
        })
    }
}

struct Exchange<'a> {
    state: &'a State,
    client_id: &'a str,
    now: i64,
}

impl Exchange<'_> {
    async fn code(&self, connection: &mut SqliteConnection, request: &Request) -> Result<Value, Refusal> {
        let invalid = || refuse(StatusCode::FORBIDDEN, "invalid_grant", "Invalid authorization code");
        let given = request.required("code")?;
        let redirect_uri = request.required("redirect_uri")?;
        let code = tokens::take_code(connection, &given).await?.ok_or_else(invalid)?;
        let grant = self.standing_grant(connection, &code.grant_id).await?.ok_or_else(invalid)?;
        let verifier = request.get("code_verifier");
        let is_good = code.expires_at > self.now
            && code.redirect_uri == redirect_uri
            && pkce::answers(code.code_challenge.as_deref(), verifier.as_deref());
        if !is_good {
            return Err(invalid());
        }
        self.issue(connection, &grant, None).await
    }

    async fn refresh(&self, connection: &mut SqliteConnection, request: &Request) -> Result<Value, Refusal> {
        let unknown = || refuse(StatusCode::FORBIDDEN, "unauthorized_client", "refresh_token is invalid");
        let ended = || refuse(StatusCode::FORBIDDEN, "invalid_grant", "Unknown or invalid refresh token.");
        let given = request.required("refresh_token")?;
        let token = tokens::find_refresh(connection, &given).await?.ok_or_else(unknown)?;
        let grant = grants::find(connection, &token.grant_id).await?.ok_or_else(unknown)?;
        if grant.client_id != self.client_id {
            return Err(unknown());
        }
        let too_old =
            self.now - token.created_at > IDLE_LIFETIME || self.now - grant.created_at > ABSOLUTE_LIFETIME;
        if grant.revoked_at.is_some() || too_old {
            return Err(ended());
        }
        if let Some(rotated_at) = token.rotated_at {
            let is_late = self.now - rotated_at > LEEWAY;
            if is_late || tokens::has_rotated_successor(connection, &token.token).await? {
                return Err(unknown());
            }
        }
        tokens::mark_rotated(connection, &token.token, self.now).await?;
        tokens::end_access_of(connection, &token.token, self.now + LEEWAY).await?;
        self.issue(connection, &grant, Some(token.token)).await
    }

    async fn standing_grant(
        &self,
        connection: &mut SqliteConnection,
        grant_id: &str,
    ) -> Result<Option<Grant>, Refusal> {
        let grant = grants::find(connection, grant_id).await?;
        Ok(grant.filter(|grant| grant.client_id == self.client_id && grant.revoked_at.is_none()))
    }

    /// Issues a pair; without `offline_access` it has one half only.
    async fn issue(
        &self,
        connection: &mut SqliteConnection,
        grant: &Grant,
        predecessor: Option<String>,
    ) -> Result<Value, Refusal> {
        let wants_refresh = grant.scope.split_whitespace().any(|scope| scope == "offline_access");
        let refresh_token = wants_refresh.then(|| random::token(&*self.state.random));
        if let Some(token) = refresh_token.clone() {
            let refresh = RefreshToken {
                token,
                grant_id: grant.grant_id.clone(),
                predecessor,
                created_at: self.now,
                rotated_at: None,
            };
            tokens::insert_refresh(connection, &refresh).await?;
        }
        let access = AccessToken {
            token: random::token(&*self.state.random),
            grant_id: grant.grant_id.clone(),
            scope: grant.scope.clone(),
            refresh_token: refresh_token.clone(),
            expires_at: self.now + ACCESS_LIFETIME,
        };
        tokens::insert_access(connection, &access).await?;
        let mut pair = json!({
            "access_token": access.token,
            "expires_in": ACCESS_LIFETIME / SECOND,
            "token_type": "Bearer",
            "scope": access.scope,
        });
        if let (Some(pair), Some(token)) = (pair.as_object_mut(), refresh_token) {
            pair.insert("refresh_token".to_owned(), json!(token));
        }
        Ok(pair)
    }
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Refusal {
    Refusal::answer((status, Json(json!({ "error": error, "error_description": description }))))
}
