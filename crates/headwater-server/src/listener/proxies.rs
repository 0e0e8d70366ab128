//! Who a request really comes from, when a reverse proxy or load balancer is in front.
//!
//! Only what a trusted proxy says is believed, and of a chain only the part that trusted proxies wrote: they add their peer
//! behind whatever the client sent.

use std::net::{IpAddr, SocketAddr};

use http::uri::Scheme;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use serde::Deserialize;

#[cfg(test)]
mod tests;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// The most hops of a chain that are looked at; longer ones end here, with a proxy.
const MOST_HOPS: usize = 16;

/// The headers in which proxies tell whom they speak for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The proxies that are believed.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    told: Told,
    proxy_protocol: bool,
}

/// Who sent a request, and how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Client {
    /// The client's address; the port is 0 where a proxy did not tell it.
    pub(super) address: SocketAddr,
    /// Whether the client's own connection was encrypted.
    pub(super) scheme: Scheme,
}

/// One hop of a chain, as the proxy behind it saw it.
#[derive(Default)]
struct Hop {
    address: Option<IpAddr>,
    scheme: Option<Scheme>,
}

impl Proxies {
    /// Believes the proxies in the networks `trusted`, who tell in the headers `told`, and with `proxy_protocol` also at
    /// the beginning of each connection.
    pub fn new(trusted: Vec<IpNet>, told: Told, proxy_protocol: bool) -> Self {
        Self { trusted, told, proxy_protocol }
    }

    /// Whether `address` is one of them.
    pub(super) fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Whether a connection from `peer` must begin with a header of the PROXY protocol.
    pub(super) fn introduce(&self, peer: IpAddr) -> bool {
        self.proxy_protocol && self.trust(peer)
    }

    /// The client of a request that `peer` sent, over a connection that is encrypted as `scheme` says.
    pub(super) fn client(&self, peer: SocketAddr, scheme: &Scheme, headers: &HeaderMap) -> Client {
        let mut client = Client { address: peer, scheme: scheme.clone() };
        if self.trusted.is_empty() || !self.trust(peer.ip()) {
            return client;
        }
        let hops = match self.told {
            Told::XForwarded => {
                if let Some(scheme) = values(headers, &FORWARDED_PROTO).last().and_then(scheme_named) {
                    client.scheme = scheme;
                }
                let addresses = values(headers, &FORWARDED_FOR);
                addresses.map(|it| Hop { address: address_named(it), scheme: None }).collect::<Vec<_>>()
            }
            Told::Forwarded => values(headers, &http::header::FORWARDED).map(hop).collect(),
        };
        for hop in hops.into_iter().rev().take(MOST_HOPS) {
            if let Some(scheme) = hop.scheme {
                client.scheme = scheme;
            }
            // What is hidden or cannot be read ends what is known.
            let Some(address) = hop.address else { break };
            client.address = SocketAddr::new(address, 0);
            if !self.trust(address) {
                break;
            }
        }
        client
    }
}

/// The elements of a header that may be sent as one list or as several headers.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
    let lines = headers.get_all(name).into_iter().map(|it| it.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// An element such as `for="[2001:db8::1]:4711";proto=https`.
fn hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for (name, value) in element.split(';').filter_map(|it| it.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address_named(value),
            "proto" => hop.scheme = scheme_named(value),
            _ => {}
        }
    }
    hop
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn address_named(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()));
    address.map(|it: IpAddr| it.to_canonical())
}

fn scheme_named(text: &str) -> Option<Scheme> {
    match text.to_ascii_lowercase().as_str() {
        "https" => Some(Scheme::HTTPS),
        "http" => Some(Scheme::HTTP),
        _ => None,
    }
}
