//! Which addresses may be called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A host that the operator allows although its address is private: a sandbox, an own gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    /// The host, in lower case: a name or an address.
    pub host: String,
    /// The port; every port when there is none.
    pub port: Option<u16>,
}

/// The addresses of a resolved name that may be called.
pub(crate) fn callable(
    host: &str,
    port: u16,
    addresses: impl Iterator<Item = SocketAddr>,
    allowed: &[AllowedHost],
) -> Vec<SocketAddr> {
    let exempt =
        allowed.iter().any(|it| it.port.is_none_or(|own| own == port) && it.host.eq_ignore_ascii_case(host));
    addresses.filter(|address| exempt || public(address.ip())).collect()
}

/// Whether an address is on the public internet. Private, local and documentation ranges are not, nor are the
/// IPv6 forms that wrap an IPv4 address (RFC 6890, RFC 6052, RFC 3056).
fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => public_v4(mapped),
            None => public_v6(address),
        },
    }
}

fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = a == 192 && b == 0 && c == 0;
    let benchmark = a == 198 && (b == 18 || b == 19);
    let relay = a == 192 && b == 88 && c == 99;
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 224
        || shared
        || protocol
        || benchmark
        || relay)
}

fn public_v6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is global unicast; within it, a few blocks wrap IPv4 addresses or are for documents.
    let [a, b, ..] = address.segments();
    let global = a & 0xe000 == 0x2000;
    let six_to_four = a == 0x2002;
    let special = a == 0x2001 && (b < 0x0200 || b == 0x0db8);
    let documentation = a == 0x3fff && b < 0x1000;
    global && !six_to_four && !special && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c6_private_and_wrapped_addresses_are_not_public() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "192.0.2.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "100::1",
            "::127.0.0.1",
        ] {
            assert!(!public(text.parse().unwrap()), "{text}");
        }
        for text in
            ["1.1.1.1", "18.184.99.136", "104.192.142.1", "2606:4700::1111", "2a05:d014::1", "::ffff:1.1.1.1"]
        {
            assert!(public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn c6_an_allowed_host_counts_with_its_port_only() {
        let allowed = [AllowedHost { host: "localhost".to_owned(), port: Some(7444) }];
        let at = |port| {
            callable("LocalHost", port, [SocketAddr::from(([127, 0, 0, 1], port))].into_iter(), &allowed)
                .len()
        };
        assert_eq!((at(7444), at(7445)), (1, 0));
    }
}
