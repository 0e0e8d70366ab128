//! Grants: the rotating OAuth tokens of a connected account, and when they must be refreshed.

use std::time::Duration;

use crate::id::AccountId;
use crate::sealed::Sealed;
use crate::secret::Secret;
use crate::time::Timestamp;

/// With less life than this left, callers wait for a refresh instead of risking the present token.
const WAIT_BELOW: Duration = Duration::from_secs(60);
/// With less life than this left, a refresh is started ahead of need.
const REFRESH_BELOW: Duration = Duration::from_secs(600);
/// ... or with less than one part in so many of its whole life left, whichever is the longer time.
const REFRESH_SHARE: u32 = 6;

/// The tokens of one account in the clear. Lives in memory only.
pub struct Grant {
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Grows by one with every stored token pair; a stale writer loses.
    pub generation: u64,
    /// What calls are made with.
    pub access_token: Secret,
    /// What the next pair is bought with. Absent when the provider gave none.
    pub refresh_token: Option<Secret>,
    /// What was granted, as the provider said, without order.
    pub scopes: Vec<String>,
    /// When the tokens were obtained, by our clock before the request was sent.
    pub obtained_at: Timestamp,
    /// When the access token lapses. Absent when the provider did not say.
    pub expires_at: Option<Timestamp>,
}

/// The tokens of one account as they are stored.
#[derive(Clone, Debug)]
pub struct SealedGrant {
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Grows by one with every stored token pair; writes compare it.
    pub generation: u64,
    /// The sealed access token.
    pub access_token: Sealed,
    /// The sealed refresh token.
    pub refresh_token: Option<Sealed>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When the tokens were obtained.
    pub obtained_at: Timestamp,
    /// When the access token lapses.
    pub expires_at: Option<Timestamp>,
}

/// Whether an access token can be used, judged by the clock alone: Atlassian does not answer 401 to a stale
/// token, so waiting for one would be waiting in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Use it.
    Fresh,
    /// Use it, and start a refresh in the background.
    RefreshAhead,
    /// Do not use it: refresh first.
    RefreshFirst,
}

/// Judges an access token obtained at `obtained_at` that lapses at `expires_at`. A token without a known end is
/// always fresh.
pub fn freshness(obtained_at: Timestamp, expires_at: Option<Timestamp>, now: Timestamp) -> Freshness {
    let Some(expires_at) = expires_at else { return Freshness::Fresh };
    let left = now.until(expires_at);
    let ahead = REFRESH_BELOW.max(obtained_at.until(expires_at) / REFRESH_SHARE);
    if left < WAIT_BELOW {
        Freshness::RefreshFirst
    } else if left < ahead {
        Freshness::RefreshAhead
    } else {
        Freshness::Fresh
    }
}

/// The longest time before its end at which a token may be due for a refresh; what a sweep looks for.
pub const fn refresh_horizon() -> Duration {
    REFRESH_BELOW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_long_token_is_refreshed_ten_minutes_ahead_and_waited_for_in_its_last_minute() {
        let start = Timestamp::from_seconds(1_000_000);
        let end = Some(start.plus(Duration::from_secs(3600)));
        let at = |seconds| freshness(start, end, start.plus(Duration::from_secs(seconds)));
        assert_eq!(at(0), Freshness::Fresh);
        assert_eq!(at(2_999), Freshness::Fresh);
        assert_eq!(at(3_001), Freshness::RefreshAhead);
        assert_eq!(at(3_540), Freshness::RefreshAhead);
        assert_eq!(at(3_541), Freshness::RefreshFirst);
        assert_eq!(at(9_999), Freshness::RefreshFirst);
        assert_eq!(freshness(start, None, Timestamp::from_millis(i64::MAX)), Freshness::Fresh);
    }
}
