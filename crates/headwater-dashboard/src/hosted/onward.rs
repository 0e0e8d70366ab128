//! Sending a browser on to another origin after a form.
//!
//! Chromium checks every redirect that follows a form against the page's `form-action`, and single sign-on leads to hosts that
//! nobody knows beforehand. So the form is answered with a page of ours, which goes on by itself: that is no longer
//! part of sending the form.

use askama::Template;
use axum::response::Response;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use crate::page::render;

#[derive(Template)]
#[template(path = "onward.html")]
struct OnwardPage<'a> {
    to: &'a str,
    name: &'a str,
}

/// A page that goes on to `url`, which people know as `name`.
pub(super) fn page(url: &str, name: &str) -> Response {
    let mut response = render(StatusCode::OK, &OnwardPage { to: url, name });
    // Browsers do not follow it in a success; programs that walk through the flow read it.
    if let Ok(location) = HeaderValue::try_from(url) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
