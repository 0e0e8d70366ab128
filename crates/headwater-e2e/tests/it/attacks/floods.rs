//! F7: HTTP/2 frames that cost the sender little and are to cost the server much.
//!
//! The attacker does not read what comes back until it is over, as attackers do. What would make these fail: no cap on
//! streams that were reset, none on the bytes of a header list, none on frames without content.

use super::http2::{
    CONTINUATION, DATA, Frames, HEADERS, PING, RST_STREAM, SETTINGS, Sent, WINDOW_UPDATE, frame, literal,
};
use super::target::Target;

/// How much memory a flood may cost, in KiB.
const MEMORY: u64 = 64 * 1024;

fn get() -> Vec<u8> {
    post("GET", "/healthz")
}

fn post(method: &str, path: &str) -> Vec<u8> {
    [(":method", method), (":scheme", "http"), (":authority", "x"), (":path", path)]
        .iter()
        .flat_map(|(name, value)| literal(name, value))
        .collect()
}

/// Streams of one client have odd numbers.
fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|it| it * 2 + 1)
}

/// Floods, checks that the server keeps serving others and has not grown, and tells whether it ended the connection.
fn flood(target: &Target, frames: impl Iterator<Item = Vec<u8>>) -> bool {
    let before = target.memory();
    let mut attacker = Frames::connect(target.address);
    let frames: Vec<Vec<u8>> = frames.collect();
    let sent = frames.chunks(200).map(|some| attacker.send_all(&some.concat()));
    let end = sent.into_iter().find(|sent| *sent != Sent::Whole).unwrap_or(Sent::Whole);
    assert_eq!(target.wire().request("GET", "/healthz", "", "").status, 200, "it serves others");
    let grown = target.memory().saturating_sub(before);
    assert!(grown < MEMORY, "it grew by {grown} KiB");
    match end {
        Sent::Closed => true,
        Sent::Stuck => false,
        // All was sent, but is it read? A question gets an answer on a connection that lives.
        Sent::Whole => {
            attacker.send_all(&frame(PING, 0, 0, b"alive???")) == Sent::Closed
                || !attacker.answers(*b"alive???")
        }
    }
}

#[test]
fn f7_rapid_reset_ends_the_connection() {
    let target = Target::start();
    let reset =
        |stream| [frame(HEADERS, 5, stream, &get()), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat();
    assert!(flood(&target, streams(50_000).map(reset)), "CVE-2023-44487");
}

#[test]
fn f7_making_the_server_reset_ends_the_connection() {
    let target = Target::start();
    // A window that is moved by nothing is an error of the stream, so the server resets it: "MadeYouReset".
    let provoke =
        |stream| [frame(HEADERS, 5, stream, &get()), frame(WINDOW_UPDATE, 0, stream, &[0; 4])].concat();
    assert!(flood(&target, streams(50_000).map(provoke)), "CVE-2025-8671");
}

#[test]
fn f7_a_header_list_without_end_ends_the_connection() {
    let target = Target::start();
    let first = std::iter::once(frame(HEADERS, 1, 1, &get()));
    let more = (0..20_000)
        .map(|number| frame(CONTINUATION, 0, 1, &literal(&format!("x-{number}"), &"y".repeat(1000))));
    assert!(flood(&target, first.chain(more)), "CVE-2024-27316");
    let empty = std::iter::repeat_n(frame(CONTINUATION, 0, 1, &[]), 200_000);
    let first = std::iter::once(frame(HEADERS, 1, 1, &get()));
    assert!(flood(&target, first.chain(empty)), "without content too");
}

#[test]
fn f7_frames_without_content_end_the_connection() {
    let target = Target::start();
    let open = std::iter::once(frame(HEADERS, 4, 1, &post("POST", "/oauth/token")));
    let empty = std::iter::repeat_n(frame(DATA, 0, 1, &[]), 400_000);
    assert!(flood(&target, open.chain(empty)), "RUSTSEC-2026-0258");
}

#[test]
fn f7_questions_that_nobody_waits_for_cost_nothing() {
    let target = Target::start();
    // Each asks for an answer that the attacker does not read. These may be borne, but not kept.
    flood(&target, std::iter::repeat_n(frame(PING, 0, 0, &[7; 8]), 400_000));
    flood(&target, std::iter::repeat_n(frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 9]), 400_000));
}
