//! What an end user reads when the flow does not work: what happened, and what to do.

use askama::Template;
use axum::response::Response;
use headwater_domain::error::ErrorKind;
use headwater_service::connect::ConnectError;
use http::StatusCode;

use crate::page::render;

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    title: &'static str,
    what: String,
    next: &'static str,
}

const NEW_LINK: &str = "Go back to the application that sent you here and ask it for a new link.";
const OPERATOR: &str = "Tell the people who run the application; they will find details in headwater's log.";

/// The page for an error of the connect flow.
pub(super) fn page(error: &ConnectError) -> Response {
    let (status, title, what, next) = explain(error);
    tracing::info!(%error, "a connect flow ended without an authorization");
    render(status, &FaultPage { title, what, next })
}

fn explain(error: &ConnectError) -> (StatusCode, &'static str, String, &'static str) {
    let text = str::to_owned;
    match error {
        ConnectError::Unknown => (
            StatusCode::NOT_FOUND,
            "This link is not known",
            text("It may be incomplete, or its account was removed."),
            NEW_LINK,
        ),
        ConnectError::Used => (
            StatusCode::GONE,
            "This link was used already",
            text(
                "Each link works once. If you have just connected your account, there is nothing left to do.",
            ),
            NEW_LINK,
        ),
        ConnectError::Expired => (
            StatusCode::GONE,
            "This link has expired",
            text("Links work for a few minutes only, to keep your account safe."),
            NEW_LINK,
        ),
        ConnectError::OtherBrowser => (
            StatusCode::FORBIDDEN,
            "This answer belongs to another browser",
            text(
                "The connection was started in a different browser, or cookies are switched off. Nothing was connected.",
            ),
            "Ask for a new link and open it in the browser in which you are signed in.",
        ),
        ConnectError::Declined => (
            StatusCode::OK,
            "You declined",
            text("Nothing was connected, and nobody got access to your account."),
            "If that was a mistake, ask the application for a new link.",
        ),
        ConnectError::Provider { code, description } => (
            StatusCode::BAD_GATEWAY,
            "The provider reported a problem",
            if description.is_empty() { code.clone() } else { format!("{code}: {description}") },
            OPERATOR,
        ),
        ConnectError::Exchange(reason) => (
            StatusCode::BAD_GATEWAY,
            "The connection could not be completed",
            format!("The provider did not hand out access: {reason}."),
            "Ask the application for a new link and try again. If it happens twice, tell the people who run it.",
        ),
        ConnectError::NoSite => (
            StatusCode::OK,
            "There is no site to connect",
            text("The account you signed in with has no Confluence site that can be used here."),
            "Sign in with another account, or ask your site's administrator for access to Confluence.",
        ),
        ConnectError::ForeignSite => (
            StatusCode::BAD_REQUEST,
            "This site is not among those you granted",
            text("Nothing was connected."),
            NEW_LINK,
        ),
        ConnectError::Service(error) if error.kind() == ErrorKind::Internal => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side",
            text("Nothing was connected."),
            OPERATOR,
        ),
        ConnectError::Service(error) => (
            StatusCode::CONFLICT,
            "The account cannot be connected now",
            error.message().to_owned(),
            NEW_LINK,
        ),
    }
}
