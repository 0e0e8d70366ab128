//! The same controls over HTTP, for tests that run the sandbox as a program. Only ever mounted on a port of its own.

use axum::extract::State as Extract;
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::{ConsentOutcome, ConsentSites, Fault, ScriptedResponse};
use crate::rest::Refusal;
use crate::state::State;
use crate::storage::{grants, tokens};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentWish {
    outcome: ConsentOutcome,
    sites: ConsentSites,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultWish {
    method: String,
    path: String,
    responses: Vec<ResponseWish>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseWish {
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// A string is sent as it is, anything else as JSON.
    #[serde(default)]
    body: Value,
}

/// The control routes.
pub(crate) fn router(state: State) -> Router {
    Router::new()
        .route("/_sandbox/control/expire", post(expire))
        .route("/_sandbox/control/revoke", post(revoke))
        .route("/_sandbox/control/consent", post(consent))
        .route("/_sandbox/control/fault", post(fault))
        .with_state(state)
}

async fn expire(Extract(state): Extract<State>) -> Result<StatusCode, Refusal> {
    let mut tx = state.storage.begin().await?;
    tokens::expire_all_access(&mut tx, state.clock.now_ms()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn revoke(Extract(state): Extract<State>) -> Result<StatusCode, Refusal> {
    let mut tx = state.storage.begin().await?;
    grants::revoke_all(&mut tx, state.clock.now_ms()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn consent(Extract(state): Extract<State>, Json(wish): Json<ConsentWish>) -> StatusCode {
    state.control.choose_consent(wish.outcome, wish.sites);
    StatusCode::NO_CONTENT
}

async fn fault(
    Extract(state): Extract<State>,
    Json(wish): Json<FaultWish>,
) -> Result<StatusCode, (StatusCode, String)> {
    let fault = read(wish).map_err(|problem| (StatusCode::BAD_REQUEST, problem))?;
    state.control.script(fault);
    Ok(StatusCode::NO_CONTENT)
}

fn read(wish: FaultWish) -> Result<Fault, String> {
    let method = Method::from_bytes(wish.method.as_bytes())
        .map_err(|_| format!("`{}` is no HTTP method; write GET, POST, ...", wish.method))?;
    let responses: Result<Vec<_>, String> = wish.responses.into_iter().map(read_response).collect();
    Ok(Fault::new(method, wish.path, responses?))
}

fn read_response(wish: ResponseWish) -> Result<ScriptedResponse, String> {
    let status = StatusCode::from_u16(wish.status)
        .map_err(|_| format!("{} is no HTTP status; write a number from 100 to 999", wish.status))?;
    let headers: Result<Vec<_>, String> = wish.headers.into_iter().map(read_header).collect();
    let body = match wish.body {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(ScriptedResponse { status, headers: headers?, body })
}

fn read_header((name, value): (String, String)) -> Result<(HeaderName, HeaderValue), String> {
    let header =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is no header name"))?;
    let value =
        HeaderValue::from_str(&value).map_err(|_| format!("the value of header `{name}` cannot be sent"))?;
    Ok((header, value))
}
