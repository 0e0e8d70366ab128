//! What follows from a presentation that brought no tokens.

use std::time::Duration;

use headwater_domain::account::{AccountEvent, ConnectedAccount};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::event::EventKind;
use headwater_domain::refresh::{Attempt, Change, Verdict};
use headwater_domain::token_reply::RefusalMeaning;
use headwater_ports::store::LeaseId;
use headwater_ports::upstream::UpstreamError;

use super::Grants;
use super::refresh::{Leased, POLL, Stop};
use crate::error::ServiceError;
use crate::live::{LiveAccount, not_active};
use crate::token_endpoint::{TokenFailure, tell_of_wrong_secret};

impl Grants {
    /// Records a failed presentation, and decides whether and when the refresh token is presented again.
    pub(super) async fn refused(&self, leased: &Leased, failure: TokenFailure) -> Result<Stop, ServiceError> {
        let Leased { live, lease, state, .. } = leased;
        let id = &live.account.id;
        if let TokenFailure::Refused(refusal) = &failure
            && refusal.wrong_secret()
        {
            tell_of_wrong_secret(&live.connection, refusal);
        }
        let (attempt, reason) = match sort(failure) {
            Ok(sorted) => sorted,
            Err(error) => {
                self.give_back(id, *lease, Change::TakeBack, POLL).await?;
                return Err(error);
            }
        };
        if attempt == Attempt::Dead {
            self.deployment.note_refused().await;
        }
        let confirm = self.core.settings().confirm_refusal_after;
        match state.judge(attempt, confirm, self.core.random_word()) {
            Verdict::Lost(why) => {
                let reason = format!("{} ({reason})", why.as_str());
                Ok(self.lose_grant(live, *lease, &reason).await?.into())
            }
            Verdict::Again { change, after } => {
                self.give_back(id, *lease, change, after).await?;
                // These are about the connection: its other accounts would get the same answer.
                if matches!(attempt, Attempt::Deferred(_) | Attempt::Misconfigured) {
                    self.memory.pauses.pause(&live.connection.id, after, self.core.clock().elapsed());
                }
                let error = match attempt {
                    Attempt::Misconfigured => misconfigured(live, &reason),
                    _ => transient(live, &reason),
                };
                Ok(Stop::Again(after, error))
            }
        }
    }

    /// Marks the account expired, unless its grant or the lease is gone meanwhile. Returns the error for callers.
    pub(super) async fn lose_grant(
        &self,
        live: &LiveAccount,
        lease: LeaseId,
        reason: &str,
    ) -> Result<ServiceError, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let id = &live.account.id;
        let held = tx.end_lease(id, lease, Change::Refused, Duration::ZERO, self.core.now()).await?;
        let Some(account) = tx.account(id).await? else {
            return Ok(not_active(&live.account, &live.connection));
        };
        if !held {
            return Ok(transient(live, "the grant was replaced at the same time"));
        }
        let status = account.status;
        let expired = self.expire(account)?;
        tx.update_account(&expired).await?;
        let kinds = [EventKind::RefreshFailed];
        self.events.record(&mut *tx, &expired, &live.connection, &kinds, Some(status)).await?;
        tx.commit().await?;
        self.live.forget(&expired.id).await;
        tracing::warn!(account = %expired.id, reason, "the provider no longer accepts the grant");
        Ok(not_active(&expired, &live.connection))
    }

    fn expire(&self, account: ConnectedAccount) -> Result<ConnectedAccount, ServiceError> {
        let mut expired = account
            .after(AccountEvent::GrantLost, self.core.now())
            .map_err(|error| ServiceError::internal("the account cannot expire now", error))?;
        expired.version += 1;
        Ok(expired)
    }
}

/// Sorts a failure: what became of the presentation, and the reason in one line. A failure of ours is passed on.
fn sort(failure: TokenFailure) -> Result<(Attempt, String), ServiceError> {
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
        TokenFailure::Unreachable(error) => {
            use UpstreamError::{Broken, Forbidden, NotSent, TimedOut};
            let attempt = match error {
                // What is forbidden was not sent either.
                NotSent { .. } | Forbidden(_) => Attempt::NotSent,
                TimedOut(_) | Broken { .. } => Attempt::Ambiguous,
            };
            (attempt, error.to_string())
        }
        TokenFailure::Ours(error) => return Err(error),
    })
}

/// Makes the error of a refresh that did not work yet.
pub(super) fn transient(live: &LiveAccount, reason: &str) -> ServiceError {
    tracing::warn!(account = %live.account.id, reason, "the grant could not be refreshed now");
    let message = format!(
        "the access token of `{}` could not be refreshed now ({reason}); the account is kept, try again in a moment",
        live.account.owner.identifier
    );
    ServiceError::new(ErrorKind::Unavailable, ErrorCode::RefreshFailed, message)
}

/// Makes the error of a provider that refuses the connection itself.
fn misconfigured(live: &LiveAccount, reason: &str) -> ServiceError {
    tracing::error!(connection = %live.connection.name, reason, "the provider refuses the connection's own credentials");
    let message = format!(
        "the provider refuses connection `{}` itself ({reason}); check its client id and secret. The account is kept",
        live.connection.name
    );
    ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::ConnectionRefused, message)
}
