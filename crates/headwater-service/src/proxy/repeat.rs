//! Request bodies that can be sent a second time: small ones are copied while they are sent.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use headwater_ports::upstream::{Body, BoxError};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The largest body that is copied, in bytes.
const MOST: usize = 1024 * 1024;
/// The most bytes that all copies hold together.
const MOST_TOGETHER: usize = 32 * 1024 * 1024;

/// Room for copies of request bodies.
pub(crate) struct Copies(Arc<Semaphore>);

impl Default for Copies {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_TOGETHER)))
    }
}

/// The copy of a body that is being sent.
#[derive(Clone)]
pub(super) struct Copy(Arc<Mutex<State>>);

struct State {
    room: Arc<Semaphore>,
    /// Absent once the body turned out to be too large.
    bytes: Option<BytesMut>,
    taken: Option<OwnedSemaphorePermit>,
    whole: bool,
}

impl Copies {
    /// A body that is copied on its way, and its copy.
    pub(super) fn record(&self, body: Body) -> (Body, Copy) {
        let whole = body.is_end_stream();
        let state = State { room: Arc::clone(&self.0), bytes: Some(BytesMut::new()), taken: None, whole };
        let copy = Copy(Arc::new(Mutex::new(state)));
        (Recorded { body, copy: copy.clone() }.boxed_unsync(), copy)
    }
}

impl Copy {
    /// The whole body, if it was read to its end and is small enough.
    pub(super) fn whole(&self) -> Option<Bytes> {
        let state = self.state();
        state.bytes.as_ref().filter(|_| state.whole).map(|it| Bytes::copy_from_slice(it))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

impl State {
    fn add(&mut self, data: &[u8]) {
        let Some(bytes) = &mut self.bytes else { return };
        if bytes.len() + data.len() > MOST || !take(&self.room, &mut self.taken, data.len()) {
            (self.bytes, self.taken) = (None, None);
            return;
        }
        bytes.extend_from_slice(data);
    }
}

fn take(room: &Arc<Semaphore>, taken: &mut Option<OwnedSemaphorePermit>, count: usize) -> bool {
    let Ok(count) = u32::try_from(count) else { return false };
    let Ok(permit) = Arc::clone(room).try_acquire_many_owned(count) else { return false };
    match taken {
        Some(taken) => taken.merge(permit),
        None => *taken = Some(permit),
    }
    true
}

struct Recorded {
    body: Body,
    copy: Copy,
}

impl http_body::Body for Recorded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let mut state = self.copy.state();
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    state.add(data);
                }
                // Whoever sends it may not ask any more once it has said that this was the end.
                state.whole = self.body.is_end_stream();
            }
            Some(Err(_)) => (state.bytes, state.taken) = (None, None),
            None => state.whole = true,
        }
        drop(state);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use headwater_ports::upstream::{full, read};
    use http_body_util::StreamBody;

    use super::*;

    fn pieces(pieces: Vec<Result<&'static str, &'static str>>) -> Body {
        let frames = pieces.into_iter().map(|piece| match piece {
            Ok(text) => Ok(Frame::data(Bytes::from_static(text.as_bytes()))),
            Err(text) => Err(BoxError::from(text)),
        });
        StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync()
    }

    #[tokio::test]
    async fn a_small_body_can_be_sent_again_once_it_was_sent_whole() {
        let copies = Copies::default();
        let (body, copy) = copies.record(pieces(vec![Ok("a"), Ok("bc")]));
        assert_eq!(copy.whole(), None, "nothing was sent yet");
        assert_eq!(read(body, 10).await.unwrap(), "abc");
        assert_eq!(copy.whole().unwrap(), "abc");
        let (body, copy) = copies.record(full(""));
        assert_eq!(copy.whole().unwrap(), "", "there is nothing to send");
        assert_eq!(body.size_hint().exact(), Some(0));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_not_sent_again() {
        let (body, copy) = Copies::default().record(pieces(vec![Ok("a"), Err("gone")]));
        assert!(read(body, 10).await.is_err());
        assert_eq!(copy.whole(), None);
    }

    #[tokio::test]
    async fn large_bodies_are_not_kept_and_all_together_take_so_much_room_only() {
        let copies = Copies::default();
        let (body, copy) = copies.record(full(vec![1; MOST + 1]));
        read(body, usize::MAX).await.unwrap();
        assert_eq!(copy.whole(), None);
        let mut kept = Vec::new();
        for _ in 0..=MOST_TOGETHER / MOST {
            let (body, copy) = copies.record(full(vec![1; MOST]));
            read(body, usize::MAX).await.unwrap();
            kept.push(copy);
        }
        let whole = kept.iter().filter(|it| it.whole().is_some()).count();
        assert_eq!(whole, MOST_TOGETHER / MOST);
        drop(kept);
        assert_eq!(copies.0.available_permits(), MOST_TOGETHER, "the room is given back");
    }
}
