//! The events of the log.

use aws_lc_rs::digest::{SHA256, digest};
use serde::Serialize;

use crate::storage::Storage;
use crate::storage::tokens::{self, AccessToken, RefreshToken};

/// Something that happened. `family` is the id of the consent that a token comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the members are named after what they hold")]
pub enum Event {
    /// A user allowed an app.
    ConsentGranted { family: String, account: String, client: String, scope: String, sites: Vec<String> },
    /// A user declined.
    ConsentRefused { client: String },
    /// A request arrived at the token endpoint. Its fault, if there is one, has not struck yet.
    TokenRequestReceived { grant_type: Option<String>, client: Option<String>, token: Option<TokenMark> },
    /// The reply to a token request went out, or was lost as its fault says.
    TokenRequestAnswered { status: u16 },
    /// The client of a token request went away before the reply.
    TokenRequestAbandoned,
    /// A code became tokens.
    CodeExchanged { family: String, client: String, access: TokenMark, refresh: Option<TokenMark> },
    /// A refresh token became tokens.
    Refreshed {
        family: String,
        client: String,
        presented: TokenMark,
        /// True when it had been exchanged before.
        repeated: bool,
        /// The time since it had been exchanged first.
        since_first_ms: Option<i64>,
        access: TokenMark,
        /// The new refresh token; none when the presented one stays good.
        refresh: Option<TokenMark>,
    },
    /// The token endpoint refused.
    TokenRefused {
        client: Option<String>,
        reason: &'static str,
        status: u16,
        error: String,
        presented: Option<TokenMark>,
    },
    /// A family ended: no token of it is good from here on.
    FamilyEnded { family: String, account: String, client: String, reason: &'static str },
    /// Access tokens were made to expire through the controls.
    AccessTokensExpired { count: u64 },
    /// An access token came with a request.
    TokenPresented { token: TokenMark, standing: &'static str, method: String, path: String },
    /// A request changed something.
    WriteApplied {
        account: String,
        site: String,
        method: String,
        path: String,
        operation: Option<&'static str>,
        status: u16,
    },
    /// A fault struck.
    FaultApplied {
        fault: Option<String>,
        method: String,
        path: String,
        operation: Option<&'static str>,
        phase: &'static str,
        outcome: &'static str,
    },
    /// The clock was moved through the controls.
    ClockMoved { from_ms: i64, to_ms: i64 },
    /// Rules were switched, or a scenario was loaded, through the controls.
    Switched { what: String },
}

/// A token, as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenMark {
    /// The first 16 hexadecimal digits of its SHA-256.
    pub fingerprint: String,
    /// The consent it comes from; none when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The number of exchanges between it and the consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// The token itself. The log shows it only when asked to.
    pub raw: String,
}

impl TokenMark {
    /// Marks an unknown token.
    pub(crate) fn unknown(token: &str) -> Self {
        Self { fingerprint: fingerprint(token), family: None, generation: None, raw: token.to_owned() }
    }

    pub(crate) fn access(token: &AccessToken) -> Self {
        Self {
            family: Some(token.grant_id.clone()),
            generation: Some(token.generation),
            ..Self::unknown(&token.token)
        }
    }

    pub(crate) fn refresh(token: &RefreshToken) -> Self {
        Self {
            family: Some(token.grant_id.clone()),
            generation: Some(token.generation),
            ..Self::unknown(&token.token)
        }
    }

    /// Marks a refresh token as it came, with what the database knows about it.
    pub(crate) async fn of_refresh(storage: &Storage, token: &str) -> Self {
        let find = async {
            let mut tx = storage.begin().await?;
            tokens::find_refresh(&mut tx, token).await
        };
        match find.await {
            Ok(Some(known)) => Self::refresh(&known),
            _ => Self::unknown(token),
        }
    }
}

/// Returns the first 16 hexadecimal digits of a token's SHA-256.
pub(crate) fn fingerprint(token: &str) -> String {
    let digest = digest(&SHA256, token.as_bytes());
    let start = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_the_beginning_of_sha_256() {
        // `printf abc | sha256sum`
        assert_eq!(fingerprint("abc"), "ba7816bf8f01cfea");
    }
}
