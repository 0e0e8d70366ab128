//! Identifiers: each kind has its own type and its own checked prefix.

use std::fmt;
use std::sync::Arc;

use crate::time::Timestamp;

/// The longest identifier that the wire contract lets through.
const MAX_LENGTH: usize = 32;
/// 2024-01-01T00:00:00Z. Counting from here keeps identifiers at 17 to 18 digits for decades.
const EPOCH_MILLIS: i64 = 1_704_067_200_000;
/// How many random bits stand below the milliseconds.
const RANDOM_BITS: u32 = 20;

/// A text that is not the kind of identifier it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is not a {kind} id: expected `{prefix}` followed by digits or letters, at most 32 characters"
)]
pub struct InvalidId {
    text: String,
    kind: &'static str,
    prefix: &'static str,
}

/// The decimal part of a new identifier: time first, so that identifiers sort by age, then chance.
fn snowflake(now: Timestamp, random: u32) -> u64 {
    let elapsed = u64::try_from(now.millis().saturating_sub(EPOCH_MILLIS)).unwrap_or(0);
    (elapsed << RANDOM_BITS) | u64::from(random & ((1 << RANDOM_BITS) - 1))
}

fn check(text: &str, prefix: &'static str) -> bool {
    text.len() <= MAX_LENGTH
        && text.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The prefix that every identifier of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// Makes a new identifier from the time and 20 random bits.
            pub fn generate(now: Timestamp, random: u32) -> Self {
                Self(format!("{}{}", $prefix, snowflake(now, random)).into())
            }

            /// Reads an identifier; refuses other prefixes, foreign characters and more than 32 characters.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if check(text, $prefix) {
                    Ok(Self(text.into()))
                } else {
                    let text = text.chars().take(64).collect();
                    Err(InvalidId { text, kind: $kind, prefix: $prefix })
                }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Identifies a connection: one registered Atlassian OAuth app.
    ConnectionId, "connection", "conn_"
);
id!(
    /// Identifies a connected account: one end user's authorization on one connection.
    AccountId, "connected account", "ca_"
);
id!(
    /// Identifies an API client: the program that calls headwater.
    ClientId, "API client", "skc_"
);
id!(
    /// Identifies one run of a tool.
    ExecutionId, "tool execution", "exec_"
);
id!(
    /// Identifies one walk through the connect flow.
    FlowId, "connect flow", "flow_"
);
id!(
    /// Identifies a key that signs access tokens.
    SigningKeyId, "signing key", "snk_"
);
id!(
    /// Identifies something that happened.
    EventId, "event", "evt_"
);
id!(
    /// Identifies an endpoint that events are delivered to.
    WebhookId, "webhook", "whk_"
);
id!(
    /// Identifies an entry of the audit log.
    AuditId, "audit entry", "aud_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_ids_parse_sort_by_time_and_fit_the_contract() {
        let early = ConnectionId::generate(Timestamp::from_seconds(1_795_000_000), u32::MAX);
        let late = ConnectionId::generate(Timestamp::from_seconds(1_795_000_001), 0);
        assert!(early < late, "{early} should sort before {late}");
        assert_eq!(ConnectionId::parse(early.as_str()), Ok(early.clone()));
        assert!((22..=24).contains(&early.as_str().len()), "{early}");
    }

    #[test]
    fn foreign_ids_are_refused() {
        for text in ["", "ca_", "conn_1", "ca_1-2", "CA_1", "ca_1/2", &format!("ca_{}", "1".repeat(30))] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
    }
}
