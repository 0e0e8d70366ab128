//! Tests of whom a request is taken to come from.

use http::HeaderValue;

use super::*;

fn proxies(told: Told) -> Proxies {
    let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|it| it.parse().unwrap());
    Proxies::new(trusted.to_vec(), told, false)
}

/// The address and the scheme that come of a request from `peer` in plaintext.
fn seen(told: Told, peer: &str, headers: &[(&'static str, &'static str)]) -> (String, String) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_static(value));
    }
    let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
    let client = proxies(told).client(peer, &Scheme::HTTP, &map);
    (client.address.ip().to_string(), client.scheme.to_string())
}

#[test]
fn d7_only_what_a_trusted_proxy_wrote_names_the_client() {
    for (peer, headers, address) in [
        // A stranger may claim what it likes.
        ("192.0.2.1", &[("x-forwarded-for", "198.51.100.9")][..], "192.0.2.1"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &[("x-forwarded-for", "198.51.100.9")], "198.51.100.9"),
        ("::ffff:10.0.0.1", &[("x-forwarded-for", "198.51.100.9")], "198.51.100.9"),
        // What stands before the first stranger was written by that stranger.
        ("10.0.0.1", &[("x-forwarded-for", "203.0.113.5, 198.51.100.9")], "198.51.100.9"),
        (
            "10.0.0.1",
            &[("x-forwarded-for", "203.0.113.5"), ("x-forwarded-for", "198.51.100.9, 10.0.0.2")],
            "198.51.100.9",
        ),
        ("2001:db8:1::1", &[("x-forwarded-for", "[2001:db8:9::1]:80")], "2001:db8:9::1"),
        ("10.0.0.1", &[("x-forwarded-for", "198.51.100.9:55")], "198.51.100.9"),
        ("10.0.0.1", &[("x-forwarded-for", "203.0.113.5, unknown, 10.0.0.2")], "10.0.0.2"),
        ("10.0.0.1", &[("x-forwarded-for", "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
        ("10.0.0.1", &[("x-forwarded-for", ""), ("forwarded", "for=198.51.100.9")], "10.0.0.1"),
    ] {
        assert_eq!(seen(Told::XForwarded, peer, headers).0, address, "{peer} {headers:?}");
    }
    for (headers, address) in [
        (&[("forwarded", "for=203.0.113.5, for=198.51.100.9;proto=https")][..], "198.51.100.9"),
        (&[("forwarded", "For=\"[2001:db8:9::1]:4711\"")], "2001:db8:9::1"),
        (&[("forwarded", "for=_hidden")], "10.0.0.1"),
        (&[("x-forwarded-for", "198.51.100.9")], "10.0.0.1"),
    ] {
        assert_eq!(seen(Told::Forwarded, "10.0.0.1", headers).0, address, "{headers:?}");
    }
}

#[test]
fn a10_only_a_trusted_proxy_says_that_a_client_came_encrypted() {
    for (peer, headers, scheme) in [
        ("192.0.2.1", &[("x-forwarded-proto", "https")][..], "http"),
        ("10.0.0.1", &[("x-forwarded-proto", "https")], "https"),
        ("10.0.0.1", &[("x-forwarded-proto", "HTTPS")], "https"),
        ("10.0.0.1", &[("x-forwarded-proto", "https, http")], "http"),
        ("10.0.0.1", &[("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")], "http"),
        ("10.0.0.1", &[("x-forwarded-proto", "wss")], "http"),
        ("10.0.0.1", &[("forwarded", "proto=https")], "http"),
    ] {
        assert_eq!(seen(Told::XForwarded, peer, headers).1, scheme, "{peer} {headers:?}");
    }
    let forwarded = |value| seen(Told::Forwarded, "10.0.0.1", &[("forwarded", value)]).1;
    assert_eq!(forwarded("for=198.51.100.9;proto=https"), "https");
    assert_eq!(
        forwarded("proto=https, for=198.51.100.9;proto=http"),
        "http",
        "the first one is the stranger's"
    );
    assert_eq!(forwarded("for=198.51.100.9;proto=https, for=10.0.0.2;proto=http"), "https", "two of our own");
}
