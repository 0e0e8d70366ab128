//! Clients that are slow, silent or greedy.

use std::time::Duration;

use super::harness::{Running, in_time, request, start, until_closed};
use super::*;

const SHORT: Duration = Duration::from_millis(40);

/// Everything else takes far longer than a test, so that only the bound under test can be what cuts.
fn patient() -> Limits {
    let long = Duration::from_secs(3600);
    Limits {
        sniff_timeout: long,
        handshake_timeout: long,
        header_timeout: long,
        http1_idle_timeout: long,
        http2_idle_timeout: long,
        stall_timeout: long,
        http2_ping_interval: long,
        goodbye_timeout: Duration::from_millis(20),
        ..Limits::default()
    }
}

#[tokio::test]
async fn f6_a_client_that_does_not_say_what_it_speaks_is_cut() {
    let server = start(Limits { sniff_timeout: SHORT, ..patient() }).await;
    for said in [&b""[..], b"P", &PREFACE[..23]] {
        assert_eq!(until_closed(&mut server.connect().await, said).await, "", "{said:?}");
    }
    let mut behind_tls = server.connect_tls(&["h2"]).await.unwrap();
    assert_eq!(until_closed(&mut behind_tls, b"").await, "", "a finished handshake is not enough");
}

#[tokio::test]
async fn f6_a_handshake_that_stops_half_way_is_cut() {
    let server = start(Limits { handshake_timeout: SHORT, ..patient() }).await;
    assert_eq!(until_closed(&mut server.connect().await, b"\x16\x03\x01\x02\x00\x01").await, "");
}

#[tokio::test]
async fn f6_a_request_head_that_never_ends_is_cut() {
    let server = start(Limits { header_timeout: SHORT, ..patient() }).await;
    let head = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    assert_eq!(until_closed(&mut server.connect().await, head).await, "");
    assert_eq!(until_closed(&mut server.connect_tls(&["http/1.1"]).await.unwrap(), head).await, "");
    let mut second_request = served(&server).await.unwrap();
    assert!(!until_closed(&mut second_request, b"GET / HT").await.contains("HTTP/1.1"));
}

#[tokio::test]
async fn f6_an_idle_http1_connection_is_closed() {
    let server = start(Limits { http1_idle_timeout: SHORT, ..patient() }).await;
    let text = until_closed(&mut server.connect().await, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(text.ends_with("127.0.0.1 http"), "{text}");
}

#[tokio::test]
async fn f6_an_idle_http2_connection_is_closed_in_order() {
    let server = start(Limits { http2_idle_timeout: SHORT, ..patient() }).await;
    let (mut client, connection) = http2_client(server.connect().await).await;
    answer(client.send_request(request("/")).await).await;
    in_time(connection).await.unwrap().expect("it ends with GOAWAY and not with an error");
}

#[tokio::test]
async fn f6_an_http2_client_that_is_gone_is_noticed() {
    let limits = Limits { http2_ping_interval: SHORT, http2_ping_timeout: SHORT, ..patient() };
    let server = start(limits).await;
    let hello = [PREFACE, EMPTY_SETTINGS].concat();
    until_closed(&mut server.connect().await, &hello).await;
}

#[tokio::test]
async fn http2_pings_without_requests_are_answered_and_tolerated() {
    let server = start(Limits { goodbye_timeout: SHORT, ..patient() }).await;
    let mut client = server.connect().await;
    let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    client.write_all(&[PREFACE, EMPTY_SETTINGS, &ping, &ping, &ping].concat()).await.unwrap();
    let mut answered = 0;
    while answered < 3 {
        let mut head = [0; 9];
        in_time(client.read_exact(&mut head)).await.unwrap();
        let mut payload = vec![0; usize::from(head[1]) * 256 + usize::from(head[2])];
        in_time(client.read_exact(&mut payload)).await.unwrap();
        assert_ne!(head[3], 7, "no GOAWAY");
        answered += usize::from(head[3] == 6 && head[4] == 1 && payload == ping[9..]);
    }
}

#[tokio::test]
async fn f6_a_request_whose_bytes_stopped_moving_is_cut() {
    let server = start(Limits { stall_timeout: SHORT, ..patient() }).await;
    let upload = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf";
    assert_eq!(until_closed(&mut server.connect().await, upload).await, "");
}

#[tokio::test]
async fn f6_headers_that_are_too_large_are_refused() {
    let server = start(Limits { header_bytes: 8 * 1024, ..patient() }).await;
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "x".repeat(9 * 1024));
    let text = until_closed(&mut server.connect().await, head.as_bytes()).await;
    assert!(text.starts_with("HTTP/1.1 431 "), "{text}");
    let (mut client, _connection) = http2_client(server.connect().await).await;
    let mut large = request("/");
    large.headers_mut().insert("x-large", "x".repeat(9 * 1024).parse().unwrap());
    assert_eq!(in_time(client.send_request(large)).await.unwrap().status(), 431);
}

#[tokio::test]
async fn f6_one_address_cannot_take_all_places() {
    let server = start(Limits { connections_per_address: 2, ..patient() }).await;
    let first = served(&server).await.expect("the first");
    let _second = served(&server).await.expect("the second");
    assert!(served(&server).await.is_none(), "the third is closed at once");
    drop(first);
    in_time(async { while served(&server).await.is_none() {} }).await;
}

#[tokio::test]
async fn f6_all_together_cannot_take_more_places_than_there_are() {
    let server = start(Limits { connections: 1, ..patient() }).await;
    let _first = served(&server).await.expect("the first");
    assert!(served(&server).await.is_none());
}

/// A connection that answered, and still is open.
async fn served(server: &Running) -> Option<TcpStream> {
    let mut client = server.connect().await;
    // The other side may have closed already.
    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.ok()?;
    let mut first = [0; 12];
    in_time(client.read_exact(&mut first)).await.ok()?;
    Some(client)
}

/// The tests above show that each bound is kept; this shows that the server runs with those of `docs/limits.md`.
#[test]
fn g1_every_limit_of_the_port_is_the_one_that_is_published() {
    use headwater_domain::bounds::{Door, TABLE};

    let limits = Limits::default();
    let bytes = |count: usize| Some(u64::try_from(count).unwrap());
    for row in TABLE.iter().filter(|row| row.door == Door::Listener) {
        let published = (row.size, row.count.map(|it| it.0), row.time);
        let kept = match row.id {
            "head" => (Some(limits.header_bytes.into()), None, Some(limits.header_timeout)),
            "connections" => (None, bytes(limits.connections), None),
            "connections of one" => (None, bytes(limits.connections_per_address), None),
            "streams" => (Some(limits.http2_stream_window.into()), Some(limits.http2_streams.into()), None),
            "windows" => (Some(limits.http2_connection_window.into()), None, None),
            "unwanted body" => (
                bytes(headwater_domain::bounds::UNWANTED_BODY_BYTES),
                None,
                Some(headwater_domain::bounds::UNWANTED_BODY_TIME),
            ),
            other => panic!("nothing keeps the limit `{other}`"),
        };
        assert_eq!(published, kept, "{}", row.id);
    }
}
