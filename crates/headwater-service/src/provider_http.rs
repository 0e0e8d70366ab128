//! Calls to a provider's OAuth endpoints: small JSON requests with small JSON answers.

use std::time::Duration;

use bytes::Bytes;
use headwater_ports::upstream::{Body, Patience, Upstream, UpstreamError, full, read};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Method, Request};
use url::Url;

/// The largest answer that is read.
const MAX_REPLY: usize = 1024 * 1024;
/// How headwater names itself to providers. Atlassian refuses writes from names that look like a browser's.
pub(crate) const OUR_NAME: HeaderValue =
    HeaderValue::from_static(concat!("headwater/", env!("CARGO_PKG_VERSION")));

/// A small answer, read whole.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// What the header of that name says, in its form with seconds (RFC 9110 §10.2.3).
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

/// Posts a JSON document.
pub(crate) async fn post_json(
    upstream: &dyn Upstream,
    url: &Url,
    body: Bytes,
    patience: Patience,
) -> Result<Reply, UpstreamError> {
    let request = request(Method::POST, url).header(CONTENT_TYPE, "application/json").body(full(body));
    send(upstream, request, patience).await
}

/// Gets a JSON document with a bearer token.
pub(crate) async fn get_json(
    upstream: &dyn Upstream,
    url: &Url,
    authorization: &HeaderValue,
    patience: Patience,
) -> Result<Reply, UpstreamError> {
    let request = request(Method::GET, url).header(AUTHORIZATION, authorization).body(full(Bytes::new()));
    send(upstream, request, patience).await
}

fn request(method: Method, url: &Url) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(url.as_str())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, OUR_NAME)
}

async fn send(
    upstream: &dyn Upstream,
    request: http::Result<Request<Body>>,
    patience: Patience,
) -> Result<Reply, UpstreamError> {
    let request = request.map_err(|error| UpstreamError::NotSent { reason: error.to_string() })?;
    let response = upstream.send(request, patience).await?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let body = read(response.into_body(), MAX_REPLY)
        .await
        .map_err(|error| UpstreamError::Broken { reason: error.to_string() })?;
    Ok(Reply { status, retry_after: retry_after.map(Duration::from_secs), body })
}
