//! Files that pages refer to, compiled in.

use axum::Router;
use axum::routing::get;
use headwater_service::Service;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const STYLE: &str = include_str!("../assets/headwater.css");
const ICON: &str = include_str!("../assets/icon.svg");

pub(crate) fn router() -> Router<Service> {
    Router::new()
        .route("/assets/headwater.css", get(|| async { file("text/css; charset=utf-8", STYLE) }))
        .route("/assets/icon.svg", get(|| async { file("image/svg+xml", ICON) }))
}

fn file(kind: &'static str, text: &'static str) -> impl axum::response::IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=3600")], text)
}
