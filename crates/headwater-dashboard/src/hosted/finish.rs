//! The provider's answer, the choice among several sites, and the result.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use headwater_domain::secret::Secret;
use headwater_service::Service;
use headwater_service::connect::{CallbackOutcome, CallbackQuery, ConnectedSummary, SiteChoice};
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
    };
    match service.callback(&connection, query, cookie::read(&service, &headers)).await {
        Ok(CallbackOutcome::Connected(summary)) => render(StatusCode::OK, &ConnectedPage { summary }),
        Ok(CallbackOutcome::ChooseSite(choice)) => render(StatusCode::OK, &ChoosePage { choice }),
        Err(error) => fault::page(&error),
    }
}

pub(super) async fn choose(
    State(service): State<Service>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    match service.choose_site(&choice.flow, &choice.cloud_id, cookie::read(&service, &headers)).await {
        Ok(summary) => render(StatusCode::OK, &ConnectedPage { summary }),
        Err(error) => fault::page(&error),
    }
}
