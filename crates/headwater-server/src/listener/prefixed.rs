//! A stream that first gives back bytes that were read from it before.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// `prefix`, then whatever `inner` has. Writing goes straight through.
pub(super) struct Prefixed<IO> {
    prefix: Vec<u8>,
    given: usize,
    inner: IO,
}

impl<IO> Prefixed<IO> {
    pub(super) fn new(prefix: Vec<u8>, inner: IO) -> Self {
        Self { prefix, given: 0, inner }
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Prefixed<IO> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let left = this.prefix.get(this.given..).unwrap_or_default();
        let taken = left.len().min(into.remaining());
        if taken == 0 {
            return Pin::new(&mut this.inner).poll_read(cx, into);
        }
        into.put_slice(left.get(..taken).unwrap_or_default());
        this.given += taken;
        if this.given == this.prefix.len() {
            this.prefix = Vec::new();
            this.given = 0;
        }
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Prefixed<IO> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn the_prefix_comes_first_in_whatever_pieces_it_is_read() {
        let (mut far, near) = tokio::io::duplex(64);
        far.write_all(b"def").await.unwrap();
        let mut stream = Prefixed::new(b"abc".to_vec(), near);
        stream.write_all(b"answer").await.unwrap();
        drop(far.shutdown().await);
        let mut piece = [0; 2];
        stream.read_exact(&mut piece).await.unwrap();
        assert_eq!(&piece, b"ab");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"cdef");
        let mut answer = [0; 6];
        far.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"answer");
    }
}
