//! The provider's answer, the choice among several sites, and the result.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use headwater_domain::secret::Secret;
use headwater_service::Service;
use headwater_service::connect::{
    CallbackOutcome, CallbackQuery, ConnectError, ConnectedSummary, SiteChoice,
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::{cookie, fault};
use crate::page::render;

/// The query of the provider's redirect.
#[derive(Deserialize)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    iss: Option<String>,
}

/// The end user's choice.
#[derive(Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    cloud_id: String,
}

#[derive(Template)]
#[template(path = "connected.html")]
struct ConnectedPage {
    summary: ConnectedSummary,
}

#[derive(Template)]
#[template(path = "success.html")]
struct SuccessPage;

#[derive(Template)]
#[template(path = "choose_site.html")]
struct ChoosePage {
    choice: SiteChoice,
}

pub(super) async fn callback(
    State(service): State<Service>,
    Path(connection): Path<String>,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Response {
    let query = CallbackQuery {
        state: answer.state,
        code: answer.code.map(Secret::new),
        error: answer.error,
        error_description: answer.error_description,
        iss: answer.iss,
    };
    show(service.callback(&connection, query, cookie::read(&service, &headers)).await)
}

pub(super) async fn choose(
    State(service): State<Service>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    show(service.choose_site(&choice.flow, &choice.cloud_id, cookie::read(&service, &headers)).await)
}

/// Where applications send the browser once they have confirmed its user. It knows nothing of any flow, so that it
/// can be opened by anybody.
pub(super) async fn success() -> Response {
    render(StatusCode::OK, &SuccessPage)
}

fn show(outcome: Result<CallbackOutcome, ConnectError>) -> Response {
    match outcome {
        Ok(CallbackOutcome::Connected(summary)) => render(StatusCode::OK, &ConnectedPage { summary }),
        // See Other, so that a form that was posted here is not posted there.
        Ok(CallbackOutcome::Verify(url)) => Redirect::to(&url).into_response(),
        Ok(CallbackOutcome::ChooseSite(choice)) => render(StatusCode::OK, &ChoosePage { choice }),
        Err(error) => fault::page(&error),
    }
}
