//! The pages people see. For now those of the connect flow, which an end user walks through.

mod assets;
mod home;
mod hosted;
mod page;
mod security;

use axum::Router;
use axum::middleware;
use headwater_service::Service;

/// All pages, to be merged into the server's router.
pub fn router(service: Service) -> Router {
    Router::new()
        .merge(home::router())
        .merge(hosted::router())
        .merge(assets::router())
        .with_state(service)
        .layer(middleware::map_response(security::harden))
}
