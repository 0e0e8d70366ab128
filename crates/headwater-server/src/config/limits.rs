//! How much a client may ask for.

use std::time::Duration;

use headwater_domain::bounds;
use serde::Deserialize;

use super::ConfigError;
use crate::listener::limits::Limits;

/// Bounds of requests and connections.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct LimitsConfig {
    /// Bytes of the message of an API call; its JSON over REST may be twice as long. The proxy has its own bound.
    /// `HEADWATER_LIMITS__BODY_BYTES`; default 6291456 (6 MiB): Confluence takes bodies of 5 MB.
    pub body_bytes: usize,
    /// Bytes of memory that calls under way and the answers to them may take together; more wait, and get 429 after
    /// some seconds. `HEADWATER_LIMITS__MEMORY_BYTES`; default 234881024 (224 MiB).
    pub memory_bytes: usize,
    /// Bytes of a body sent through the proxy, such as an attachment. `HEADWATER_LIMITS__PROXY_BODY_BYTES`; default
    /// 104857600 (100 MiB).
    pub proxy_body_bytes: u64,
    /// Seconds that a request may take. `HEADWATER_LIMITS__REQUEST_TIMEOUT_SECONDS`; default 65: clients give up
    /// after 60.
    pub request_timeout_seconds: u64,
    /// Seconds that an HTTP/1 connection may wait for its next request. `HEADWATER_LIMITS__IDLE_TIMEOUT_SECONDS`;
    /// default 75. Keep it above that of a load balancer in front.
    pub idle_timeout_seconds: u64,
    /// Seconds that an HTTP/2 connection may stay without a request, at least 300: gRPC clients keep theirs.
    /// `HEADWATER_LIMITS__HTTP2_IDLE_TIMEOUT_SECONDS`; default 600.
    pub http2_idle_timeout_seconds: u64,
    /// Seconds that a stop waits for requests under way. `HEADWATER_LIMITS__DRAIN_TIMEOUT_SECONDS`; default 15.
    pub drain_timeout_seconds: u64,
    /// Open connections in total. `HEADWATER_LIMITS__CONNECTIONS`; default 4096.
    pub connections: usize,
    /// Open connections of one address. `HEADWATER_LIMITS__CONNECTIONS_PER_ADDRESS`; default 512. A reverse proxy
    /// is one address: raise this behind one.
    pub connections_per_address: usize,
    /// Calls to the provider for one connected account at a time; more wait, and get 429 after half a minute.
    /// `HEADWATER_LIMITS__CALLS_PER_ACCOUNT`; default 16.
    pub calls_per_account: u32,
    /// The same for all calls of one API client. `HEADWATER_LIMITS__CALLS_PER_CLIENT`; default 256.
    pub calls_per_client: u32,
}

impl LimitsConfig {
    /// How long a request may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    /// The bounds of the listener. What an operator has no reason to set keeps its default.
    pub fn listener(&self) -> Limits {
        Limits {
            connections: self.connections,
            connections_per_address: self.connections_per_address,
            http1_idle_timeout: Duration::from_secs(self.idle_timeout_seconds),
            http2_idle_timeout: Duration::from_secs(self.http2_idle_timeout_seconds),
            drain_timeout: Duration::from_secs(self.drain_timeout_seconds),
            ..Limits::default()
        }
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let whole = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let year = 31_536_000;
        for (setting, value, least, most) in [
            ("limits.body_bytes", whole(self.body_bytes), 1024, 1 << 30),
            ("limits.memory_bytes", whole(self.memory_bytes), 32 << 20, 1 << 40),
            ("limits.proxy_body_bytes", self.proxy_body_bytes, 1024, 1 << 40),
            ("limits.request_timeout_seconds", self.request_timeout_seconds, 1, 3600),
            ("limits.idle_timeout_seconds", self.idle_timeout_seconds, 1, year),
            ("limits.http2_idle_timeout_seconds", self.http2_idle_timeout_seconds, 300, year),
            ("limits.drain_timeout_seconds", self.drain_timeout_seconds, 0, 3600),
            ("limits.connections", whole(self.connections), 1, 1 << 24),
            ("limits.connections_per_address", whole(self.connections_per_address), 1, 1 << 24),
            ("limits.calls_per_account", self.calls_per_account.into(), 1, 1 << 20),
            ("limits.calls_per_client", self.calls_per_client.into(), 1, 1 << 20),
        ] {
            if !(least..=most).contains(&value) {
                return Err(ConfigError::invalid(setting, format!("must be from {least} to {most}")));
            }
        }
        Ok(())
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            body_bytes: bounds::MESSAGE_BYTES,
            memory_bytes: bounds::MEMORY_BYTES,
            proxy_body_bytes: bounds::PROXY_BODY_BYTES,
            request_timeout_seconds: bounds::REQUEST_TIME.as_secs(),
            idle_timeout_seconds: limits.http1_idle_timeout.as_secs(),
            http2_idle_timeout_seconds: limits.http2_idle_timeout.as_secs(),
            drain_timeout_seconds: limits.drain_timeout.as_secs(),
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            calls_per_account: 16,
            calls_per_client: 256,
        }
    }
}
