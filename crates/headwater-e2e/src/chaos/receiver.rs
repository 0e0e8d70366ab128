//! An endpoint for webhooks that takes everything and remembers which events came.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Result;

/// How often each event came, by its id.
type Seen = Arc<Mutex<BTreeMap<String, u32>>>;

/// The endpoint.
pub(super) struct Receiver {
    port: u16,
    seen: Seen,
}

impl Receiver {
    /// Starts it. It lives as long as the process.
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let seen = Seen::default();
        let noted = Arc::clone(&seen);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let seen = Arc::clone(&noted);
                thread::spawn(move || drop(serve(connection, &seen)));
            }
        });
        Ok(Self { port, seen })
    }

    /// Host and port.
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How many events came, and how many of them more than once.
    pub(super) fn counts(&self) -> (usize, usize) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.len(), seen.values().filter(|count| **count > 1).count())
    }
}

/// Answers the requests of one connection.
fn serve(connection: TcpStream, seen: &Seen) -> Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut connection = connection;
    loop {
        let (mut id, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let Some((name, value)) = line.split_once(':') else {
                if line.trim_end().is_empty() {
                    break;
                }
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => id = Some(value.trim().to_owned()),
                "content-length" => length = value.trim().parse()?,
                _ => {}
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
        if let Some(id) = id {
            *seen.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
        }
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}
