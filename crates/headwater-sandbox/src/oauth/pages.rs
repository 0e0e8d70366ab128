//! The pages for people: the consent form, and the page that says why there is none.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS};

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

fn page(status: StatusCode, nonce: &str, template: &impl Template) -> Response {
    let Ok(html) = template.render() else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be written").into_response();
    };
    // `form-action` is left out: browsers apply it to the redirect after the form too, and that leads to the app.
    let policy =
        format!("default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'");
    let headers = [
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}
