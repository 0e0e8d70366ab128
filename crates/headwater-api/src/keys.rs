//! `GET /keys`: the public keys of our access tokens.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::authenticate::Gate;
use crate::error::json_body;

/// Answers with the JSON Web Key Set.
pub(crate) async fn keys(State(gate): State<Gate>) -> Response {
    json_body(StatusCode::OK, &gate.tokens.tokens().await.key_set(gate.core.now()))
}
