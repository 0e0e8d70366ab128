//! Scenarios: loaded and listed.

use axum::Json;
use axum::extract::State as Extract;
use http::StatusCode;
use serde_json::{Value, json};

use super::Problem;
use crate::scenario::{self, ScenarioError};
use crate::state::State;

/// Loads the scenario in the body: its text, or its name.
pub(super) async fn load(
    Extract(state): Extract<State>,
    text_or_name: String,
) -> Result<StatusCode, Problem> {
    let status = |error: &ScenarioError| match error {
        ScenarioError::Name(_) => StatusCode::NOT_FOUND,
        ScenarioError::Storage(_) => StatusCode::INTERNAL_SERVER_ERROR,
        ScenarioError::Form(_) | ScenarioError::Content(_) => StatusCode::BAD_REQUEST,
    };
    match scenario::play(&state, &text_or_name).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err((status(&error), error.to_string())),
    }
}

/// Lists the scenarios that come with the sandbox, each with its purpose.
pub(super) async fn list() -> Json<Value> {
    let described = |(name, description)| json!({ "name": name, "description": description });
    Json(scenario::list().map(described).collect())
}
