//! What a token request that brought no tokens means for the refresh.

use headwater_domain::refresh::Attempt;
use headwater_domain::token_reply::RefusalMeaning;

use super::TokenFailure;
use crate::error::ServiceError;

/// Sorts a failure: what became of the presentation, and the reason in one line. A failure of ours is passed on.
pub(super) fn sort(failure: TokenFailure) -> Result<(Attempt, String), ServiceError> {
    Ok(match failure {
        TokenFailure::Refused(refusal) => {
            let attempt = match refusal.meaning {
                RefusalMeaning::GrantDead => Attempt::Dead,
                RefusalMeaning::ConnectionMisconfigured => Attempt::Misconfigured,
                RefusalMeaning::Deferred(pause) => Attempt::Deferred(pause),
                RefusalMeaning::Transient => Attempt::Ambiguous,
            };
            (attempt, refusal.summary())
        }
        // What is forbidden was not sent either.
        TokenFailure::Unreachable(error) => {
            use headwater_ports::upstream::UpstreamError::{Broken, Forbidden, NotSent, TimedOut};
            let attempt = match error {
                NotSent { .. } | Forbidden(_) => Attempt::NotSent,
                TimedOut(_) | Broken { .. } => Attempt::Ambiguous,
            };
            (attempt, error.to_string())
        }
        TokenFailure::Ours(error) => return Err(error),
    })
}
