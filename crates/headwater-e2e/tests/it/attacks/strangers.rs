//! G4: what strangers may send. Bodies that never end, on as many streams as there are; requests that fail, without end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::http2::{DATA, Frames, HEADERS, frame, literal};
use super::target::Target;

/// What all bodies of strangers may cost, in KiB.
const MEMORY: u64 = 24 * 1024;

fn post(path: &str) -> Vec<u8> {
    let kind = ("content-type", "application/x-www-form-urlencoded");
    [(":method", "POST"), (":scheme", "http"), (":authority", "x"), (":path", path), kind]
        .iter()
        .flat_map(|(name, value)| literal(name, value))
        .collect()
}

#[test]
fn g4_bodies_that_strangers_do_not_end_cost_little() {
    let target = Target::start();
    let before = target.memory();
    let mut attackers = Vec::new();
    for path in ["/oauth/token", "/oauth/connect", "/connect/x", "/api/v1/execute_tool", "/proxy/wiki/x"] {
        for _ in 0..10 {
            let mut attacker = Frames::connect(target.address);
            let head = post(path);
            for stream in (0..100).map(|it| it * 2 + 1) {
                // Three frames of what the first would allow, and no end.
                let piece = frame(DATA, 0, stream, &[b'x'; 16_000]);
                let opened = [frame(HEADERS, 4, stream, &head), piece.clone(), piece.clone(), piece].concat();
                attacker.send_all(&opened);
            }
            attackers.push(attacker);
        }
        // Whoever has credentials is served meanwhile.
        assert_eq!(target.ask_token(&target.secret).status, 200, "{path}");
        assert_eq!(target.wire().request("GET", "/healthz", "", "").status, 200, "{path}");
    }
    let grown = target.memory().saturating_sub(before);
    assert!(grown < MEMORY, "50 connections of strangers took {grown} KiB");
    drop(attackers);
}

#[test]
fn g4_a_form_that_is_too_large_for_a_stranger_is_refused() {
    let target = Target::start();
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    for path in ["/oauth/token", "/oauth/connect"] {
        let reply = target.wire().request("POST", path, kind, &"x".repeat(16 * 1024 + 1));
        assert_eq!(reply.status, 413, "{path}: {reply:?}");
        assert!(reply.body.contains("16384 bytes"), "{}", reply.body);
        let reply = target.wire().request("POST", path, kind, &"x".repeat(16 * 1024));
        assert!(reply.status != 413 && reply.status != 0, "{path}: {reply:?}");
    }
}

#[test]
fn g4_requests_of_strangers_are_logged_as_a_sum() {
    let target = Target::start();
    let before = target.log().lines().count();
    let mut wire = target.wire();
    let id = target.verb(&["connection", "list"]);
    let callback = format!("/sso/v1/oauth/{}/callback?code=x&state=y", id.split_whitespace().next().unwrap());
    for number in 0..300 {
        wire.request("GET", &callback, "", "");
        wire.request("GET", &format!("/nothing/{number}"), "", "");
        wire.request("GET", "/api/v1/tools", "authorization: Bearer x\r\n", "");
        target.ask_token("wrong");
    }
    let log = target.log();
    let lines = log.lines().count() - before;
    assert!(lines < 130, "1200 requests of strangers wrote {lines} lines: {log}");
}

/// A client that sends its whole body before it looks for an answer, as most do over HTTP/1.
#[test]
fn g5_whoever_sends_too_much_reads_the_refusal() {
    let target = Target::start();
    let sizes = [7_000_000, 14_000_000, 40_000_000];
    for (path, token, status) in [
        ("/api/v1/execute_tool", target.token.as_str(), 413),
        ("/api/v1/execute_tool", "wrong", 401),
        ("/oauth/token", "", 413),
        ("/nothing", "", 404),
    ] {
        for size in sizes {
            let start = r#"{"tool_name":"confluence_page_create","params":{"title":""#;
            let end = r#""}}"#;
            let length = start.len() + size + end.len();
            let mut stream = TcpStream::connect(target.address).unwrap();
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
                 content-type: application/json\r\ncontent-length: {length}\r\n\r\n{start}"
            );
            let sent = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&vec![b'x'; size]))
                .and_then(|()| stream.write_all(end.as_bytes()));
            assert!(sent.is_ok(), "{path} {size}: the connection was cut while the body was sent: {sent:?}");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap_or_else(|error| panic!("{path} {size}: {error}"));
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path} {size}: {answer}");
        }
    }
}
