//! Turning a template into a response.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;

/// Renders a template with a status. A template that fails to render is a fault of ours.
pub(crate) fn render(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "headwater could not show this page").into_response()
        }
    }
}
