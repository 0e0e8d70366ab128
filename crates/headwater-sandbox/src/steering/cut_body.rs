//! Reply bodies that are delayed, cut or broken off.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Pieces of a body, in the order in which they happen.
pub(super) struct CutBody(VecDeque<Piece>);

/// A piece of a body, or an event between pieces.
pub(super) enum Piece {
    /// Bytes that are sent.
    Data(Bytes),
    /// The bytes before this go out before anything else happens.
    Flush,
    /// A pause that lasts until this future is ready.
    Wait(Wait),
    /// The end of the connection.
    Break,
}

impl CutBody {
    pub(super) fn new(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self(pieces.into_iter().collect())
    }
}

impl Body for CutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            match self.0.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Data(bytes)) if bytes.is_empty() => {}
                Some(Piece::Data(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Piece::Flush) => {
                    // A server sends what it has while a body is not ready.
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Piece::Wait(mut wait)) => {
                    if wait.as_mut().poll(context).is_pending() {
                        self.0.push_front(Piece::Wait(wait));
                        return Poll::Pending;
                    }
                }
                Some(Piece::Break) => {
                    self.0.clear();
                    let reset = io::Error::new(io::ErrorKind::ConnectionReset, "cut by a scripted fault");
                    return Poll::Ready(Some(Err(reset)));
                }
            }
        }
    }
}
