//! HTTP/1 written by hand, so that nothing of a request is repaired on its way.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longer than any answer takes, so that a hang is a failure and not a hang.
const AT_MOST: Duration = Duration::from_secs(60);

/// A connection that can be used again, and is made again where the server has closed it.
pub(super) struct Wire {
    address: SocketAddr,
    stream: TcpStream,
}

/// An answer; status 0 where the connection was closed without one.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Wire {
    pub(super) fn connect(address: SocketAddr) -> Self {
        Self { address, stream: open(address) }
    }

    /// A request without anything strange.
    pub(super) fn request(&mut self, method: &str, path: &str, head: &str, body: &str) -> Reply {
        let length = body.len();
        let text =
            format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{head}content-length: {length}\r\n\r\n{body}");
        self.send(text.as_bytes())
    }

    /// Writes `bytes` as they are and reads one answer.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Reply {
        let mut reply = self.exchange(bytes);
        if reply.is_none() {
            // A connection on which the last answer was an error may be closed by now.
            self.stream = open(self.address);
            reply = self.exchange(bytes);
        }
        let reply = reply.unwrap_or_default();
        if reply.status == 0 || reply.header("connection") == Some("close") {
            self.stream = open(self.address);
        }
        reply
    }

    fn exchange(&mut self, bytes: &[u8]) -> Option<Reply> {
        self.stream.write_all(bytes).ok()?;
        let mut read = Vec::new();
        let end = loop {
            if let Some(at) = read.windows(4).position(|it| it == b"\r\n\r\n") {
                break at + 4;
            }
            self.more(&mut read)?;
        };
        let original = String::from_utf8_lossy(&read[..end]).into_owned();
        let head = original.to_ascii_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let mut body = read.split_off(end);
        if head.contains("transfer-encoding: chunked") {
            while !body.ends_with(b"0\r\n\r\n") {
                self.more(&mut body)?;
            }
        } else if let Some((_, rest)) = head.split_once("content-length:") {
            let length: usize = rest.lines().next()?.trim().parse().ok()?;
            while body.len() < length {
                self.more(&mut body)?;
            }
        }
        Some(Reply { status, head: original, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn more(&mut self, read: &mut Vec<u8>) -> Option<()> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(0) => None,
            Ok(count) => {
                read.extend_from_slice(&piece[..count]);
                Some(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("no answer in time: {error}"),
        }
    }
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.into_iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }
}

fn open(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(AT_MOST)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}
