//! The orderly stop: what waits, what does not, and for how long.

use std::time::Duration;

use super::harness::{in_time, request, start, until_closed};
use super::*;

/// Everything is longer than the tests wait: whoever needs one of these up fails.
fn long_drain() -> Limits {
    let long = Duration::from_secs(3600);
    Limits {
        sniff_timeout: long,
        handshake_timeout: long,
        header_timeout: long,
        drain_timeout: long,
        goodbye_timeout: Duration::from_millis(20),
        ..Limits::default()
    }
}

#[tokio::test]
async fn idle_and_silent_connections_do_not_delay_it() {
    let server = start(long_drain()).await;
    let _silent = server.connect().await;
    let mut silent_tls = server.connect().await;
    silent_tls.write_all(b"\x16\x03\x01").await.unwrap();
    let mut half_a_head = server.connect().await;
    half_a_head.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    let mut silent_http2 = server.connect().await;
    silent_http2.write_all(&[PREFACE, EMPTY_SETTINGS].concat()).await.unwrap();
    let mut http1 = http1_client(server.connect_tls(&["http/1.1"]).await.unwrap()).await;
    answer(http1.send_request(request("/")).await).await;
    let (mut http2, _connection) = http2_client(server.connect().await).await;
    answer(http2.send_request(request("/")).await).await;
    let report = server.stop().await;
    assert_eq!(report, DrainReport { open: 6, cut: 0 });
}

#[tokio::test]
async fn requests_under_way_are_finished() {
    let server = start(long_drain()).await;
    let mut http1 = http1_client(server.connect().await).await;
    let first = tokio::spawn(http1.send_request(request("/held")));
    in_time(server.arrived.notified()).await;
    let (mut http2, connection) = http2_client(server.connect_tls(&["h2"]).await.unwrap()).await;
    let second = tokio::spawn(http2.send_request(request("/held")));
    in_time(server.arrived.notified()).await;

    server.shutdown.cancel();
    let refused = async { while TcpStream::connect(server.address).await.is_ok() {} };
    in_time(refused).await;
    assert!(!first.is_finished() && !second.is_finished());
    server.release.notify_one();
    server.release.notify_one();
    assert_eq!(answer(in_time(first).await.unwrap()).await.1, "released");
    assert_eq!(answer(in_time(second).await.unwrap()).await.1, "released");
    assert_eq!(server.stop().await.cut, 0);
    in_time(connection).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let server = start(Limits { drain_timeout: Duration::from_millis(40), ..long_drain() }).await;
    let mut http1 = server.connect().await;
    http1.write_all(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    in_time(server.arrived.notified()).await;
    let (mut http2, _connection) = http2_client(server.connect().await).await;
    let second = tokio::spawn(http2.send_request(request("/held")));
    in_time(server.arrived.notified()).await;
    let release = Arc::clone(&server.release);
    assert_eq!(server.stop().await, DrainReport { open: 2, cut: 2 });
    assert_eq!(until_closed(&mut http1, b"").await, "");
    assert!(in_time(second).await.unwrap().is_err());
    assert_eq!(Arc::strong_count(&release), 1, "no task of the listener is left that holds the router");
}

#[tokio::test]
async fn a_stop_before_the_first_connection_is_immediate() {
    let server = start(long_drain()).await;
    assert_eq!(server.stop().await, DrainReport::default());
}
