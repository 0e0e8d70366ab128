//! The provider's answer, the choice among several sites, and the result.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use headwater_domain::secret::Secret;
use headwater_service::Service;
use headwater_service::connect::{CallbackOutcome, CallbackQuery, ConnectError, SiteChoice};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::shown::{self, Shown};
use super::{cookie, fault, onward, origin};
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
    let outcome = service.connect.callback(&connection, query, cookie::read(&service, &headers)).await;
    match outcome {
        // Scripts walk an unattended flow by its redirects. A browser may be here because of the provider's form, whose
        // policy lets it go to us and nowhere else.
        Ok(CallbackOutcome::Verify(url)) if service.core.settings().unattended_connect => {
            Redirect::to(&url).into_response()
        }
        Ok(CallbackOutcome::Verify(url)) => onward::page(&url, "the application"),
        Ok(CallbackOutcome::Connected(summary)) => shown::redirect(&service, &headers, summary.into()).await,
        Ok(CallbackOutcome::ChooseSite(choice)) => {
            shown::redirect(&service, &headers, Shown::Choosing { flow: choice.flow }).await
        }
        Err(error) => fault_of(&service, &headers, &error).await,
    }
}

/// An answer that came before leads to what it led to then; a forged one leaves no trace in the browser.
async fn fault_of(service: &Service, headers: &HeaderMap, error: &ConnectError) -> Response {
    match error {
        ConnectError::Used => match shown::kept(service, headers) {
            Some(before @ (Shown::Connected { .. } | Shown::Choosing { .. } | Shown::Fault { .. })) => {
                shown::redirect(service, headers, before).await
            }
            _ => fault::page(error),
        },
        ConnectError::Unknown | ConnectError::Expired | ConnectError::OtherBrowser => fault::page(error),
        _ => shown::redirect(service, headers, fault::shown(error)).await,
    }
}

pub(super) async fn choose(
    State(service): State<Service>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    if !origin::is_ours(&service, &headers) {
        return fault::from_elsewhere();
    }
    match service.connect.choose_site(&choice.flow, &choice.cloud_id, cookie::read(&service, &headers)).await
    {
        Ok(CallbackOutcome::Verify(url)) => onward::page(&url, "the application"),
        Ok(CallbackOutcome::Connected(summary)) => shown::redirect(&service, &headers, summary.into()).await,
        Ok(CallbackOutcome::ChooseSite(choice)) => choices(choice),
        Err(error) => fault_of(&service, &headers, &error).await,
    }
}

/// The sites to choose from.
pub(super) fn choices(choice: SiteChoice) -> Response {
    render(StatusCode::OK, &ChoosePage { choice })
}
