//! Identifiers: each kind has its own type and its own checked prefix.

use std::fmt;
use std::sync::Arc;

use crate::time::Timestamp;

/// The longest identifier that the wire contract lets through.
const MAX_LENGTH: usize = 32;
/// 2024-01-01T00:00:00Z, from which identifiers count the milliseconds.
const EPOCH_MILLIS: i64 = 1_704_067_200_000;
/// How many bits below the milliseconds tell identifiers of one millisecond apart.
const DISTINCT_BITS: u32 = 42;
/// What every number begins with. Those of earlier releases have 17 digits, the first of which count the time; these two
/// digits sort new ones behind them, as text and as numbers.
const LEADING_DIGITS: &str = "99";
/// How many digits follow. Always the same, so that the order of the texts is that of the numbers; with the longest
/// prefix they are 32 characters.
const DIGITS: usize = 25;
/// The last millisecond, in 2096, whose number has no more digits than that.
const LAST_MILLI: u128 = (10_u128.pow(25) >> DISTINCT_BITS) - 1;

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

/// The decimal part of a new identifier: time first, so that identifiers sort by age, then what tells it from others of
/// the same millisecond.
fn number(now: Timestamp, distinct: u64) -> String {
    let elapsed = u128::try_from(now.millis().saturating_sub(EPOCH_MILLIS)).unwrap_or(0).min(LAST_MILLI);
    let distinct = u128::from(distinct) & ((1 << DISTINCT_BITS) - 1);
    let number = (elapsed << DISTINCT_BITS) | distinct;
    format!("{LEADING_DIGITS}{number:0DIGITS$}")
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

            /// Makes a new identifier of the time and the lower 42 bits of `distinct`, which no other identifier of
            /// this kind may have in the same millisecond.
            pub fn generate(now: Timestamp, distinct: u64) -> Self {
                Self(format!("{}{}", $prefix, number(now, distinct)).into())
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

impl AuditId {
    /// The identifier with the next number, for an entry whose own is taken by another one. `None` if it has no number,
    /// or if that is the last one.
    pub fn next(&self) -> Option<Self> {
        let digits = self.0.strip_prefix(Self::PREFIX)?;
        let next = digits.parse::<u128>().ok()?.checked_add(1)?;
        Self::parse(&format!("{}{next:0width$}", Self::PREFIX, width = digits.len())).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_ids_parse_sort_by_time_and_fit_the_contract() {
        let now = Timestamp::from_seconds(1_795_000_000);
        let id = |seconds, distinct| ConnectionId::generate(Timestamp::from_seconds(seconds), distinct);
        let ids = [
            id(0, 0),
            id(1_704_067_200, 1),
            id(1_795_000_000, 0),
            id(1_795_000_000, (1 << 42) - 1),
            id(1_795_000_001, 0),
            // The numbers of earlier releases grew from 17 to 18 digits in January 2027.
            id(1_800_000_000, 0),
            id(3_900_000_000, 0),
            id(9_000_000_000, 0),
        ];
        assert!(ids.is_sorted(), "{ids:?}");
        for id in &ids {
            assert_eq!(ConnectionId::parse(id.as_str()).as_ref(), Ok(id));
            assert_eq!(id.as_str().len(), MAX_LENGTH, "{id}");
            assert!(id.as_str()["conn_".len()..].bytes().all(|it| it.is_ascii_digit()), "{id}");
        }
        assert_eq!(
            ConnectionId::generate(now, 1 << 42),
            ConnectionId::generate(now, 0),
            "only 42 bits count"
        );
    }

    #[test]
    fn ids_of_earlier_releases_are_valid_and_sort_before_new_ones() {
        let new = AccountId::generate(Timestamp::from_seconds(1_795_000_000), 0);
        for old in ["ca_16777216000000000", "ca_95349951692800001", "ca_96454230000000000"] {
            let old = AccountId::parse(old).unwrap();
            let number = |id: &AccountId| id.as_str()["ca_".len()..].parse::<u128>().unwrap();
            assert!(old < new && number(&old) < number(&new), "{old} {new}");
        }
    }

    #[test]
    fn the_next_id_is_another_one_of_the_same_form() {
        let next = |text: &str| AuditId::parse(text).unwrap().next().map(|it| it.to_string());
        assert_eq!(next("aud_95349951692800009").as_deref(), Some("aud_95349951692800010"));
        assert_eq!(next("aud_0099").as_deref(), Some("aud_0100"));
        assert_eq!(next("aud_x"), None);
        assert_eq!(next(&format!("aud_{}", "9".repeat(28))), None, "there is no longer one");
    }

    #[test]
    fn foreign_ids_are_refused() {
        for text in ["", "ca_", "conn_1", "ca_1-2", "CA_1", "ca_1/2", &format!("ca_{}", "1".repeat(30))] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
    }
}
