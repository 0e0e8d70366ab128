//! The clock: shown, moved, stopped.

use axum::Json;
use axum::extract::State as Extract;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use crate::clock::Clock as _;
use crate::control::Event;
use crate::state::State;
use crate::timestamp;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockChange {
    /// Moves it by so many seconds; back when negative.
    advance_seconds: Option<f64>,
    /// Moves it to this time, in milliseconds since 1970.
    set_ms: Option<i64>,
    /// Stops it, or lets it run.
    standing: Option<bool>,
}

pub(super) async fn show(Extract(state): Extract<State>) -> Json<Value> {
    Json(shown(&state))
}

pub(super) async fn steer(
    Extract(state): Extract<State>,
    Json(change): Json<ClockChange>,
) -> Result<Json<Value>, Problem> {
    let clock = &state.control.clock;
    let before = clock.now_ms();
    if change.advance_seconds.is_some() && change.set_ms.is_some() {
        let reason = "advance_seconds and set_ms exclude each other; give one".to_owned();
        return Err((StatusCode::BAD_REQUEST, reason));
    }
    if let Some(standing) = change.standing {
        clock.stand(standing);
    }
    if let Some(seconds) = change.advance_seconds {
        if !seconds.is_finite() || seconds.abs() > 1e11 {
            return Err((StatusCode::BAD_REQUEST, "advance_seconds is too far away".to_owned()));
        }
        #[expect(clippy::cast_possible_truncation, reason = "the line above keeps it in range")]
        clock.advance((seconds * 1000.0) as i64);
    }
    if let Some(set) = change.set_ms {
        clock.set(set);
    }
    let now = clock.now_ms();
    state.control.ledger.note(now, None, Event::ClockMoved { from_ms: before, to_ms: now });
    Ok(Json(shown(&state)))
}

fn shown(state: &State) -> Value {
    let now = state.control.clock.now_ms();
    json!({ "now_ms": now, "now": timestamp::iso(now), "standing": state.control.clock.stands() })
}
