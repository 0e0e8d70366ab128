//! Parts that all pages have in common.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

use sqlx::SqliteConnection;

use crate::links::web_path;
use crate::storage::content::{Content, Kind};
use crate::storage::spaces::Space;
use crate::storage::{StorageError, users};

/// A reason not to show a page.
pub(super) enum WebError {
    /// A page that does not exist.
    Missing,
    /// A failure of the database.
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

/// Renders a page.
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

/// Answers that a page does not exist.
pub(super) async fn missing() -> WebError {
    WebError::Missing
}

/// Adds the headers that keep pages harmless. Bodies are written by programs: nothing in them may run, or load
/// anything from elsewhere. The few styles that a view lets through only set colours, widths and places.
pub(super) async fn harden(mut response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Returns a time as people read it.
pub(super) fn day(millis: i64) -> String {
    crate::timestamp::iso(millis).replace('T', " ").chars().take(16).collect()
}

/// A link to content.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    pub(super) href: String,
    /// The title; a link without an address is plain text.
    pub(super) title: String,
    /// The remark behind it, such as a date.
    pub(super) note: String,
    /// The kind of content, unless it is a page.
    pub(super) kind: &'static str,
    /// The depth in a tree.
    pub(super) depth: usize,
    /// True for the page that the reader is on.
    pub(super) is_current: bool,
    /// True for the first child of another node.
    pub(super) begins: bool,
    /// The number of lists that end behind it; nothing when one begins there.
    pub(super) ends: Option<usize>,
}

/// A link to content.
pub(super) fn link(content: &Content, space: &Space, depth: usize, note: String) -> Link {
    let title = if content.title.is_empty() { "(no title)".to_owned() } else { content.title.clone() };
    let href = match (content.kind, content.container_id) {
        (Kind::Page, _) => format!("/wiki/spaces/{}/pages/{}", space.key, content.id),
        (Kind::Attachment | Kind::Comment, Some(container)) => {
            format!("/wiki/spaces/{}/pages/{container}", space.key)
        }
        _ => format!("/wiki{}", web_path(content, space)),
    };
    let kind = if content.kind == Kind::Page { "" } else { content.kind.as_str() };
    Link { href, title, note, kind, depth, ..Link::default() }
}

/// Returns the name of a user.
pub(super) async fn name(connection: &mut SqliteConnection, account_id: &str) -> Result<String, WebError> {
    let user = users::find(connection, account_id).await?;
    Ok(user.map_or_else(|| account_id.to_owned(), |user| user.display_name))
}
