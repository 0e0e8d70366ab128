//! Tells from the first bytes of a connection what the client speaks.
//!
//! Bytes are read, not peeked: a peek returns at once while the preface is incomplete and would spin. What was read
//! is replayed by [`Prefixed`](super::prefixed::Prefixed).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// What every HTTP/2 connection with prior knowledge begins with (RFC 9113 §3.4).
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The content type of a TLS handshake record; no HTTP method begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// What a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Tls,
    Http1,
    Http2,
}

/// The answer, and the bytes that were read to find it.
pub(super) struct Opening {
    pub(super) spoken: Spoken,
    pub(super) read: Vec<u8>,
}

/// Reads until it is clear what the client speaks; `None` when it left before that.
pub(super) async fn sniff<IO>(io: &mut IO) -> io::Result<Option<Opening>>
where
    IO: AsyncRead + Unpin,
{
    let mut read = Vec::with_capacity(HTTP2_PREFACE.len());
    loop {
        if let Some(spoken) = recognise(&read) {
            return Ok(Some(Opening { spoken, read }));
        }
        let missing = HTTP2_PREFACE.len().saturating_sub(read.len());
        let mut rest = (&mut *io).take(u64::try_from(missing).unwrap_or(0));
        if rest.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    }
}

/// `None` while more bytes are needed. Never `None` once the length of the preface is reached.
fn recognise(read: &[u8]) -> Option<Spoken> {
    match read.first() {
        None => None,
        Some(&TLS_HANDSHAKE) => Some(Spoken::Tls),
        Some(_) if read.starts_with(HTTP2_PREFACE) => Some(Spoken::Http2),
        Some(_) if HTTP2_PREFACE.starts_with(read) => None,
        Some(_) => Some(Spoken::Http1),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        for (read, expected) in [
            (&b""[..], None),
            (b"\x16", Some(Spoken::Tls)),
            (b"\x16\x03\x01\x02\x00", Some(Spoken::Tls)),
            (b"P", None),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r", None),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Some(Spoken::Http2)),
            (b"PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n", Some(Spoken::Http1)),
            (b"PO", Some(Spoken::Http1)),
            (b"GET / HTTP/1.1\r\n", Some(Spoken::Http1)),
            (b"\x00", Some(Spoken::Http1)),
            (b"\x15", Some(Spoken::Http1)),
        ] {
            assert_eq!(recognise(read), expected, "{read:?}");
        }
    }

    #[tokio::test]
    async fn a_preface_in_pieces_is_recognised_and_nothing_behind_it_is_eaten() {
        let (mut client, mut server) = tokio::io::duplex(64);
        let writing = async {
            for piece in [&HTTP2_PREFACE[..3], &HTTP2_PREFACE[3..20], &HTTP2_PREFACE[20..], &b"frame"[..]] {
                client.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        let (opening, ()) = tokio::join!(sniff(&mut server), writing);
        let opening = opening.unwrap().unwrap();
        assert_eq!((opening.spoken, &*opening.read), (Spoken::Http2, &HTTP2_PREFACE[..]));
        let mut behind = [0; 5];
        server.read_exact(&mut behind).await.unwrap();
        assert_eq!(&behind, b"frame");
    }

    #[tokio::test]
    async fn a_client_that_leaves_is_no_error() {
        let (client, mut server) = tokio::io::duplex(64);
        drop(client);
        assert!(sniff(&mut server).await.unwrap().is_none());
    }
}
