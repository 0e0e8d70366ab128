//! Calls to a provider's OAuth endpoints: small JSON requests with small JSON answers.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use headwater_domain::bounds::OAUTH_ANSWER_BYTES;
use headwater_ports::upstream::{Body, Patience, ReadError, UpstreamError, full, read};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request};
use url::Url;

use crate::core::Core;
use crate::retry_after::retry_after;

/// How headwater names itself to providers. Atlassian refuses writes from names that look like a browser's.
pub(crate) const OUR_NAME: HeaderValue =
    HeaderValue::from_static(concat!("headwater/", env!("CARGO_PKG_VERSION")));

/// A small answer, read whole.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// How long the provider wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

/// Posts a JSON document.
pub(crate) async fn post_json(
    core: &Core,
    url: &Url,
    body: Bytes,
    patience: Patience,
) -> Result<Reply, UpstreamError> {
    let request = request(Method::POST, url).header(CONTENT_TYPE, "application/json").body(full(body));
    send(core, request, patience).await
}

/// Gets a JSON document with a bearer token.
pub(crate) async fn get_json(
    core: &Core,
    url: &Url,
    authorization: &HeaderValue,
    patience: Patience,
) -> Result<Reply, UpstreamError> {
    let request = request(Method::GET, url).header(AUTHORIZATION, authorization).body(full(Bytes::new()));
    send(core, request, patience).await
}

fn request(method: Method, url: &Url) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(url.as_str())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, OUR_NAME)
}

/// The time limit is one for the whole answer: a body that comes byte by byte would outlast any lease.
async fn send(
    core: &Core,
    request: http::Result<Request<Body>>,
    patience: Patience,
) -> Result<Reply, UpstreamError> {
    let request = request.map_err(|error| UpstreamError::NotSent { reason: error.to_string() })?;
    let end = core.clock().elapsed() + patience.response;
    let response = core.upstream().send(request, patience).await?;
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers(), core.now());
    let left = end.saturating_sub(core.clock().elapsed());
    let body = read_in_time(core, response.into_body(), OAUTH_ANSWER_BYTES, left)
        .await
        .ok_or(UpstreamError::TimedOut(patience.response))?
        .map_err(|error| UpstreamError::Broken { reason: error.to_string() })?;
    Ok(Reply { status, retry_after, body })
}

/// Reads a body of at most `limit` bytes; nothing when that takes longer than `time`. A provider that sends byte by byte
/// would otherwise keep a call under way for good.
pub(crate) async fn read_in_time(
    core: &Core,
    body: Body,
    limit: usize,
    time: Duration,
) -> Option<Result<Bytes, ReadError>> {
    in_time(core, read(body, limit), time).await
}

/// Waits for something; nothing when that takes longer than `time`.
pub(crate) async fn in_time<T>(core: &Core, something: impl Future<Output = T>, time: Duration) -> Option<T> {
    match select(pin!(something), core.clock().wait(time)).await {
        Either::Left((there, _)) => Some(there),
        Either::Right(_) => None,
    }
}
