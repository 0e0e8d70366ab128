//! The start page of an authorization link.
//!
//! Showing it changes nothing: chat previews and mail scanners open links. Only pressing the button uses the
//! link up.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use headwater_service::Service;
use headwater_service::connect::LinkView;
use http::StatusCode;
use serde::Deserialize;

use super::{cookie, fault};
use crate::page::render;

/// The token of the link, in the query or the form.
#[derive(Deserialize)]
pub(super) struct LinkToken {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    token: String,
    view: LinkView,
}

pub(super) async fn show(State(service): State<Service>, Query(link): Query<LinkToken>) -> Response {
    if service.settings().unattended_connect {
        return go(&service, &link.token).await;
    }
    match service.view_link(&link.token).await {
        Ok(view) => render(StatusCode::OK, &StartPage { token: link.token, view }),
        Err(error) => fault::page(&error),
    }
}

pub(super) async fn begin(State(service): State<Service>, Form(link): Form<LinkToken>) -> Response {
    go(&service, &link.token).await
}

/// Uses the link up and sends the browser to the provider.
async fn go(service: &Service, token: &str) -> Response {
    match service.start_flow(token).await {
        Ok(started) => {
            let mut response = Redirect::to(&started.authorize_url).into_response();
            if let Some((name, value)) = cookie::set(service, &started.browser_token) {
                response.headers_mut().append(name, value);
            }
            response
        }
        Err(error) => fault::page(&error),
    }
}
