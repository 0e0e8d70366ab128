//! Grants: opening, storing and refreshing an account's tokens.
//!
//! Expiry is judged by the clock, never by a 401: Atlassian answers 404 or 403 to a stale token. A refresh is
//! single-flight per account, in the process ([`flights`]) and, through a lease on the stored grant, among replicas. It
//! runs in a task of its own, so that a caller who gives up does not cut it off. The order of its steps, which keeps
//! the grant alive through crashes, stands in [`refresh`].

mod failure;
mod flights;
mod load;
mod obstacle;
mod provider_pauses;
mod refresh;
mod save;
mod sealing;
mod suspicion;
#[cfg(test)]
mod tests;
mod unsaved;
#[cfg(feature = "chaos")]
mod weakened;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use futures_util::stream;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::grant::{Freshness, freshness, refresh_horizon};
use headwater_domain::id::AccountId;
use headwater_ports::store::Due;

pub(crate) use sealing::{NewTokens, bind_candidate};
pub(crate) use suspicion::Suspicion;

use crate::acts::Acts;
use crate::chaos::CrashPoint;
use crate::connectors::Connectors;
use crate::core::Core;
use crate::deployment::Deployment;
use crate::error::ServiceError;
use crate::events::Events;
use crate::live::{LiveAccount, LiveCache};
use crate::sites::Sites;
use crate::token_endpoint::TokenEndpoint;
use flights::Flights;
use provider_pauses::ProviderPauses;
use unsaved::UnsavedPairs;

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
/// The grants of all accounts. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Grants(Arc<GrantParts>);

/// The parts that [`Grants`] is made of.
pub struct GrantParts {
    pub(crate) core: Core,
    pub(crate) acts: Acts,
    pub(crate) connectors: Connectors,
    pub(crate) deployment: Deployment,
    pub(crate) events: Events,
    pub(crate) sites: Sites,
    pub(crate) token_endpoint: TokenEndpoint,
    pub(crate) live: LiveCache,
    pub(crate) memory: RefreshMemory,
}

/// What this process knows of its refreshes. It may be lost with the process.
#[derive(Default)]
pub(crate) struct RefreshMemory {
    flights: Flights,
    unsaved: UnsavedPairs,
    pauses: ProviderPauses,
}

impl Deref for Grants {
    type Target = GrantParts;

    fn deref(&self) -> &GrantParts {
        &self.0
    }
}

impl Grants {
    pub(crate) fn new(parts: GrantParts) -> Self {
        Self(Arc::new(parts))
    }

    /// Returns an account with an access token that is good for the next minute at least.
    ///
    /// # Errors
    /// `FailedPrecondition` for an account that only its end user or the operator can make usable, `NotFound` for one
    /// that is gone, `Unavailable` where the token could not be refreshed now.
    pub(crate) async fn usable(&self, id: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        let live = self.live_account(id).await?;
        if live.grant.refresh_token.is_none() && self.alive(&live) {
            // No refresh token, so there is no next one: the access token serves to its end.
            return Ok(live);
        }
        match freshness(live.grant.obtained_at, live.grant.expires_at, self.core.now()) {
            Freshness::Fresh => Ok(live),
            Freshness::RefreshAhead => {
                // The refresh stores its outcome by itself; this caller has a good token in hand.
                drop(self.start_refresh(id, live.grant.generation));
                Ok(live)
            }
            Freshness::RefreshFirst => self.refreshed(&live).await,
        }
    }

    /// Waits for the refresh of an account whose token must not be used any more, but not for ever.
    async fn refreshed(&self, live: &Arc<LiveAccount>) -> Result<Arc<LiveAccount>, ServiceError> {
        let flight = self.start_refresh(&live.account.id, live.grant.generation);
        let outcome = match select(flight, self.core.clock().wait(CALLER_PATIENCE)).await {
            Either::Left((outcome, _)) => {
                outcome.inspect(|_| self.core.reached(CrashPoint::Told)).map_err(|error| error.repeat())
            }
            Either::Right(_) => Err(failure::transient(live, "it is taking long")),
        };
        match outcome {
            // The provider is away, but the present token has seconds left: better than failing the call.
            Err(error) if error.code() != ErrorCode::AccountNotActive && self.alive(live) => {
                Ok(Arc::clone(live))
            }
            outcome => outcome,
        }
    }

    fn alive(&self, live: &LiveAccount) -> bool {
        live.grant.expires_at.is_none_or(|end| self.core.now() < end)
    }

    /// Begins the refreshes that are due: those that were left without an answer, by this process or one that is
    /// gone, and tokens that expire soon, so that callers do not have to wait. Called by a job; returns how many were
    /// due. Failures are kept per account and logged there.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn refresh_due(&self) -> Result<usize, ServiceError> {
        if self.deployment.may_refresh().is_err() {
            return Ok(0);
        }
        // A database that was adopted is tried out one account after the other.
        let slowly = self.deployment.on_probation();
        let (limit, at_once) = if slowly { (1, 1) } else { (SWEEP_LIMIT, AT_ONCE) };
        let now = self.core.now();
        let due = Due {
            lapsing_before: now.plus(refresh_horizon()),
            used_after: now.minus(IN_USE),
            idle_since: now.minus(KEEP_ALIVE),
            limit,
        };
        let found = self.core.store().read().await?.refreshes_due(&due, now).await?;
        let count = found.len();
        let refresh = |(id, generation): (AccountId, u64)| async move {
            drop(self.start_refresh(&id, generation).await);
        };
        stream::iter(found).for_each_concurrent(at_once, refresh).await;
        Ok(count)
    }

    /// Lets an experiment strike here; does nothing in builds that are for use.
    #[inline]
    fn reached(&self, point: CrashPoint) {
        #[cfg(feature = "chaos")]
        self.forget_defences(point);
        self.core.reached(point);
    }

    /// Waits until no act and no refresh is under way, so that a stop cannot cut one off between the provider's answer
    /// and the store.
    pub async fn settle(&self) {
        // Acts first: they start refreshes, which start no acts.
        self.acts.idle().await;
        while let Some(flight) = self.memory.flights.any() {
            drop(flight.await);
        }
    }
}
