//! Outbound HTTP.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};

/// Any error, where the kind does not matter.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body on its way, in either direction.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// A body that is already in memory.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// How long an outbound call may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the start until the response head has arrived.
    pub response: Duration,
    /// Between two pieces of the response body.
    pub idle: Duration,
}

/// Why an outbound call has no response. Which it was decides whether the call may be repeated.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The request provably did not leave: no name, no connection, no TLS session.
    #[error("the request could not be sent: {reason}")]
    NotSent {
        /// What went wrong, for people.
        reason: String,
    },
    /// The request left and no answer came in time; it may have had its effect.
    #[error("no answer came within {} seconds", .0.as_secs())]
    TimedOut(Duration),
    /// The request left and the connection broke; it may have had its effect.
    #[error("the connection broke before the answer came: {reason}")]
    Broken {
        /// What went wrong, for people.
        reason: String,
    },
    /// The target is not one that may be called.
    #[error("calls to `{0}` are not allowed")]
    Forbidden(String),
}

impl UpstreamError {
    /// Whether repeating the call cannot do its effect twice.
    pub const fn safe_to_repeat(&self) -> bool {
        matches!(self, Self::NotSent { .. })
    }
}

/// Sends requests to providers. Follows no redirects, adds no headers of its own but those of the transport.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// Sends `request` and returns as soon as the response head is there; the body streams.
    async fn send(&self, request: Request<Body>, patience: Patience)
    -> Result<Response<Body>, UpstreamError>;
}

/// A response body that could not be read whole.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// More than was allowed.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// There is no memory for it beside what is under way.
    #[error("the calls under way take all the memory that the server may use for answers")]
    NoRoom,
    /// The connection broke while reading.
    #[error("the answer broke off")]
    Broken(#[source] BoxError),
}

/// Reads a body into memory, at most `limit` bytes of it.
pub async fn read(mut body: Body, limit: usize) -> Result<Bytes, ReadError> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(ReadError::Broken)?.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(ReadError::TooLarge(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}
