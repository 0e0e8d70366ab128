//! One call to a service that speaks JSON over HTTP.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_ports::upstream::{Body, Patience, Upstream, UpstreamError, full, read};
use http::{HeaderValue, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::error::{Failure, KmsFailure};
use super::{KEY_LENGTH, WrappingKey};

/// Somebody waits in front of a server that starts.
const PATIENCE: Patience = Patience { response: Duration::from_secs(10), idle: Duration::from_secs(10) };
/// Answers hold a wrapped key or a sentence.
const MAX_ANSWER: usize = 64 * 1024;
/// How much of what a service says is repeated.
const MAX_WORDS: usize = 300;

/// What a service answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The body, or nothing when it is something else.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// A `POST` of JSON.
pub(crate) fn post_json(
    url: &str,
    headers: Vec<(&'static str, HeaderValue)>,
    body: &impl Serialize,
) -> Result<Request<Body>, Failure> {
    let body = serde_json::to_vec(body).map_err(|error| KmsFailure::Answer.with(error.to_string()))?;
    let mut request = Request::post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(full(body)).map_err(|_| KmsFailure::Unreachable.with(format!("{url} is no URL")))
}

/// Sends it and reads the whole answer. A bad moment of the service counts as not reached.
pub(crate) async fn call(upstream: &dyn Upstream, request: Request<Body>) -> Result<Answer, Failure> {
    let unreachable = |error: UpstreamError| KmsFailure::Unreachable.with(error.to_string());
    let (head, body) = upstream.send(request, PATIENCE).await.map_err(unreachable)?.into_parts();
    let body =
        read(body, MAX_ANSWER).await.map_err(|error| KmsFailure::Unreachable.with(error.to_string()))?;
    if head.status.is_redirection() {
        let advice =
            "it answered with a redirection, which is not followed; name the server that it leads to";
        return Err(KmsFailure::Answer.with(advice));
    }
    Ok(Answer { status: head.status, body: Zeroizing::new(body.to_vec()) })
}

/// What a service said, fit for a message.
pub(crate) fn words(said: &str) -> String {
    said.chars().map(|it| if it.is_control() { ' ' } else { it }).take(MAX_WORDS).collect()
}

/// A header that no `Debug` shows.
pub(crate) fn secret_header(value: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| KmsFailure::Credentials.with("the token holds characters that no token has"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A key as Base64.
pub(crate) fn encode_key(key: &WrappingKey) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * KEY_LENGTH));
    STANDARD.encode_string(key.as_slice(), &mut text);
    text
}

/// A key from Base64.
pub(crate) fn decode_key(text: &str) -> Result<WrappingKey, Failure> {
    let bytes = STANDARD.decode(text).map(Zeroizing::new).ok();
    let key = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
    key.map(Zeroizing::new).ok_or_else(|| KmsFailure::Answer.with("it unwrapped something that is no key"))
}
