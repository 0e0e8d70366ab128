//! Tests of the listener over real sockets of this machine.

mod bounds;
mod harness;
mod proxies;
mod stopping;

use http::{Request, Version};
use http_body_util::{BodyExt as _, Full};
use rustls::RootCertStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use harness::{answer, http1_client, http2_client, request, start, until_closed};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

#[tokio::test]
async fn plaintext_http1_is_served() {
    let server = start(Limits::default()).await;
    let mut client = server.connect().await;
    let text = until_closed(&mut client, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("127.0.0.1 http"), "{text}");
    assert_eq!(server.stop().await.cut, 0);
}

#[tokio::test]
async fn plaintext_http2_with_prior_knowledge_is_served() {
    let server = start(Limits::default()).await;
    let (mut client, _connection) = http2_client(server.connect().await).await;
    let expected = (Version::HTTP_2, "127.0.0.1 http".to_owned());
    assert_eq!(answer(client.send_request(request("/")).await).await, expected);
    assert_eq!(answer(client.send_request(request("/")).await).await, expected, "the connection is kept");
}

#[tokio::test]
async fn tls_serves_both_protocols_and_offers_them() {
    let server = start(Limits::default()).await;
    let stream = server.connect_tls(&["h2", "http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, _connection) = http2_client(stream).await;
    let told = answer(client.send_request(request("/")).await).await;
    assert_eq!(told, (Version::HTTP_2, "127.0.0.1 https".to_owned()));

    let stream = server.connect_tls(&["http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let told = answer(http1_client(stream).await.send_request(request("/")).await).await;
    assert_eq!(told, (Version::HTTP_11, "127.0.0.1 https".to_owned()));

    let stream = server.connect_tls(&[]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), None);
    let told = answer(http1_client(stream).await.send_request(request("/")).await).await;
    assert_eq!(told.0, Version::HTTP_11);
}

#[tokio::test]
async fn a_client_that_does_not_trust_us_or_speaks_nothing_harms_nobody() {
    let server = start(Limits::default()).await;
    assert!(server.connect_tls_trusting(RootCertStore::empty(), &["h2"]).await.is_err());
    assert!(server.connect_tls(&["spdy/3"]).await.is_err(), "no common protocol");
    let mut client = server.connect().await;
    assert!(
        until_closed(&mut client, b"\x00\x01\x02\x03 nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400 ")
    );
    let mut client = server.connect().await;
    assert_eq!(until_closed(&mut client, b"\x16\x03\x01\x00\x05nonsense").await.find("HTTP"), None);
    let told = answer(http1_client(server.connect().await).await.send_request(request("/")).await).await;
    assert_eq!(told.1, "127.0.0.1 http");
}

#[tokio::test]
async fn large_bodies_pass_whole_in_both_directions() {
    let server = start(Limits::default()).await;
    let body: Vec<u8> =
        (0..1_000_000_u32).flat_map(|number| number.to_le_bytes().into_iter().take(2)).collect();
    let upload = || Request::post("http://localhost/echo").body(Full::from(body.clone())).unwrap();
    let (mut client, _connection) = http2_client(server.connect_tls(&["h2"]).await.unwrap()).await;
    let echoed = client.send_request(upload()).await.unwrap();
    assert_eq!(echoed.status(), 200);
    assert_eq!(echoed.into_body().collect().await.unwrap().to_bytes(), body);
    let mut client = http1_client(server.connect().await).await;
    let echoed = client.send_request(upload()).await.unwrap();
    assert_eq!(echoed.into_body().collect().await.unwrap().to_bytes(), body);
}

#[tokio::test]
async fn requests_can_be_sent_without_waiting_for_answers() {
    let server = start(Limits::default()).await;
    let mut client = server.connect().await;
    let three = b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n\
        GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(until_closed(&mut client, three).await.matches("HTTP/1.1 200 OK").count(), 3);
}

#[tokio::test]
async fn a_preface_that_comes_in_pieces_is_understood() {
    let server = start(Limits::default()).await;
    let mut client = server.connect().await;
    client.set_nodelay(true).unwrap();
    for byte in PREFACE {
        client.write_all(std::slice::from_ref(byte)).await.unwrap();
        tokio::task::yield_now().await;
    }
    client.write_all(EMPTY_SETTINGS).await.unwrap();
    let mut frame_head = [0; 9];
    client.read_exact(&mut frame_head).await.unwrap();
    assert_eq!(frame_head[3], 4, "the first frame of an HTTP/2 server is SETTINGS");
}

#[tokio::test]
async fn a_port_in_use_says_what_to_do() {
    let server = start(Limits::default()).await;
    let tls = Arc::new(
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::server::ResolvesServerCertUsingSni::new())),
    );
    let error = Listener::bind(server.address, tls, Limits::default()).await.err().unwrap();
    let message = error.to_string();
    assert!(
        message.contains(&server.address.to_string()) && message.contains("HEADWATER_LISTEN__ADDRESS"),
        "{message}"
    );
}
