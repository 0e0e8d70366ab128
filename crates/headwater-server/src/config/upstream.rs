//! The servers that are called.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Host;

use super::ConfigError;
use super::list::text_list;

/// Exceptions from what may be called.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct UpstreamConfig {
    /// Hosts, as `host` or `host:port`, that may be called although they are in a private network or on this
    /// machine, such as a sandbox. `HEADWATER_UPSTREAM__ALLOW_HOSTS`, separated by commas; default none.
    #[serde(deserialize_with = "allowed_hosts")]
    pub allow_hosts: Vec<AllowedHost>,
    /// The most requests to one Confluence site at a time, over all callers. `HEADWATER_UPSTREAM__SITE_CONCURRENCY`;
    /// default 16. Sites are known to refuse some twenty at a time.
    pub site_concurrency: u32,
}

impl Default for UpstreamConfig {
    fn default() -> Self {
        Self { allow_hosts: Vec::new(), site_concurrency: 16 }
    }
}

impl UpstreamConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if (1..=1000).contains(&self.site_concurrency) {
            return Ok(());
        }
        Err(ConfigError::invalid("upstream.site_concurrency", "must be from 1 to 1000, such as 16"))
    }
}

/// A host that may be called wherever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    /// Its name or address, in lower case.
    pub host: Host,
    /// Its port; every port when there is none.
    pub port: Option<u16>,
}

/// Text that is no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no host; write host or host:port, without https:// and without a path, such as localhost:7444"
)]
pub struct InvalidAllowedHost(String);

impl AllowedHost {
    /// Whether this is `host` and `port`.
    pub fn covers(&self, host: &Host, port: u16) -> bool {
        self.host == *host && self.port.is_none_or(|own| own == port)
    }
}

impl FromStr for AllowedHost {
    type Err = InvalidAllowedHost;

    fn from_str(text: &str) -> Result<Self, InvalidAllowedHost> {
        let invalid = || InvalidAllowedHost(text.to_owned());
        let (host, port) = match text.rsplit_once(':') {
            // A colon inside brackets belongs to an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().ok().filter(|&port| port != 0).ok_or_else(invalid)?))
            }
            Some(_) | None => (text, None),
        };
        Ok(Self { host: Host::parse(host).map_err(|_| invalid())?, port })
    }
}

fn allowed_hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AllowedHost>, D::Error> {
    text_list(deserializer)?.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_covers_one_port_or_all() {
        let parse = |text: &str| text.parse::<AllowedHost>();
        let localhost = Host::parse("localhost").unwrap();
        assert!(parse("LOCALHOST").unwrap().covers(&localhost, 1));
        assert!(parse("localhost:7444").unwrap().covers(&localhost, 7444));
        assert!(!parse("localhost:7444").unwrap().covers(&localhost, 7445));
        assert!(!parse("localhost").unwrap().covers(&Host::parse("localhost.evil.example").unwrap(), 1));
        assert!(parse("[::1]").unwrap().covers(&Host::parse("[::1]").unwrap(), 9));
        assert!(parse("[::1]:80").unwrap().covers(&Host::parse("[::1]").unwrap(), 80));
        assert!(parse("127.0.0.1:80").unwrap().covers(&Host::parse("127.0.0.1").unwrap(), 80));
        for text in [
            "",
            "http://localhost",
            "localhost/x",
            "localhost:",
            "localhost:0",
            "localhost:99999",
            "a b",
            "::1:",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
