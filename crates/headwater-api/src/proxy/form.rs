//! The form that a raw request must have before anything is looked up for it.

use axum::response::Response;
use headwater_domain::error_code::ErrorCode;
use headwater_service::proxy::METHODS;
use http::header::{ALLOW, EXPECT};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, Version};
use tonic::Code;

use crate::error;

/// The answer to a request of a form that does not cross the proxy.
pub(super) fn refusal(head: &Parts) -> Option<Response> {
    if !METHODS.split(", ").any(|it| it == head.method.as_str()) {
        return Some(method(&head.method));
    }
    if head.version <= Version::HTTP_11 && head.uri.scheme().is_some() {
        // Whoever sends it takes us for a forward proxy, and may mean another host than this one.
        let message = "the request names an absolute URL; name the path only, such as \
                       /proxy/wiki/rest/api/user/current";
        return Some(invalid(StatusCode::BAD_REQUEST, message));
    }
    let expected = head.headers.get_all(EXPECT).iter();
    if expected.into_iter().any(|it| !it.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        let message = "the header `expect` can only be `100-continue`";
        return Some(invalid(StatusCode::EXPECTATION_FAILED, message));
    }
    None
}

/// 405 for the methods that HTTP knows, 501 for others (RFC 9110 §15.5.6 and §15.6.2).
fn method(method: &Method) -> Response {
    let known = [Method::CONNECT, Method::TRACE].contains(method);
    let status = if known { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_IMPLEMENTED };
    let message = format!("this method does not cross the proxy; use one of {METHODS}, in upper case");
    let mut response = error::json(status, Code::Unimplemented, ErrorCode::MethodNotAllowed, &message);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(METHODS));
    response
}

fn invalid(status: StatusCode, message: &str) -> Response {
    error::json(status, Code::InvalidArgument, ErrorCode::InvalidArgument, message)
}
