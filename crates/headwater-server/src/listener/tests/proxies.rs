//! Proxies in front, over real sockets: what the router is told, and what is counted.

use tokio::io::AsyncWriteExt as _;

use super::super::proxies::{Proxies, Told};
use super::harness::{answer, http1_client, in_time, request, start_behind, until_closed};
use super::*;

fn trusting(network: &str, proxy_protocol: bool) -> Proxies {
    Proxies::new(vec![network.parse().unwrap()], Told::XForwarded, proxy_protocol)
}

#[tokio::test]
async fn d7_the_router_is_told_whom_a_trusted_proxy_speaks_for() {
    for (network, seen) in [("127.0.0.0/8", "198.51.100.9 https"), ("10.0.0.0/8", "127.0.0.1 http")] {
        let running = start_behind(trusting(network, false), Limits::default()).await;
        let mut client = http1_client(running.connect().await).await;
        let mut asked = request("/");
        asked.headers_mut().insert("x-forwarded-for", "203.0.113.5, 198.51.100.9".parse().unwrap());
        asked.headers_mut().insert("x-forwarded-proto", "https".parse().unwrap());
        assert_eq!(answer(client.send_request(asked).await).await.1, seen, "{network}");
        running.stop().await;
    }
}

#[tokio::test]
async fn d7_a_balancer_introduces_each_connection_or_is_cut() {
    let limits = Limits { connections_per_address: 1, ..Limits::default() };
    let running = start_behind(trusting("127.0.0.0/8", true), limits).await;
    let introduced = async |address: &str| {
        let mut stream = running.connect().await;
        let head = format!("PROXY TCP4 {address} 10.0.0.1 4711 443\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    };
    let mut first = http1_client(introduced("198.51.100.9").await).await;
    assert_eq!(answer(first.send_request(request("/")).await).await.1, "198.51.100.9 http");
    let mut other = http1_client(introduced("198.51.100.8").await).await;
    assert_eq!(
        answer(other.send_request(request("/")).await).await.1,
        "198.51.100.8 http",
        "counted by client"
    );
    let mut second = introduced("198.51.100.9").await;
    assert_eq!(in_time(until_closed(&mut second, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")).await, "");
    let mut stranger = running.connect().await;
    let said = until_closed(&mut stranger, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert_eq!(said, "", "nobody was introduced");
    running.stop().await;
}
