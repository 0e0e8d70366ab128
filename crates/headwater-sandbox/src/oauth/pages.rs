//! The pages for people: the consent form, and the page that says why there is none.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, X_FRAME_OPTIONS};
use http::{HeaderValue, StatusCode};

use super::scopes;
use crate::random;
use crate::state::State;
use crate::storage::consents::Consent;
use crate::storage::sites::Site;
use crate::storage::users::User;

#[derive(Template)]
#[template(path = "oauth/consent.html")]
struct Form<'a> {
    nonce: &'a str,
    app: &'a str,
    consent_id: &'a str,
    scopes: Vec<Asked<'a>>,
    users: &'a [User],
    sites: &'a [Site],
    problem: Option<&'a str>,
    redirect_host: String,
}

struct Asked<'a> {
    name: &'a str,
    words: String,
}

#[derive(Template)]
#[template(path = "oauth/error.html")]
struct Problem<'a> {
    nonce: &'a str,
    title: &'a str,
    text: &'a str,
}

#[derive(Template)]
#[template(path = "oauth/onward.html")]
struct Onward<'a> {
    nonce: &'a str,
    to: &'a str,
}

/// The contents of a consent form.
pub(super) struct Choices<'a> {
    pub(super) app: &'a str,
    pub(super) users: &'a [User],
    pub(super) sites: &'a [Site],
    /// The reason why the answer before was not accepted.
    pub(super) problem: Option<&'a str>,
}

/// Shows the consent form.
pub(super) fn form(state: &State, consent: &Consent, choices: &Choices<'_>) -> Response {
    let nonce = random::token(&*state.random);
    let asked = |name| Asked { name, words: scopes::in_words(name) };
    let host = url::Url::parse(&consent.redirect_uri).ok().and_then(|url| url.host_str().map(str::to_owned));
    let form = Form {
        nonce: &nonce,
        app: choices.app,
        consent_id: &consent.consent_id,
        scopes: consent.scope.split_whitespace().map(asked).collect(),
        users: choices.users,
        sites: choices.sites,
        problem: choices.problem,
        redirect_host: host.unwrap_or_else(|| "the app".to_owned()),
    };
    let status = if choices.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    page(status, &nonce, &form)
}

/// Shows the user why there is no consent form. The app gets no answer, because it may not be what it says it is.
pub(super) fn problem(state: &State, title: &str, text: &str) -> Response {
    let nonce = random::token(&*state.random);
    page(StatusCode::BAD_REQUEST, &nonce, &Problem { nonce: &nonce, title, text })
}

/// A page that goes on to the app by itself. After a form, browsers check a redirect against `form-action`, and where apps
/// are is not known beforehand. Programs find the address in `Location`, which browsers ignore in a success.
pub(super) fn onward(state: &State, to: &str) -> Response {
    let nonce = random::token(&*state.random);
    let mut response = page(StatusCode::OK, &nonce, &Onward { nonce: &nonce, to });
    if let Ok(location) = HeaderValue::try_from(to) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn page(status: StatusCode, nonce: &str, template: &impl Template) -> Response {
    let Ok(html) = template.render() else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be written").into_response();
    };
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}
