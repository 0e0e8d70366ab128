//! What an end user reads when the flow does not work: what happened, and what to do.

use askama::Template;
use axum::response::Response;
use headwater_domain::error::ErrorKind;
use headwater_service::connect::ConnectError;
use headwater_service::error::ServiceError;
use http::StatusCode;

use super::shown::Shown;
use crate::page::render;

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    title: String,
    what: String,
    next: String,
}

const NEW_LINK: &str = "Go back to the application that sent you here and ask it for a new link.";
const OPERATOR: &str = "Tell the people who run the application; they will find details in headwater's log.";

/// The page for an error of the connect flow.
pub(super) fn page(error: &ConnectError) -> Response {
    let (status, page) = of(error);
    render(status, &page)
}

/// The same, to be shown on another address.
pub(super) fn shown(error: &ConnectError) -> Shown {
    let (status, page) = of(error);
    Shown::Fault { status: status.as_u16(), title: page.title, what: page.what, next: page.next }
}

/// The page of an error that was kept.
pub(super) fn again(status: u16, title: String, what: String, next: String) -> Response {
    render(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), &FaultPage { title, what, next })
}

/// The page for a form that came from another site.
pub(super) fn from_elsewhere() -> Response {
    let what = "Another site has tried to start this for you, or your browser does not say where the form came from. \
                Nothing has happened.";
    let next = "Open the link that the application gave you, and press the button on the page that it shows.";
    render(StatusCode::FORBIDDEN, &fault("This form did not come from here", what, next))
}

fn of(error: &ConnectError) -> (StatusCode, FaultPage) {
    tracing::info!(%error, "a connect flow ended without an authorization");
    match error {
        ConnectError::Unknown | ConnectError::Used | ConnectError::Expired | ConnectError::OtherBrowser => {
            link(error)
        }
        ConnectError::Declined | ConnectError::Provider { .. } | ConnectError::Exchange(_) => provider(error),
        ConnectError::WrongSecret(_) => not_set_up(),
        ConnectError::NoSite | ConnectError::ForeignSite => site(error),
        ConnectError::OtherUser => other_user(),
        ConnectError::UserUnknown => unknown_user(),
        ConnectError::Service(error) => ours(error),
    }
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
        // The reason is the operator's business: it may be a wrong client secret, and name hosts and clients.
        ConnectError::Exchange(_) => (
            StatusCode::BAD_GATEWAY,
            fault(
                "The connection could not be completed",
                "You agreed, but the provider did not hand out access. That is nothing you did wrong, and nothing was \
                 connected.",
                "Tell the people who run the application; the reason stands in headwater's log. A new link helps only once \
                 they have put it right.",
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

/// Only the operator can mend this; what exactly is wrong is for the log, not for end users.
fn not_set_up() -> (StatusCode, FaultPage) {
    let what = "headwater is not set up right for this provider. Your account was not connected, and trying again will not help.";
    (StatusCode::BAD_GATEWAY, fault("The connection cannot be completed now", what, OPERATOR))
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

/// The connection cannot be used, or we failed. What else is wrong may name hosts of the operator's.
fn ours(error: &ServiceError) -> (StatusCode, FaultPage) {
    match error.kind() {
        ErrorKind::FailedPrecondition | ErrorKind::NotFound => {
            let page = fault("The account cannot be connected now", error.message(), NEW_LINK);
            (StatusCode::CONFLICT, page)
        }
        ErrorKind::Unavailable => {
            let next = "Try the link again in a minute. If that does not help, tell the people who run the application.";
            (
                StatusCode::SERVICE_UNAVAILABLE,
                fault("This does not work just now", "Nothing was connected.", next),
            )
        }
        _ => {
            let page = fault("Something went wrong on our side", "Nothing was connected.", OPERATOR);
            (StatusCode::INTERNAL_SERVER_ERROR, page)
        }
    }
}

fn fault(title: &str, what: impl Into<String>, next: &str) -> FaultPage {
    FaultPage { title: title.to_owned(), what: what.into(), next: next.to_owned() }
}
