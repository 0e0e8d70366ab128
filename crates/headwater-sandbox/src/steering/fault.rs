//! Faults: scripted, listed, cleared. Held requests: listed, awaited, released.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Extract;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use crate::control::{Fault, FaultSpec};
use crate::state::State;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldRequest {
    hold: String,
    /// The number of requests to wait for; 1 when left out.
    count: Option<usize>,
}

pub(super) async fn script(
    Extract(state): Extract<State>,
    Json(spec): Json<FaultSpec>,
) -> Result<StatusCode, Problem> {
    let fault = spec.read().map_err(|problem| (StatusCode::BAD_REQUEST, problem))?;
    state.control.script(fault);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(Extract(state): Extract<State>) -> Json<Value> {
    let shown = |fault: &Fault| {
        let target = fault.target();
        json!({
            "name": fault.name(),
            "method": target.method.as_ref().map(Method::as_str),
            "path": target.path,
            "operation": target.operation,
            "grant_type": target.grant_type,
            "steps_left": fault.left(),
        })
    };
    Json(state.control.faults().iter().map(shown).collect())
}

pub(super) async fn clear(Extract(state): Extract<State>) -> StatusCode {
    state.control.clear_faults();
    StatusCode::NO_CONTENT
}

pub(super) async fn held(Extract(state): Extract<State>) -> Json<BTreeMap<String, usize>> {
    Json(state.control.holds.list())
}

pub(super) async fn release(Extract(state): Extract<State>, Json(request): Json<HoldRequest>) -> Json<Value> {
    Json(json!({ "released": state.control.holds.release(&request.hold) }))
}

pub(super) async fn wait_until_held(
    Extract(state): Extract<State>,
    Json(request): Json<HoldRequest>,
) -> StatusCode {
    state.control.holds.filled(&request.hold, request.count.unwrap_or(1)).await;
    StatusCode::NO_CONTENT
}
