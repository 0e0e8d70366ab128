//! `POST /oauth/token`: access tokens for API clients (RFC 6749 §4.4).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use headwater_domain::secret::Secret;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use url::form_urlencoded;

use crate::authenticate::Gate;
use crate::error::json_body;
use crate::throttle::Attempt;

/// What a client sent.
#[derive(Default)]
struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<Secret>,
}

/// An OAuth error (RFC 6749 §5.2).
struct OauthError {
    status: StatusCode,
    code: &'static str,
    description: String,
    retry_after: Option<Duration>,
}

/// Exchanges a client's credentials for an access token. A bearer token that comes along is ignored: SDKs send
/// their expired one.
pub(crate) async fn token(
    State(gate): State<Gate>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let address = peer.map(|Extension(ConnectInfo(peer))| peer.ip());
    let mut response = match issue(&gate, address, &headers, &body).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn issue(
    gate: &Gate,
    address: Option<IpAddr>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Response, OauthError> {
    let request = read(headers, body)?;
    match request.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(other) => {
            let other: String = other.chars().take(50).collect();
            return Err(bad(
                "unsupported_grant_type",
                format!("`{other}` is not supported; use client_credentials"),
            ));
        }
        None => {
            return Err(bad("invalid_request", "grant_type is missing; use client_credentials".to_owned()));
        }
    }
    let (Some(id), Some(secret)) = (request.client_id, request.client_secret) else {
        return Err(bad("invalid_request", "client_id and client_secret must be given".to_owned()));
    };
    let client = authenticate(gate, &Attempt::new(address, &id), &id, &secret).await?;
    let tokens = gate.tokens.tokens().await;
    let token = tokens.issue(&client, gate.core.random_token(), gate.core.now()).map_err(|error| {
        tracing::error!(%error, "no access token could be made");
        server_error()
    })?;
    let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": tokens.lifetime().as_secs(), "scope": "" });
    Ok(json_body(StatusCode::OK, &body))
}

/// Checks credentials. Who was wrong too often is told to wait; a right secret never is.
async fn authenticate(
    gate: &Gate,
    attempt: &Attempt,
    id: &str,
    secret: &Secret,
) -> Result<ClientId, OauthError> {
    match gate.api_clients.authenticate(id, secret).await {
        Ok(client) => Ok(client),
        Err(error) if error.kind() == ErrorKind::Unauthenticated => {
            let now = gate.core.now();
            if let Some(wait) = gate.throttle.wait(attempt, now) {
                return Err(slow_down(wait));
            }
            gate.throttle.failed(attempt, now);
            let description = error.message().to_owned();
            Err(OauthError::new(StatusCode::UNAUTHORIZED, ErrorCode::InvalidClient.as_str(), description))
        }
        Err(_) => Err(server_error()),
    }
}

fn read(headers: &HeaderMap, body: &Bytes) -> Result<TokenRequest, OauthError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(bad(
            "invalid_request",
            "send the parameters as application/x-www-form-urlencoded".to_owned(),
        ));
    }
    let mut request = TokenRequest::default();
    for (name, value) in form_urlencoded::parse(body) {
        let value = value.into_owned();
        let twice = match &*name {
            "grant_type" => request.grant_type.replace(value).is_some(),
            "client_id" => request.client_id.replace(value).is_some(),
            "client_secret" => request.client_secret.replace(Secret::new(value)).is_some(),
            _ => false,
        };
        if twice {
            return Err(bad("invalid_request", format!("{name} is given twice")));
        }
    }
    if request.client_secret.is_none()
        && let Some((id, secret)) = basic(headers)
    {
        request.client_id = Some(id);
        request.client_secret = Some(secret);
    }
    Ok(request)
}

/// Credentials in an `Authorization: Basic` header, form-encoded inside (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, Secret)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    Some((decode(id)?, Secret::new(decode(secret)?)))
}

impl OauthError {
    fn new(status: StatusCode, code: &'static str, description: String) -> Self {
        Self { status, code, description, retry_after: None }
    }

    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "error_description": self.description });
        let mut response = json_body(self.status, &body);
        if let Some(wait) = self.retry_after {
            // Whole seconds, and never less than it takes.
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)));
        }
        response
    }
}

fn bad(code: &'static str, description: String) -> OauthError {
    OauthError::new(StatusCode::BAD_REQUEST, code, description)
}

/// RFC 6749 has no word for this; the status says it.
fn slow_down(wait: Duration) -> OauthError {
    tracing::warn!(
        "credentials of API clients were wrong too often; wrong ones from that address are told to wait"
    );
    let description = "the credentials were wrong too often; wait before you try again".to_owned();
    let error = OauthError::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", description);
    OauthError { retry_after: Some(wait), ..error }
}

fn server_error() -> OauthError {
    let description =
        "headwater could not check the credentials; ask the operator to look at the log".to_owned();
    OauthError::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", description)
}
