//! The port.

use std::net::{Ipv4Addr, SocketAddr};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The port of a server that was told nothing else.
pub const DEFAULT_PORT: u16 = 7443;

/// Where to listen.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct ListenConfig {
    /// Address and port of everything: gRPC, REST, pages; TLS and plaintext. `HEADWATER_LISTEN__ADDRESS`; default
    /// `0.0.0.0:7443`, `127.0.0.1:7443` for development.
    #[serde(deserialize_with = "address")]
    pub address: SocketAddr,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self { address: SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT)) }
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let message = "must be an IP address and a port, such as 127.0.0.1:7443 or [::]:7443";
    String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom(message))
}
