//! Grants: opening, storing and refreshing an account's tokens.
//!
//! Expiry is judged by the clock, never by a 401: Atlassian answers 404 or 403 to a stale token. A refresh is
//! single-flight per account, runs in a task of its own, so that a caller who gives up does not cut it off, and
//! nobody sees a new access token before the pair is durable.

mod flights;
mod refresh;
mod sealing;
mod token_request;

use std::sync::Arc;

use headwater_domain::error::ErrorKind;
use headwater_domain::grant::{Freshness, freshness, refresh_horizon};
use headwater_domain::id::AccountId;

pub(crate) use flights::Flights;
pub(crate) use sealing::{NewTokens, bind_candidate, flow_context};
pub(crate) use token_request::{TokenFailure, exchange_code};

use crate::Service;
use crate::error::ServiceError;
use crate::live::LiveAccount;

/// How many accounts one sweep refreshes at most.
const SWEEP_LIMIT: u32 = 200;

impl Service {
    /// An account with an access token that is good for the next minute at least, or the reason why not.
    pub(crate) async fn usable(&self, id: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        let live = if let Some(live) = self.live().account(id).await {
            live
        } else {
            let live = self.load_live(id).await?;
            self.live().remember(Arc::clone(&live)).await;
            live
        };
        match freshness(live.grant.obtained_at, live.grant.expires_at, self.now()) {
            Freshness::Fresh => Ok(live),
            Freshness::RefreshAhead => {
                // Whoever started it will store the outcome; this caller has a good token in hand.
                drop(self.start_refresh(id, live.grant.generation));
                Ok(live)
            }
            Freshness::RefreshFirst => match self.start_refresh(id, live.grant.generation).await {
                Ok(fresh) => Ok(fresh),
                // The provider is away, but the present token has seconds left: better than failing the call.
                Err(error) if error.kind() == ErrorKind::Unavailable && self.alive(&live) => Ok(live),
                Err(error) => Err(error.repeat()),
            },
        }
    }

    fn alive(&self, live: &LiveAccount) -> bool {
        live.grant.expires_at.is_none_or(|end| self.now() < end)
    }

    /// Replaces a token that the provider seems not to accept although the clock says it is good. Returns `None`
    /// when another attempt was made moments ago: then the refusal means something else.
    pub(crate) async fn replace_suspect(
        &self,
        live: &LiveAccount,
    ) -> Option<Result<Arc<LiveAccount>, ServiceError>> {
        if !self.flights().first_suspicion(&live.account.id, self.now()) {
            return None;
        }
        let fresh = self.start_refresh(&live.account.id, live.grant.generation).await;
        Some(fresh.map_err(|error| error.repeat()))
    }

    /// Refreshes the accounts whose tokens lapse soon, so that callers do not have to wait. Called by a job;
    /// returns how many were due. Failures are kept per account and logged there.
    pub async fn refresh_due(&self) -> Result<usize, ServiceError> {
        let before = self.now().plus(refresh_horizon());
        let due = self.store().read().await?.accounts_expiring(before, SWEEP_LIMIT).await?;
        let count = due.len();
        for id in due {
            let generation = match self.store().read().await?.grant(&id).await? {
                Some(grant) => grant.generation,
                None => continue,
            };
            drop(self.start_refresh(&id, generation).await);
        }
        Ok(count)
    }

    /// Waits until no refresh is under way, so that a stop cannot cut one off between the provider's answer and
    /// the store.
    pub async fn settle(&self) {
        while let Some(flight) = self.flights().any() {
            drop(flight.await);
        }
    }
}
