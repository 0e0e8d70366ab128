//! The authorization server: consent, codes, tokens, and what a token says about sites and its user.

mod authorize;
mod consent;
mod jwt;
mod pages;
mod pkce;
mod resources;
mod scopes;
mod token;

use axum::Router;
use axum::routing::{get, post};

use crate::state::State;

/// The time within which a consent form can be answered.
const FORM_MILLISECONDS: i64 = 30 * 60 * 1000;

/// The routes of the authorization server.
pub(crate) fn router(state: State) -> Router {
    Router::new()
        .route("/authorize", get(authorize::show).post(authorize::answer))
        .route("/oauth/token", post(token::exchange))
        .route("/oauth/token/accessible-resources", get(resources::sites))
        .route("/me", get(resources::me))
        .route("/_edge/tenant_info", get(resources::tenant))
        .with_state(state)
}
