//! `/proxy/<path>`: raw requests to the provider, streamed both ways.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use headwater_domain::error_code::ErrorCode;
use headwater_service::caller::ensure_any;
use headwater_service::error::ServiceError;
use headwater_service::proxy::{GRANT_HEADER, IN_DOUBT, ProxyRequest};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Limited};
use tonic::Code;

use self::account::Named;
use crate::{error, roles};

mod account;
mod form;

/// By then a refusal of the grant has been confirmed.
const IN_HALF_A_MINUTE: HeaderValue = HeaderValue::from_static("30");

/// What stands in front of the provider's path.
pub(crate) const PREFIX: &str = "/proxy";

/// What proxying needs.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) requests: headwater_service::proxy::Proxy,
    /// The largest request body that is passed on, in bytes.
    pub(crate) body_limit: usize,
}

/// Passes a request on and the answer back.
pub(crate) async fn proxy(State(proxy): State<Proxy>, request: Request) -> Response {
    if let Err(error) = ensure_any(roles::PROXY) {
        return refuse(&error);
    }
    let (head, body) = request.into_parts();
    if let Some(refusal) = form::refusal(&head) {
        return refusal;
    }
    if body.size_hint().lower() > u64::try_from(proxy.body_limit).unwrap_or(u64::MAX) {
        return too_large(proxy.body_limit);
    }
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
    let Named { account, otherwise } = match account::read(&head.headers) {
        Ok(named) => named,
        Err(error) => return error::http(&error),
    };
    let body = Limited::new(body, proxy.body_limit).boxed_unsync();
    let query = head.uri.query().map(str::to_owned);
    let method = head.method;
    let request = ProxyRequest { account, otherwise, method, path, query, headers: head.headers, body };
    match proxy.requests.send(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => refuse(&error),
    }
}

/// Told before anything is sent, so that the caller knows that nothing was done.
fn too_large(most: usize) -> Response {
    let message = format!(
        "nothing was sent: the body is larger than {most} bytes, the most that is passed on (limits.proxy_body_bytes)"
    );
    error::json(StatusCode::PAYLOAD_TOO_LARGE, Code::ResourceExhausted, ErrorCode::BodyTooLarge, &message)
}

/// A path that does not begin with a slash, such as `/proxywiki/...`, which the Python SDK makes of one without.
pub(crate) async fn without_slash() -> Response {
    let message = "the path must begin with `/`, such as /wiki/rest/api/user/current";
    error::json(StatusCode::BAD_REQUEST, Code::InvalidArgument, ErrorCode::InvalidArgument, message)
        .into_response()
}

fn refuse(error: &ServiceError) -> Response {
    let (status, code) = (error::proxy_status(error), error::code(error.kind()));
    let mut response = error::json(status, code, error.code(), error.message());
    if error.code() == ErrorCode::GrantInDoubt {
        response.headers_mut().insert(GRANT_HEADER, IN_DOUBT);
        response.headers_mut().insert(RETRY_AFTER, IN_HALF_A_MINUTE);
    }
    response
}
