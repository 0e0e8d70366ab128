//! Grants: opening, storing and refreshing an account's tokens.
//!
//! Expiry is judged by the clock, never by a 401: Atlassian answers 404 or 403 to a stale token. A refresh is
//! single-flight per account, in the process and, through a lease on the stored grant, among replicas. It runs in a
//! task of its own, so that a caller who gives up does not cut it off. A presentation of the refresh token is
//! written down before it is made, and nobody sees a new access token before the pair is durable.

mod exchange;
mod flights;
mod holds;
mod outcome;
mod refresh;
mod sealing;
mod suspicion;
#[cfg(test)]
mod tests;
mod token_request;
mod unsaved;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use futures_util::stream;
use headwater_domain::grant::{Freshness, freshness, refresh_horizon};
use headwater_domain::id::AccountId;
use headwater_ports::store::Due;

pub(crate) use flights::Flights;
pub(crate) use holds::Holds;
pub(crate) use sealing::{NewTokens, bind_candidate, flow_context};
pub(crate) use suspicion::Suspicion;
pub(crate) use token_request::{TokenFailure, exchange_code, tell_of_wrong_secret, try_client_secret};
pub(crate) use unsaved::UnsavedPairs;

use crate::Service;
use crate::chaos::CrashPoint;
use crate::error::ServiceError;
use crate::live::LiveAccount;

/// How many accounts one sweep refreshes at most.
const SWEEP_LIMIT: u32 = 200;
/// How many of them at the same time: callers who wait come first.
const AT_ONCE: usize = 8;
/// How long a caller waits for a refresh.
const CALLER_PATIENCE: Duration = Duration::from_secs(15);
/// Accounts that were used within this time are refreshed ahead of need.
const IN_USE: Duration = Duration::from_secs(24 * 3600);
/// Grants are refreshed at this age even unused: Atlassian drops a refresh token that is not used for 90 days.
const KEEP_ALIVE: Duration = Duration::from_secs(20 * 24 * 3600);
/// The code of an account that only a new consent helps.
pub(crate) const NOT_ACTIVE: &str = "ACCOUNT_NOT_ACTIVE";
/// The code of a refusal that may be about the account's token or about what was asked for.
pub const GRANT_IN_DOUBT: &str = "GRANT_IN_DOUBT";

impl Service {
    /// An account with an access token that is good for the next minute at least, or the reason why not.
    pub(crate) async fn usable(&self, id: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        let live = self.live_account(id).await?;
        if live.grant.refresh_token.is_none() && self.alive(&live) {
            // There is nothing to buy the next token with; this one serves to its end.
            return Ok(live);
        }
        match freshness(live.grant.obtained_at, live.grant.expires_at, self.now()) {
            Freshness::Fresh => Ok(live),
            Freshness::RefreshAhead => {
                // Whoever started it will store the outcome; this caller has a good token in hand.
                drop(self.start_refresh(id, live.grant.generation));
                Ok(live)
            }
            Freshness::RefreshFirst => self.refreshed(&live).await,
        }
    }

    /// Waits for the refresh of an account whose token must not be used any more, but not for ever.
    async fn refreshed(&self, live: &Arc<LiveAccount>) -> Result<Arc<LiveAccount>, ServiceError> {
        let flight = self.start_refresh(&live.account.id, live.grant.generation);
        let outcome = match select(flight, self.clock().wait(CALLER_PATIENCE)).await {
            Either::Left((outcome, _)) => {
                outcome.inspect(|_| self.reached(CrashPoint::Told)).map_err(|error| error.repeat())
            }
            Either::Right(_) => Err(refresh::transient(live, "it is taking long")),
        };
        match outcome {
            // The provider is away, but the present token has seconds left: better than failing the call.
            Err(error) if error.code() != NOT_ACTIVE && self.alive(live) => Ok(Arc::clone(live)),
            outcome => outcome,
        }
    }

    fn alive(&self, live: &LiveAccount) -> bool {
        live.grant.expires_at.is_none_or(|end| self.now() < end)
    }

    /// Begins the refreshes that are due: those that were left without an answer, by this process or one that is
    /// gone, and tokens that lapse soon, so that callers do not have to wait. Called by a job; returns how many were
    /// due. Failures are kept per account and logged there.
    pub async fn refresh_due(&self) -> Result<usize, ServiceError> {
        if self.may_refresh().is_err() {
            return Ok(0);
        }
        // A database that was adopted is tried out one account after the other.
        let slowly = self.on_probation();
        let (limit, at_once) = if slowly { (1, 1) } else { (SWEEP_LIMIT, AT_ONCE) };
        let now = self.now();
        let due = Due {
            lapsing_before: now.plus(refresh_horizon()),
            used_after: now.minus(IN_USE),
            idle_since: now.minus(KEEP_ALIVE),
            limit,
        };
        let found = self.store().read().await?.refreshes_due(&due, now).await?;
        let count = found.len();
        let refresh = |(id, generation): (AccountId, u64)| async move {
            drop(self.start_refresh(&id, generation).await);
        };
        stream::iter(found).for_each_concurrent(at_once, refresh).await;
        Ok(count)
    }

    /// Waits until no act and no refresh is under way, so that a stop cannot cut one off between the provider's answer
    /// and the store.
    pub async fn settle(&self) {
        // Acts first: they start refreshes, which start no acts.
        self.acts().idle().await;
        while let Some(flight) = self.flights().any() {
            drop(flight.await);
        }
    }
}
