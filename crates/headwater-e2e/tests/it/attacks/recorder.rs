//! A provider that keeps every byte it is sent, and answers what it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The site that the grants reach.
pub(super) const SITE: &str = "11111111-1111-4111-8111-111111111111";

/// What it answers, but to the questions that come before a call.
#[derive(Clone)]
pub(super) enum Answer {
    /// These bytes, as they are.
    Bytes(Vec<u8>),
    /// A body that never ends, for as long as somebody reads.
    Endless,
}

/// The running provider.
#[derive(Clone)]
pub(super) struct Recorder {
    pub(super) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    connections: AtomicUsize,
    requests: Mutex<Vec<Vec<u8>>>,
    answer: Mutex<Answer>,
}

impl Recorder {
    /// Starts one on a free port; it ends with the process.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = Mutex::new(json_answer("{}"));
        let shared =
            Arc::new(Shared { connections: AtomicUsize::default(), requests: Mutex::default(), answer });
        let keep = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                keep.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&keep);
                thread::spawn(move || serve(&shared, stream));
            }
        });
        Self { port, shared }
    }

    /// What it answers from now on.
    pub(super) fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// An answer with this head (lines without their ends) and body.
    pub(super) fn answer_with(&self, head: &[&str], body: &str) {
        let lines = head.join("\r\n");
        self.answer(Answer::Bytes(
            format!("{lines}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes(),
        ));
    }

    /// How many connections were made since this was called last.
    pub(super) fn connections(&self) -> usize {
        self.shared.connections.swap(0, Ordering::SeqCst)
    }

    /// The requests since this was called last, each with head and body, as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        let taken = std::mem::take(&mut *self.shared.requests.lock().unwrap());
        taken.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }
}

/// A JSON answer.
pub(super) fn json_answer(body: &str) -> Answer {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
    Answer::Bytes(format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

fn serve(shared: &Shared, stream: TcpStream) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader) {
        let head = String::from_utf8_lossy(&request).into_owned();
        let sites = head.starts_with("GET /oauth/token/accessible-resources ");
        let answer = if sites { json_answer(&sites_body()) } else { shared.answer.lock().unwrap().clone() };
        if !sites {
            shared.requests.lock().unwrap().push(request);
        }
        // Whoever has heard enough hangs up.
        let written = match answer {
            Answer::Bytes(bytes) => writer.write_all(&bytes),
            Answer::Endless => endless(&mut writer),
        };
        if written.is_err() {
            return;
        }
    }
}

fn endless(writer: &mut TcpStream) -> std::io::Result<()> {
    writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n[")?;
    let piece = "0,".repeat(32 * 1024);
    loop {
        writer.write_all(piece.as_bytes())?;
    }
}

/// Head and body of the next request; nothing when the connection has ended.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut request).ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        while !request.ends_with(b"0\r\n\r\n") {
            reader.read_until(b'\n', &mut request).ok().filter(|read| *read > 0)?;
        }
    } else if let Some((_, rest)) = head.split_once("content-length:") {
        let length: usize = rest.lines().next()?.trim().parse().ok()?;
        let start = request.len();
        request.resize(start + length, 0);
        reader.read_exact(&mut request[start..]).ok()?;
    }
    Some(request)
}

fn sites_body() -> String {
    format!(r#"[{{"id":"{SITE}","url":"https://notes.atlassian.net","name":"notes","scopes":[]}}]"#)
}
