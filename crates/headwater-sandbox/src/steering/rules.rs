//! The rules in force: shown and switched.

use axum::Json;
use axum::extract::State as Extract;
use http::StatusCode;
use serde_json::Value;

use super::Problem;
use crate::control::Event;
use crate::rules::Switches;
use crate::state::State;

pub(super) async fn show(Extract(state): Extract<State>) -> Json<Switches> {
    Json(state.control.switches())
}

/// Switches the rules that are given and leaves the others.
pub(super) async fn switch(
    Extract(state): Extract<State>,
    Json(change): Json<Value>,
) -> Result<Json<Switches>, Problem> {
    let problem = |error: serde_json::Error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
    let switches = state.control.switches().changed(&change).map_err(problem)?;
    state.control.switch(switches);
    let what = format!("options {change}");
    state.control.ledger.note(state.clock.now_ms(), None, Event::Switched { what });
    Ok(Json(switches))
}
