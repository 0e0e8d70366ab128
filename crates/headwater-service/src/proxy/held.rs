//! Answers that keep their places among the calls under way until they have been read.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use headwater_ports::upstream::{Body, BoxError};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use parking_lot::{Mutex, MutexGuard};
use tokio::task::JoinHandle;

use super::Proxy;
use crate::admission::Admitted;
use crate::governor::Permit;

/// The answer took longer than answers may.
#[derive(Debug, thiserror::Error)]
#[error("the answer was cut off: it took longer than {} seconds to read", .0.as_secs())]
struct TooSlow(Duration);

/// The places that a call takes; gone once they were given back.
#[derive(Clone)]
struct Places(Arc<Mutex<Taken>>);

struct Taken {
    /// Of its account and its API client.
    admitted: Option<Admitted>,
    /// Of its site.
    permit: Option<Permit>,
}

/// A body with the places of its call. They are given back when it has ended, broke off, was dropped or took too long.
struct Held {
    body: Body,
    places: Places,
    limit: Duration,
    ended: bool,
    /// Gives the places back in time. A body cannot do that by itself: nobody asks it for more while its reader rests.
    timer: JoinHandle<()>,
}

impl Proxy {
    /// Ties a call's places to the body of its answer, for as long as an answer may take. The place at the site is kept
    /// for as long as an answer may stay away: all accounts of the site share those places, and one slow reader must not
    /// keep the others waiting.
    pub(super) fn hold_places(&self, body: Body, admitted: Admitted, permit: Permit) -> Body {
        if body.is_end_stream() {
            return body;
        }
        let places = Places(Arc::new(Mutex::new(Taken { admitted: Some(admitted), permit: Some(permit) })));
        let (core, held) = (self.core.clone(), places.clone());
        let (site, limit) =
            (self.core.settings().proxy_patience.response, self.core.settings().proxy_answer_limit);
        let end = self.core.clock().elapsed() + limit;
        let timer = tokio::spawn(async move {
            core.clock().wait(site.min(limit)).await;
            drop(held.taken().permit.take());
            core.clock().wait(end.saturating_sub(core.clock().elapsed())).await;
            held.give_back();
        });
        Held { body, places, limit, ended: false, timer }.boxed_unsync()
    }
}

impl Places {
    fn give_back(&self) {
        let mut taken = self.taken();
        drop((taken.admitted.take(), taken.permit.take()));
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock()
    }
}

impl Held {
    fn end(&mut self) {
        self.ended = true;
        self.timer.abort();
        self.places.give_back();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.end();
    }
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.places.taken().admitted.is_none() {
            self.end();
            return Poll::Ready(Some(Err(Box::new(TooSlow(self.limit)))));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) || self.body.is_end_stream() {
            self.end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
