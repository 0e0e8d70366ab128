//! What all pages have in common.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

use crate::storage::StorageError;

/// Why a page is not shown.
pub(super) enum WebError {
    /// It is not there.
    Missing,
    /// The database failed.
    Storage(StorageError),
}

impl From<StorageError> for WebError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<sqlx::Error> for WebError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

#[derive(Template)]
#[template(path = "web/missing.html")]
struct MissingPage {
    title: &'static str,
    text: &'static str,
}

impl axum::response::IntoResponse for WebError {
    fn into_response(self) -> Response {
        match self {
            Self::Missing => {
                let text = "It may have been deleted for good, or the address is not quite right.";
                shown(StatusCode::NOT_FOUND, &MissingPage { title: "This page is not here", text })
            }
            Self::Storage(error) => {
                tracing::error!(%error, "the web view could not be shown");
                let text = "The sandbox's database failed; its log says why.";
                shown(StatusCode::INTERNAL_SERVER_ERROR, &MissingPage { title: "Something broke", text })
            }
        }
    }
}

/// A page.
pub(super) fn show(template: &impl Template) -> Response {
    shown(StatusCode::OK, template)
}

fn shown(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The page for everything that is not there.
pub(super) async fn missing() -> WebError {
    WebError::Missing
}

/// Bodies are written by programs: nothing in them may run, or load anything from elsewhere.
pub(super) async fn harden(mut response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// A time as people read it.
pub(super) fn day(millis: i64) -> String {
    crate::timestamp::iso(millis).replace('T', " ").chars().take(16).collect()
}

/// A link to content.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) title: String,
    /// What is said behind it, such as a date.
    pub(super) note: String,
    /// How far it is indented in a tree.
    pub(super) depth: usize,
}
