//! A server that others reach by https takes no credentials that came in clear, and tells browsers never to send any.
//!
//! The port speaks both, because one SDK uses TLS for gRPC whatever its URL says. So a client with `http://` in its
//! environment would work, and nobody would notice that its secret crosses the network readable.

use headwater_domain::error_code::ErrorCode;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{AUTHORIZATION, COOKIE, STRICT_TRANSPORT_SECURITY};
use http::uri::Scheme;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use tonic::Code;

use crate::error::{self, ERROR_INFO};
use crate::protocol;

/// A year, as lists of such hosts demand.
const ALWAYS_ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=31536000");
const CODE: ErrorCode = ErrorCode::PlaintextCredentials;
/// What tells whether the server is there; nothing is at stake.
const HEALTH: &str = "/healthz";
/// Where programs come, not people.
const FOR_PROGRAMS: [&str; 4] = ["/api/", "/proxy", "/oauth/token", "/keys"];

/// What a server does about transport.
#[derive(Clone, Debug)]
pub struct Transport {
    /// The public origin, such as `https://headwater.example`.
    pub origin: String,
    /// Whether credentials are refused that came unencrypted.
    pub refuse_plaintext: bool,
    /// Whether browsers are told to use https only.
    pub strict: bool,
}

/// Puts the rules of `transport` around a router. Whether a request came encrypted is read from its `Scheme` extension,
/// which the listener sets; without one it came in clear.
pub fn with_transport(router: Router, transport: Transport) -> Router {
    if !transport.refuse_plaintext && !transport.strict {
        return router;
    }
    router.layer(middleware::from_fn_with_state(Arc::new(transport), guard))
}

async fn guard(State(transport): State<Arc<Transport>>, request: Request, next: Next) -> Response {
    let encrypted = request.extensions().get::<Scheme>() == Some(&Scheme::HTTPS);
    if transport.refuse_plaintext
        && !encrypted
        && request.uri().path() != HEALTH
        && let Some(response) = refuse(&transport.origin, &request)
    {
        return response;
    }
    let mut response = next.run(request).await;
    // Browsers ignore it where it came in clear, and so must whoever stands in between (RFC 6797 §7.2).
    if transport.strict && encrypted {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, ALWAYS_ENCRYPTED);
    }
    response
}

/// The answer to a request that carries credentials; nothing for one that does not. Nothing of the credentials is looked
/// at: whether they are right is nobody's business on the way that they took.
fn refuse(origin: &str, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let for_programs =
        protocol::grpc(request.headers()) || FOR_PROGRAMS.iter().any(|it| path.starts_with(it));
    let bearing = request.headers().contains_key(AUTHORIZATION) || request.headers().contains_key(COOKIE);
    if !for_programs && reads {
        // A person: what the address holds is used up by the button on the page only.
        let rest = request.uri().path_and_query().map_or("/", |it| it.as_str());
        return Some(Redirect::permanent(&format!("{origin}{rest}")).into_response());
    }
    // A form of a page, or a client's secret, is in the body.
    let in_body = !reads && (!for_programs || path.ends_with("/oauth/token"));
    (bearing || in_body).then(|| refusal(origin, request))
}

fn refusal(origin: &str, request: &Request) -> Response {
    tracing::warn!(
        "credentials came unencrypted and were not looked at; replace them. Clients must use {origin}. Where a proxy in front ends TLS, \
         name it in listen.trusted_proxies"
    );
    let message = format!(
        "credentials were sent unencrypted and were not looked at. Use {origin}, and replace them: others may have read \
         them on the way. Operator: where a proxy in front ends TLS, name it in listen.trusted_proxies"
    );
    if protocol::grpc(request.headers()) {
        let status = error::refusal(Code::FailedPrecondition, CODE, &message);
        return status.into_http::<axum::body::Body>().into_response();
    }
    let body = json!({
        "error": "invalid_request",
        "error_description": message,
        "code": Code::FailedPrecondition as i32,
        "message": message,
        "details": [{ "@type": ERROR_INFO, "error_code": CODE.as_str() }],
    });
    error::json_body(StatusCode::BAD_REQUEST, &body)
}
