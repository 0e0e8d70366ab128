//! The one router: the wire contract, the pages, and what stands around both.

use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use headwater_api::{OpenDoor, Transport};
use headwater_domain::deployment::on_this_machine;
use headwater_service::Service;
use http::{Request, StatusCode};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use super::{Mode, StartError};
use crate::config::Config;
use crate::log;

/// Builds the router that the listener serves.
pub(super) async fn build(config: &Config, service: &Service, mode: Mode) -> Result<Router, StartError> {
    let door = OpenDoor::default();
    let limits = headwater_api::Limits {
        body_bytes: config.limits.body_bytes,
        proxy_body_bytes: config.limits.proxy_body_bytes,
        request_timeout: config.limits.request_timeout(),
        token_lifetime: config.token.lifetime(),
    };
    let api = headwater_api::router(service.clone(), limits, door.clone())
        .await
        .map_err(|error| StartError::Api(error.into()))?;
    let pages = door.before(headwater_dashboard::router(service.clone()));
    let transport = transport(config, service, mode);
    let router = Router::new().route("/healthz", get(|| async { "ok\n" })).merge(pages).merge(api);
    let router = headwater_api::with_transport(router, transport)
        // Innermost first. A panic becomes an answer before the trace sees it, so that it is logged as a request.
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request handler panicked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(log::request_span)
                .on_request(|_: &Request<_>, _: &tracing::Span| ())
                .on_response(|response: &http::Response<_>, latency: Duration, _: &tracing::Span| {
                    tracing::debug!(
                        status = response.status().as_u16(),
                        millis = latency.as_millis(),
                        "answered"
                    );
                }),
        );
    Ok(headwater_api::with_single_slashes(router))
}

/// A server that others reach by https insists on it. Names of this machine are shared by all its programs, so that
/// browsers must not be told to use https for them.
fn transport(config: &Config, service: &Service, mode: Mode) -> Transport {
    let origin = service.core.settings().base_url.origin().ascii_serialization();
    let encrypted = !mode.sandboxed && origin.starts_with("https://");
    Transport {
        refuse_plaintext: encrypted && !config.listen.plaintext_credentials,
        strict: encrypted && !on_this_machine(&origin),
        origin,
    }
}
