//! Request bodies that are read to their end although nobody wants them, so that their senders read the answer.
//!
//! Over HTTP/1 most clients send the whole body before they look for an answer. A server that refuses early and closes
//! the connection on unread bytes makes the client's system throw the answer away: instead of "too large" the client
//! sees a connection that was reset. HTTP/2 has a way to say that no more is needed.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use headwater_domain::bounds::{UNWANTED_BODY_BYTES, UNWANTED_BODY_TIME};
use http::header::EXPECT;
use http::{HeaderMap, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// A request body; what is left of it when it is dropped is read and thrown away, within bounds.
pub(super) struct Polite {
    inner: Option<Incoming>,
}

impl Polite {
    pub(super) fn new(inner: Incoming) -> Self {
        Self { inner: Some(inner) }
    }

    /// Whether the sender of a request sends its body without waiting to be asked for it.
    pub(super) fn applies(version: Version, headers: &HeaderMap) -> bool {
        version < Version::HTTP_2 && !headers.contains_key(EXPECT)
    }
}

impl Body for Polite {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let Some(inner) = &mut this.inner else { return Poll::Ready(None) };
        let frame = Pin::new(inner).poll_frame(context);
        if let Poll::Ready(None | Some(Err(_))) = frame {
            this.inner = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Polite {
    fn drop(&mut self) {
        let Some(inner) = self.inner.take().filter(|inner| !inner.is_end_stream()) else { return };
        // Without a runtime there is no connection either.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(timeout(UNWANTED_BODY_TIME, discard(inner)));
        }
    }
}

/// Reads a body and keeps nothing of it. Ends with the connection.
async fn discard(mut body: Incoming) {
    let mut left = UNWANTED_BODY_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = left.checked_sub(length) else { return };
        left = rest;
    }
}
