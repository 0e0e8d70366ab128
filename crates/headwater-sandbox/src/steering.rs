//! The controls over HTTP, for tests that run the sandbox as a program, and the middleware that applies faults. The
//! control routes are only ever mounted on a port of their own.

mod clock;
mod consent;
mod cut_body;
mod fault;
mod intercept;
mod ledger;
mod rules;
mod scenarios;
mod tokens;

use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

pub(crate) use self::intercept::intercept;
use crate::state::State;

/// A control that was not performed: the status and the reason.
type Problem = (StatusCode, String);

/// The control routes.
pub(crate) fn router(state: State) -> Router {
    let at = |name: &str| format!("/_sandbox/control/{name}");
    Router::new()
        .route(&at("expire"), post(tokens::expire))
        .route(&at("revoke"), post(tokens::revoke))
        .route(&at("consent"), post(consent::choose))
        .route(&at("fault"), post(fault::script))
        .route(&at("faults"), get(fault::list).delete(fault::clear))
        .route(&at("release"), post(fault::release))
        .route(&at("held"), get(fault::held))
        .route(&at("await"), post(fault::wait_until_held))
        .route(&at("clock"), get(clock::show).post(clock::steer))
        .route(&at("options"), get(rules::show).post(rules::switch))
        .route(&at("scenario"), post(scenarios::load))
        .route(&at("scenarios"), get(scenarios::list))
        .route(&at("ledger"), get(ledger::read))
        .with_state(state)
}

/// Reads a JSON body that may be left out.
fn read_or_default<T: DeserializeOwned + Default>(body: &Bytes) -> Result<T, Problem> {
    if body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

/// Reports a failure of the sandbox itself.
fn failed(error: impl std::error::Error) -> Problem {
    tracing::error!(%error, "a control failed");
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
