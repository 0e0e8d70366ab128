//! The port, and the proxies in front of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::ConfigError;
use super::list::text_list;
use crate::listener::proxies::{Proxies, Told};

/// The port of a server that was told nothing else.
pub const DEFAULT_PORT: u16 = 7443;

/// Where to listen, and whom to believe.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct ListenConfig {
    /// Address and port of everything: gRPC, REST, pages; TLS and plaintext. `HEADWATER_LISTEN__ADDRESS`; default
    /// `0.0.0.0:7443`, `127.0.0.1:7443` for development.
    #[serde(deserialize_with = "address")]
    pub address: SocketAddr,
    /// The reverse proxies and load balancers in front, as addresses or networks such as `10.0.0.0/8`. What they say about
    /// a client's address and scheme is believed. `HEADWATER_LISTEN__TRUSTED_PROXIES`, separated by commas; default
    /// none.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// How they say it: `x-forwarded` for `X-Forwarded-For` and `X-Forwarded-Proto`, `forwarded` for the header of RFC
    /// 7239. The other kind is not read: a proxy passes on what it does not know. `HEADWATER_LISTEN__FORWARDED`; default
    /// `x-forwarded`.
    pub forwarded: Told,
    /// Whether their connections begin with a header of the PROXY protocol, version 1 or 2. Then those without one are
    /// refused. `HEADWATER_LISTEN__PROXY_PROTOCOL`; default false.
    pub proxy_protocol: bool,
    /// Whether a server with an `https` `base_url` takes credentials that come unencrypted: for networks that encrypt by
    /// themselves and say nothing about it. `HEADWATER_LISTEN__PLAINTEXT_CREDENTIALS`; default false.
    pub plaintext_credentials: bool,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT)),
            trusted_proxies: Vec::new(),
            forwarded: Told::default(),
            proxy_protocol: false,
            plaintext_credentials: false,
        }
    }
}

impl ListenConfig {
    /// Whom the listener believes.
    pub fn proxies(&self) -> Proxies {
        Proxies::new(self.trusted_proxies.clone(), self.forwarded, self.proxy_protocol)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.proxy_protocol && self.trusted_proxies.is_empty() {
            return Err(ConfigError::invalid(
                "listen.proxy_protocol",
                "has no effect without listen.trusted_proxies; name the addresses that send its headers",
            ));
        }
        if self.trusted_proxies.iter().any(|it| it.prefix_len() == 0) {
            return Err(ConfigError::invalid(
                "listen.trusted_proxies",
                "must not hold every address: then anybody could claim to be anybody; name the proxies",
            ));
        }
        Ok(())
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let message = "must be an IP address and a port, such as 127.0.0.1:7443 or [::]:7443";
    String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom(message))
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let message = "must hold IP addresses or networks, such as 192.0.2.7 or 10.0.0.0/8";
    let parse = |text: String| match text.parse::<IpAddr>() {
        Ok(address) => Ok(IpNet::from(address)),
        Err(_) => text.parse::<IpNet>().map_err(|_| D::Error::custom(message)),
    };
    text_list(deserializer)?.into_iter().map(parse).collect()
}
