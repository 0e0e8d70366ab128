//! What an end user reads when the flow does not work: what happened, and what to do.

use askama::Template;
use axum::response::Response;
use headwater_domain::error::ErrorKind;
use headwater_service::connect::ConnectError;
use headwater_service::error::ServiceError;
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
    tracing::info!(%error, "a connect flow ended without an authorization");
    let (status, page) = match error {
        ConnectError::Unknown | ConnectError::Used | ConnectError::Expired | ConnectError::OtherBrowser => {
            link(error)
        }
        ConnectError::Declined | ConnectError::Provider { .. } | ConnectError::Exchange(_) => provider(error),
        ConnectError::NoSite | ConnectError::ForeignSite => site(error),
        ConnectError::OtherUser => other_user(),
        ConnectError::UserUnknown => unknown_user(),
        ConnectError::Service(error) => ours(error),
    };
    render(status, &page)
}

/// The link, or the browser that uses it, is not right.
fn link(error: &ConnectError) -> (StatusCode, FaultPage) {
    match error {
        ConnectError::Used => (
            StatusCode::GONE,
            fault(
                "This link was used already",
                "Each link works once. If you have just connected your account, there is nothing left to do.",
                NEW_LINK,
            ),
        ),
        ConnectError::Expired => {
            let what = "Links work for a few minutes only, to keep your account safe.";
            (StatusCode::GONE, fault("This link has expired", what, NEW_LINK))
        }
        ConnectError::OtherBrowser => (
            StatusCode::FORBIDDEN,
            fault(
                "This answer belongs to another browser",
                "The connection was started in a different browser, or cookies are switched off. Nothing was connected.",
                "Ask for a new link and open it in the browser in which you are signed in.",
            ),
        ),
        _ => {
            let what = "It may be incomplete, or its account was removed.";
            (StatusCode::NOT_FOUND, fault("This link is not known", what, NEW_LINK))
        }
    }
}

/// The provider, or the end user there, said no.
fn provider(error: &ConnectError) -> (StatusCode, FaultPage) {
    match error {
        ConnectError::Provider { code, description } => {
            let what = if description.is_empty() { code.clone() } else { format!("{code}: {description}") };
            (StatusCode::BAD_GATEWAY, fault("The provider reported a problem", what, OPERATOR))
        }
        ConnectError::Exchange(reason) => (
            StatusCode::BAD_GATEWAY,
            fault(
                "The connection could not be completed",
                format!("The provider did not hand out access: {reason}."),
                "Ask the application for a new link and try again. If it happens twice, tell the people who run it.",
            ),
        ),
        _ => (
            StatusCode::OK,
            fault(
                "You declined",
                "Nothing was connected, and nobody got access to your account.",
                "If that was a mistake, ask the application for a new link.",
            ),
        ),
    }
}

/// The sites are not right.
fn site(error: &ConnectError) -> (StatusCode, FaultPage) {
    if matches!(error, ConnectError::ForeignSite) {
        let page = fault("This site is not among those you granted", "Nothing was connected.", NEW_LINK);
        return (StatusCode::BAD_REQUEST, page);
    }
    let what = "The account you signed in with has no Confluence site that can be used here.";
    let next = "Sign in with another account, or ask your site's administrator for access to Confluence.";
    (StatusCode::OK, fault("There is no site to connect", what, next))
}

/// The account belongs to somebody else at the provider.
fn other_user() -> (StatusCode, FaultPage) {
    let what = "You signed in at the provider as another user than the one this account is connected as. The present \
                connection was left as it is.";
    let next = "Sign in as the user you connected first. To change over, have the application disconnect the account, \
                then ask it for a new link.";
    (StatusCode::CONFLICT, fault("This is another user's account", what, next))
}

/// Nobody can tell whether the account is the same user's.
fn unknown_user() -> (StatusCode, FaultPage) {
    let what = "The provider did not say whether you are the user that this account is connected as. To keep it from \
                getting into other hands, the present connection was left as it is.";
    let next = "Ask the application for a new link and try again in a few minutes. If it happens again, have the \
                application disconnect the account first.";
    (StatusCode::CONFLICT, fault("It is not known whose account this is", what, next))
}

/// The connection cannot be used, or we failed.
fn ours(error: &ServiceError) -> (StatusCode, FaultPage) {
    if error.kind() == ErrorKind::Internal {
        let page = fault("Something went wrong on our side", "Nothing was connected.", OPERATOR);
        return (StatusCode::INTERNAL_SERVER_ERROR, page);
    }
    (StatusCode::CONFLICT, fault("The account cannot be connected now", error.message(), NEW_LINK))
}

fn fault(title: &'static str, what: impl Into<String>, next: &'static str) -> FaultPage {
    FaultPage { title, what: what.into(), next }
}
