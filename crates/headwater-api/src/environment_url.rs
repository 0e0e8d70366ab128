//! The most common mistake in an SDK's environment: a URL with a path behind the host.
//!
//! SDKs put their own paths behind it for HTTP, and take host and port alone for gRPC. So it never works, and each way of
//! not working looks like something else.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use headwater_domain::error_code::ErrorCode;
use http::StatusCode;
use serde_json::json;
use tonic::Code;

use crate::error::{self, ERROR_INFO};
use crate::protocol;

/// What SDKs ask for first.
const ASKED_FIRST: [&str; 2] = ["/oauth/token", "/keys"];
/// The longest part of a caller's path that is told.
const MAX_TOLD: usize = 100;
const CODE: ErrorCode = ErrorCode::WrongEnvironmentUrl;

/// The answer to a request that comes from such a URL; nothing for all others. For requests that nothing else answers.
pub(crate) fn explain(request: &Request, origin: &str) -> Option<Response> {
    let path = request.uri().path();
    if protocol::grpc(request.headers()) {
        let status = error::refusal(Code::Unimplemented, CODE, &message(prefix_of_method(path)?, origin));
        return Some(status.into_http::<axum::body::Body>().into_response());
    }
    let prefix = ASKED_FIRST.iter().find_map(|end| path.strip_suffix(end)).filter(|it| !it.is_empty())?;
    let message = message(prefix, origin);
    // In the shape of OAuth's errors and in that of the REST surface: SDKs show the one or the other.
    let body = json!({
        "error": "invalid_request",
        "error_description": message,
        "code": Code::NotFound as i32,
        "message": message,
        "details": [{ "@type": ERROR_INFO, "error_code": CODE.as_str() }],
    });
    Some(error::json_body(StatusCode::NOT_FOUND, &body))
}

/// What stands before `/package.Service/Method`.
fn prefix_of_method(path: &str) -> Option<&str> {
    let service = path.rfind('/').and_then(|at| path[..at].rfind('/'))?;
    (service > 0).then_some(&path[..service])
}

fn message(prefix: &str, origin: &str) -> String {
    let prefix: String = prefix.chars().take(MAX_TOLD).collect();
    format!(
        "the environment URL must end after host and port: use {origin}, without `{prefix}` \
         (SCALEKIT_ENVIRONMENT_URL or SCALEKIT_ENV_URL)"
    )
}
