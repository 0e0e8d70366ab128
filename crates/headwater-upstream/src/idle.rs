//! A body that breaks off when nothing arrives for too long.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use headwater_ports::upstream::BoxError;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// Nothing arrived for too long.
#[derive(Debug, thiserror::Error)]
#[error("the provider sent nothing for {} seconds", .0.as_secs())]
pub(crate) struct Stalled(Duration);

pin_project_lite::pin_project! {
    /// Wraps a body and allows `limit` between two of its pieces.
    pub(crate) struct IdleLimited<B> {
        #[pin]
        inner: B,
        #[pin]
        timer: Sleep,
        limit: Duration,
    }
}

impl<B> IdleLimited<B> {
    pub(crate) fn new(inner: B, limit: Duration) -> Self {
        Self { inner, timer: sleep(limit), limit }
    }
}

impl<B> Body for IdleLimited<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        if let Poll::Ready(frame) = this.inner.poll_frame(context) {
            let next = Instant::now().checked_add(*this.limit);
            if let Some(next) = next {
                this.timer.as_mut().reset(next);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        ready!(this.timer.poll(context));
        Poll::Ready(Some(Err(Box::new(Stalled(*this.limit)))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use http_body_util::channel::Channel;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn c8_a_body_that_stalls_breaks_off_and_one_that_keeps_coming_does_not() {
        let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(1);
        let mut body = Box::pin(IdleLimited::new(body, Duration::from_secs(10)));
        for piece in ["a", "b", "c"] {
            sender.send_data(Bytes::from_static(piece.as_bytes())).await.unwrap();
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), piece);
            tokio::time::advance(Duration::from_secs(9)).await;
        }
        assert!(body.frame().await.unwrap().unwrap_err().is::<Stalled>());
    }
}
