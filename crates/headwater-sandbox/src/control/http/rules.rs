//! The rules in force: shown and switched.

use axum::Json;
use axum::extract::State as Extract;
use http::StatusCode;
use serde_json::Value;

use super::{Problem, failed};
use crate::control::{Event, Switches};
use crate::state::State;

pub(super) async fn show(Extract(state): Extract<State>) -> Json<Switches> {
    Json(state.control.switches())
}

/// Switches what is given and leaves the rest.
pub(super) async fn switch(
    Extract(state): Extract<State>,
    Json(wish): Json<Value>,
) -> Result<Json<Switches>, Problem> {
    let switches = changed(state.control.switches(), &wish)?;
    state.control.switch(switches);
    let what = format!("options {wish}");
    state.control.ledger.note(state.clock.now_ms(), None, Event::Switched { what });
    Ok(Json(switches))
}

/// These switches with the members of an object laid over them.
pub(crate) fn changed(switches: Switches, wish: &Value) -> Result<Switches, Problem> {
    let mut value = serde_json::to_value(switches).map_err(failed)?;
    lay_over(&mut value, wish);
    serde_json::from_value(value).map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

fn lay_over(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                lay_over(under.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}
