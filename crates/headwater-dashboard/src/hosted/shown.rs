//! What is shown after the provider's answer, on an address of its own: the answer's address holds a code, and loading it again
//! would say that the link was used.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use headwater_service::Service;
use headwater_service::connect::ConnectedSummary;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::{cookie, fault};
use crate::page::render;

/// Where a browser is sent from the provider's answer.
const ADDRESS: &str = "/connect/result";

/// What a browser keeps, sealed, between two pages.
#[derive(Serialize, Deserialize)]
pub(super) enum Shown {
    /// A flow was started with this link.
    Started { link: String },
    /// The account is connected.
    Connected { provider: String, site: String, url: String, identifier: String },
    /// The end user has to pick a site for this flow.
    Choosing { flow: String },
    /// It did not work.
    Fault { status: u16, title: String, what: String, next: String },
}

#[derive(Template)]
#[template(path = "connected.html")]
struct ConnectedPage {
    provider: String,
    site: String,
    url: String,
    identifier: String,
}

#[derive(Template)]
#[template(path = "success.html")]
struct SuccessPage {
    connected: bool,
}

impl From<ConnectedSummary> for Shown {
    fn from(summary: ConnectedSummary) -> Self {
        Self::Connected {
            provider: summary.provider,
            site: summary.site.name,
            url: summary.site.url,
            identifier: summary.identifier,
        }
    }
}

/// Sends the browser to the page that shows it; shows it at once when it does not fit into a cookie.
pub(super) async fn redirect(service: &Service, headers: &HeaderMap, shown: Shown) -> Response {
    let mut response = Redirect::to(ADDRESS).into_response();
    if keep(service, &mut response, &shown) {
        return response;
    }
    render_shown(service, headers, shown).await
}

/// Lets the browser keep it. Whether it does: too long a text is not kept.
pub(super) fn keep(service: &Service, response: &mut Response, shown: &Shown) -> bool {
    let text = serde_json::to_string(shown).ok();
    let sealed = text.and_then(|text| service.connect.seal_for_browser(&text));
    let header = sealed.and_then(|sealed| cookie::set_shown(service, &sealed));
    header.is_some_and(|(name, value)| {
        response.headers_mut().append(name, value);
        true
    })
}

/// What the browser has kept.
pub(super) fn kept(service: &Service, headers: &HeaderMap) -> Option<Shown> {
    let text = service.connect.open_from_browser(cookie::read_shown(service, headers)?)?;
    serde_json::from_str(&text).ok()
}

/// The result of the browser's last flow. Without one it claims nothing: anybody can open this address.
pub(super) async fn result(State(service): State<Service>, headers: HeaderMap) -> Response {
    match kept(&service, &headers) {
        Some(shown) => render_shown(&service, &headers, shown).await,
        None => render(StatusCode::OK, &SuccessPage { connected: false }),
    }
}

/// Where applications send the browser once they have confirmed its user. It says that the account is connected only
/// to the browser that walked through the flow, and only if that is so.
pub(super) async fn success(State(service): State<Service>, headers: HeaderMap) -> Response {
    let connected = match kept(&service, &headers) {
        Some(Shown::Started { link }) => service.connect.link_completed(&link).await.unwrap_or(false),
        Some(Shown::Connected { .. }) => true,
        Some(Shown::Choosing { .. } | Shown::Fault { .. }) | None => false,
    };
    render(StatusCode::OK, &SuccessPage { connected })
}

async fn render_shown(service: &Service, headers: &HeaderMap, shown: Shown) -> Response {
    match shown {
        Shown::Connected { provider, site, url, identifier } => {
            render(StatusCode::OK, &ConnectedPage { provider, site, url, identifier })
        }
        Shown::Choosing { flow } => {
            match service.connect.view_sites(&flow, cookie::read(service, headers)).await {
                Ok(choice) => super::finish::choices(choice),
                Err(error) => fault::page(&error),
            }
        }
        Shown::Fault { status, title, what, next } => fault::again(status, title, what, next),
        Shown::Started { .. } => render(StatusCode::OK, &SuccessPage { connected: false }),
    }
}
