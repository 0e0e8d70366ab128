//! An answer's body that keeps the memory reserved for it until it has gone out.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use headwater_service::memory::Held;
use http_body::{Frame, SizeHint};

/// Passes everything on, the length as well, so that an answer of known length is not sent in chunks.
pub(super) struct HeldBody {
    inner: Body,
    _held: Arc<Held>,
}

impl HeldBody {
    pub(super) fn new(inner: Body, held: Arc<Held>) -> Self {
        Self { inner, _held: held }
    }
}

impl http_body::Body for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
