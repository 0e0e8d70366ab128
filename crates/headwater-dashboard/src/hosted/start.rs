//! The start page of an authorization link.
//!
//! Showing it changes nothing: chat previews and mail scanners open links. Only pressing the button uses the
//! link up.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use headwater_service::Service;
use headwater_service::connect::LinkView;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::permissions::Permissions;
use super::shown::{self, Shown};
use super::{cookie, fault, onward, origin};
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
    permissions: Permissions,
}

pub(super) async fn show(State(service): State<Service>, Query(link): Query<LinkToken>) -> Response {
    if service.core.settings().unattended_connect {
        return go(&service, &link.token, |url| Redirect::to(url).into_response()).await;
    }
    match service.connect.view_link(&link.token).await {
        Ok(mut view) => {
            let permissions = Permissions::new(std::mem::take(&mut view.scopes));
            render(StatusCode::OK, &StartPage { token: link.token, view, permissions })
        }
        Err(error) => fault::page(&error),
    }
}

pub(super) async fn begin(
    State(service): State<Service>,
    headers: HeaderMap,
    Form(link): Form<LinkToken>,
) -> Response {
    if !origin::is_ours(&service, &headers) {
        return fault::from_elsewhere();
    }
    // A fault is shown whatever the view says: who has no view has no flow to start either.
    let name = service
        .connect
        .view_link(&link.token)
        .await
        .map_or_else(|_| "the provider".to_owned(), |it| it.provider);
    go(&service, &link.token, |url| onward::page(url, &name)).await
}

/// Uses the link up and sends the browser to the provider.
async fn go(service: &Service, token: &str, onward: impl FnOnce(&str) -> Response) -> Response {
    match service.connect.start(token).await {
        Ok(started) => {
            let mut response = onward(&started.authorize_url);
            if let Some((name, value)) = cookie::set(service, &started.browser_token) {
                response.headers_mut().append(name, value);
            }
            shown::keep(service, &mut response, &Shown::Started { link: token.to_owned() });
            response
        }
        Err(error) => fault::page(&error),
    }
}
