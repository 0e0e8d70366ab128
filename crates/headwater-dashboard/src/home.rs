//! The page at the root, for people who opened the server's address to see what it is.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use headwater_service::Service;
use http::StatusCode;

use crate::page::render;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    origin: String,
}

pub(crate) fn router() -> Router<Service> {
    Router::new().route("/", get(show))
}

async fn show(State(service): State<Service>) -> Response {
    let origin = service.core.settings().base_url.origin().ascii_serialization();
    render(StatusCode::OK, &HomePage { origin })
}
