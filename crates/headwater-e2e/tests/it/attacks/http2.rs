//! HTTP/2 written frame by frame (RFC 9113), so that it can be wrong.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const AT_MOST: Duration = Duration::from_secs(60);
/// A server that has not read for this long does not read on.
const STUCK_AFTER: Duration = Duration::from_secs(3);

/// A connection on which the preface was said.
pub(super) struct Frames {
    stream: TcpStream,
}

/// What became of bytes that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Whole,
    /// The server has closed the connection.
    Closed,
    /// The server does not read on.
    Stuck,
}

/// A frame that came.
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Frames {
    pub(super) fn connect(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(AT_MOST)).unwrap();
        stream.set_write_timeout(Some(STUCK_AFTER)).unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        let mut frames = Self { stream };
        assert!(frames.send(SETTINGS, 0, 0, &[]));
        frames
    }

    /// Sends a frame; false when the server does not listen any more.
    pub(super) fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        self.stream.write_all(&frame(kind, flags, stream, payload)).is_ok()
    }

    /// Sends bytes that are frames already.
    pub(super) fn send_all(&mut self, frames: &[u8]) -> Sent {
        match self.stream.write_all(frames) {
            Ok(()) => Sent::Whole,
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => Sent::Stuck,
            Err(_) => Sent::Closed,
        }
    }

    /// Opens a stream, or also ends it.
    pub(super) fn headers(&mut self, stream: u32, block: &[u8], end: bool) -> bool {
        self.send(HEADERS, END_HEADERS | if end { END_STREAM } else { 0 }, stream, block)
    }

    /// The next frame; nothing when the connection has ended.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.read(&mut head)?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let mut payload = vec![0; length];
        self.read(&mut payload)?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// Reads until the stream was answered or refused, or the connection has ended. True for an answer.
    pub(super) fn until_answered(&mut self, stream: u32) -> bool {
        while let Some(frame) = self.next() {
            let refused = frame.kind == GOAWAY || frame.kind == RST_STREAM && frame.stream == stream;
            let ended = [HEADERS, DATA].contains(&frame.kind) && frame.flags & END_STREAM != 0;
            if refused || ended && frame.stream == stream {
                return !refused;
            }
        }
        false
    }

    /// Reads until this PING comes back. False when the server says goodbye or closes first.
    pub(super) fn answers(&mut self, ping: [u8; 8]) -> bool {
        while let Some(frame) = self.next() {
            if frame.kind == GOAWAY {
                return false;
            }
            if frame.kind == PING && frame.payload == ping {
                return true;
            }
        }
        false
    }

    fn read(&mut self, bytes: &mut [u8]) -> Option<()> {
        match self.stream.read_exact(bytes) {
            Ok(()) => Some(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                panic!("the server neither answers nor closes")
            }
            Err(_) => None,
        }
    }
}

/// A frame's bytes.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header field as literal text that is never indexed (RFC 7541 §6.2.3), whatever it holds.
pub(super) fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut field = vec![0x10];
    for text in [name, value] {
        integer(&mut field, text.len());
        field.extend_from_slice(text.as_bytes());
    }
    field
}

/// A length of seven bits and more (RFC 7541 §5.1).
fn integer(out: &mut Vec<u8>, value: usize) {
    if value < 127 {
        out.push(u8::try_from(value).unwrap());
        return;
    }
    out.push(127);
    let mut rest = value - 127;
    while rest >= 128 {
        out.push(u8::try_from(rest % 128 + 128).unwrap());
        rest /= 128;
    }
    out.push(u8::try_from(rest).unwrap());
}
