//! The header of the PROXY protocol, with which a load balancer introduces each connection.

use std::io;
use std::net::SocketAddr;

use ppp::{HeaderResult, PartialResult as _, v1, v2};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// More than any header of version 1, and than those of version 2 with the additions that balancers send.
const MOST: usize = 1024;

/// What a balancer said, and what came behind it.
pub(super) struct Introduction {
    /// The client's address; none for a connection of the balancer's own, such as a health check.
    pub(super) client: Option<SocketAddr>,
    pub(super) rest: Vec<u8>,
}

/// Reads the header. Fails for a connection that does not begin with one.
pub(super) async fn read(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Introduction> {
    let mut read = Vec::with_capacity(256);
    loop {
        let mut room = (&mut *io).take(u64::try_from(MOST - read.len()).unwrap_or(0));
        if room.read_buf(&mut read).await? == 0 {
            return Err(wrong("it does not begin with a whole header of the PROXY protocol"));
        }
        let result = HeaderResult::parse(&read);
        if result.is_complete() {
            let (client, length) = understood(&result)?;
            return Ok(Introduction { client, rest: read.split_off(length) });
        }
        if !result.is_incomplete() {
            return Err(wrong("it does not begin with a header of the PROXY protocol"));
        }
    }
}

/// The client's address, and how long the header is.
fn understood(result: &HeaderResult<'_>) -> io::Result<(Option<SocketAddr>, usize)> {
    match result {
        HeaderResult::V1(Ok(header)) => {
            let client = match header.addresses {
                v1::Addresses::Tcp4(it) => Some(SocketAddr::from((it.source_address, it.source_port))),
                v1::Addresses::Tcp6(it) => Some(SocketAddr::from((it.source_address, it.source_port))),
                v1::Addresses::Unknown => None,
            };
            Ok((client, header.header.len()))
        }
        HeaderResult::V2(Ok(header)) => {
            let client = match header.addresses {
                _ if header.command == v2::Command::Local => None,
                v2::Addresses::IPv4(it) => Some(SocketAddr::from((it.source_address, it.source_port))),
                v2::Addresses::IPv6(it) => Some(SocketAddr::from((it.source_address, it.source_port))),
                v2::Addresses::Unix(_) | v2::Addresses::Unspecified => None,
            };
            Ok((client, header.len()))
        }
        HeaderResult::V1(Err(_)) | HeaderResult::V2(Err(_)) => Err(wrong("its PROXY header cannot be read")),
    }
}

fn wrong(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn introduced(bytes: &[u8]) -> io::Result<(Option<String>, Vec<u8>)> {
        let read = read(&mut &*bytes).await?;
        Ok((read.client.map(|it| it.to_string()), read.rest))
    }

    #[tokio::test]
    async fn d7_a_balancer_introduces_its_clients() {
        let ours = b"GET / HTTP/1.1\r\n";
        let v2 = |command: u8, family: u8, addresses: &[u8]| {
            let length = u16::try_from(addresses.len()).unwrap().to_be_bytes();
            [b"\r\n\r\n\0\r\nQUIT\n", &[command, family][..], &length, addresses, ours].concat()
        };
        let four = v2(0x21, 0x11, &[192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x67, 0x01, 0xbb]);
        for (bytes, client) in [
            ([b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 443\r\n", &ours[..]].concat(), Some("192.0.2.1:4711")),
            ([b"PROXY TCP6 2001:db8::1 ::1 4711 443\r\n", &ours[..]].concat(), Some("[2001:db8::1]:4711")),
            ([b"PROXY UNKNOWN\r\n", &ours[..]].concat(), None),
            (four.clone(), Some("192.0.2.1:4711")),
            (v2(0x20, 0x00, &[]), None),
        ] {
            let (found, rest) = introduced(&bytes).await.unwrap();
            assert_eq!((found.as_deref(), &rest[..]), (client, &ours[..]), "{bytes:?}");
        }
        for bad in [
            &ours[..],
            b"",
            b"PROXY TCP4 192.0.2.1",
            &four[..20],
            &[b'P'; 2000],
            b"\x16\x03\x01\x02\x00\x01\x00",
        ] {
            assert!(introduced(bad).await.is_err(), "{bad:?}");
        }
    }
}
