//! Everything of the wire contract behind one router.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post};
use headwater_domain::error_code::ErrorCode;
use headwater_service::Service;
use headwater_service::error::ServiceError;
use http::{StatusCode, Uri};
use tonic::Code;
use tower::{ServiceBuilder, ServiceExt as _};

use crate::authenticate::{Gate, authenticate};
use crate::intake::Intake;
use crate::jwt::{self, KeyError};
use crate::open_door::OpenDoor;
use crate::proxy::{self, Proxy};
use crate::throttle::Throttle;
use crate::token_keys::TokenKeys;
use crate::{environment_url, error, grpc, keys, rest, token};

/// Bounds on requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body of an API request, in bytes.
    pub body_bytes: usize,
    /// The largest body that the proxy passes on, in bytes.
    pub proxy_body_bytes: u64,
    /// How long an API request may take. The proxy has its own bounds.
    pub request_timeout: Duration,
    /// How long access tokens live.
    pub token_lifetime: Duration,
}

/// The wire contract could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The signing keys could not be read or stored.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The signing keys are of no use.
    #[error("set up access tokens")]
    Keys(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The descriptors that are compiled in cannot be read.
    #[error("set up the REST surface")]
    Descriptors(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<KeyError> for SetupError {
    fn from(error: KeyError) -> Self {
        Self::Keys(error.into())
    }
}

/// gRPC, REST, access tokens and the proxy. Makes the first signing key where there is none.
/// `door` stands in front of what needs no access token.
pub async fn router(service: Service, limits: Limits, door: OpenDoor) -> Result<Router, SetupError> {
    let origin: Arc<str> = service.core.settings().url("").into();
    let keys = service.signing_keys.all(jwt::generate).await?;
    let tokens =
        TokenKeys::new(service.core.clone(), service.signing_keys.clone(), limits.token_lifetime, &keys)?;
    let throttle = Arc::new(Throttle::new());
    let gate = Gate {
        core: service.core.clone(),
        api_clients: service.api_clients.clone(),
        tokens: Arc::new(tokens),
        throttle,
    };
    let grpc = grpc::router(&service, limits.body_bytes);
    let descriptors = |error: prost_reflect::DescriptorError| SetupError::Descriptors(error.into());
    let rest = rest::router(grpc.clone(), service.memory.clone(), limits.body_bytes).map_err(descriptors)?;
    let intake = Intake::new(service.memory.clone(), limits.body_bytes).map_err(descriptors)?;
    let grpc = grpc.layer(middleware::from_fn_with_state(intake, crate::intake::intake));
    let proxy = Proxy {
        requests: service.proxy,
        body_limit: usize::try_from(limits.proxy_body_bytes).unwrap_or(usize::MAX),
    };
    let timeout = limits.request_timeout;
    let bounded = grpc
        .route("/api/{*rest}", any(move |request: Request| rest.oneshot(request)))
        .layer(middleware::from_fn(move |request, next| within(timeout, request, next)));
    let guarded =
        bounded.merge(proxied(proxy)).layer(middleware::from_fn_with_state(gate.clone(), authenticate));
    let open = Router::new()
        .route("/oauth/token", post(token::token))
        .route("/keys", get(keys::keys))
        .with_state(gate);
    Ok(guarded
        .merge(door.before(open))
        .fallback(move |request: Request| nothing(Arc::clone(&origin), request)))
}

fn proxied(proxy: Proxy) -> Router {
    Router::new()
        .route("/proxy/{*path}", any(proxy::proxy))
        .route("/proxy/", any(proxy::proxy))
        .route("/proxy", any(proxy::without_slash))
        .with_state(proxy)
}

/// Cuts off what takes too long.
async fn within(limit: Duration, request: Request, next: Next) -> Result<Response, Infallible> {
    let speaks_grpc = crate::authenticate::grpc(request.headers());
    Ok(tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| late(limit, speaks_grpc)))
}

fn late(limit: Duration, speaks_grpc: bool) -> Response {
    let message = format!("the request took longer than {} seconds and was cut off", limit.as_secs());
    if speaks_grpc {
        return tonic::Status::deadline_exceeded(message).into_http();
    }
    error::json(StatusCode::GATEWAY_TIMEOUT, Code::DeadlineExceeded, ErrorCode::DeadlineExceeded, &message)
}

async fn nothing(origin: Arc<str>, request: Request) -> Response {
    if let Some(response) = environment_url::explain(&request, &origin) {
        return response;
    }
    if let Some(response) = grpc::unknown(&request) {
        return response;
    }
    if request.uri().path().starts_with("/proxy") {
        return proxy::without_slash().await;
    }
    let message = format!("there is nothing at {}", request.uri().path());
    error::json(StatusCode::NOT_FOUND, Code::NotFound, ErrorCode::NotFound, &message)
}

/// Puts a layer in front of a router's routing that takes doubled leading slashes off a path: an environment URL
/// with a trailing slash makes SDKs ask for `//oauth/token`. The proxy's paths stay as they are.
pub fn with_single_slashes(router: Router) -> Router {
    let service = ServiceBuilder::new()
        .map_request(|mut request: Request| {
            if let Some(uri) = single_slash(request.uri()) {
                *request.uri_mut() = uri;
            }
            request
        })
        .service(router);
    Router::new().fallback_service(service)
}

fn single_slash(uri: &Uri) -> Option<Uri> {
    let whole = uri.path_and_query()?.as_str();
    let trimmed = whole.trim_start_matches('/');
    if whole.len() - trimmed.len() < 2 {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("/{trimmed}").parse().ok();
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_leading_slashes_are_folded() {
        let fold = |text: &str| single_slash(&text.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(fold("//oauth/token"), Some("/oauth/token".to_owned()));
        assert_eq!(fold("///keys?a=//b"), Some("/keys?a=//b".to_owned()));
        assert_eq!(fold("/proxy//evil"), None);
        assert_eq!(fold("/"), None);
    }
}
