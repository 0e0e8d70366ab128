//! A refresh, from the stored token pair to the next stored pair. [`Grants::exchange`] has the order that keeps a grant
//! alive through crashes.
//!
//! Whoever dies at any step leaves behind what the next one needs: a presentation that was written down and never
//! answered is repeated with the same refresh token, by whoever gets the lease next, while the provider still accepts
//! it; an answer that arrives after the lease was lost is not stored.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::grant::{Freshness, freshness};
use headwater_domain::id::AccountId;
use headwater_domain::refresh::{Change, LEASE, LEASE_MARGIN, RefreshState, Step};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{LeaseId, Leasing, StoreError};

use super::Grants;
use super::sealing::NewTokens;
use crate::chaos::CrashPoint;
use crate::error::ServiceError;
use crate::live::LiveAccount;

/// How long one flight goes on trying. What is left undone then is taken up by the sweep.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often to look whether another replica has finished.
pub(super) const POLL: Duration = Duration::from_millis(100);

/// A refresh that this process may perform.
pub(super) struct Leased {
    pub(super) live: Arc<LiveAccount>,
    pub(super) lease: LeaseId,
    pub(super) state: RefreshState,
    /// The moment at which the lease began, by the store's clock.
    pub(super) now: Timestamp,
    /// The same moment by this process's running time.
    begun: Duration,
}

/// Why an exchange ended without a new pair.
pub(super) enum Stop {
    /// There is another grant than the one to refresh.
    Replaced,
    /// It can be tried again after this pause; the error is for callers who cannot wait.
    Again(Duration, ServiceError),
    /// Trying again does not help.
    Failed(ServiceError),
}

impl From<ServiceError> for Stop {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Grants {
    /// Refreshes an account whose grant of `generation` must not be used any more, trying again for a while.
    pub(super) async fn refresh(
        &self,
        id: &AccountId,
        mut generation: u64,
    ) -> Result<Arc<LiveAccount>, ServiceError> {
        let end = self.core.clock().elapsed() + PATIENCE;
        loop {
            self.deployment.may_refresh()?;
            let (pause, error) = match self.exchange(id, generation).await {
                Ok(live) => return Ok(live),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Again(pause, error)) => (pause, error),
                Err(Stop::Replaced) => {
                    let live = self.load_live(id).await?;
                    if self.is_fresh(&live) {
                        self.remember_live(&live).await;
                        return Ok(live);
                    }
                    generation = live.grant.generation;
                    continue;
                }
            };
            if self.core.clock().elapsed() + pause > end {
                return Err(error);
            }
            self.core.clock().wait(pause).await;
        }
    }

    /// Exchanges the refresh token of the grant of `generation` for the next pair: lease, write down, present, store,
    /// show.
    async fn exchange(&self, id: &AccountId, generation: u64) -> Result<Arc<LiveAccount>, Stop> {
        self.reached(CrashPoint::BeforeLease);
        // 1. Lease: nobody else presents this account's refresh token, in any replica.
        let leased = self.lease(id, generation).await?;
        let tokens = if let Some(tokens) = self.unsaved_pair(&leased) {
            // An earlier attempt has got a pair and could not store it: nothing needs to be asked.
            tokens
        } else {
            self.ensure_presentable(&leased).await?;
            // 2. Write down that the token is about to be presented, for whoever comes after a crash.
            self.write_down(&leased).await?;
            self.reached(CrashPoint::WrittenDown);
            // 3. Present the token. From here on the provider may have replaced it.
            let tokens = self.present(&leased).await?;
            self.reached(CrashPoint::ReplyRead);
            tokens
        };
        // 4. Store the new pair.
        let live = self.store_pair(&leased, tokens).await?;
        // 5. Show it: nobody sees an access token before its pair is durable.
        self.remember_live(&live).await;
        Ok(live)
    }

    /// Takes the lease of the refresh, and reads the account as it is under the lease.
    async fn lease(&self, id: &AccountId, generation: u64) -> Result<Leased, Stop> {
        let (lease, begun) = (LeaseId(self.core.random_number()), self.core.clock().elapsed());
        let mut tx = self.core.store().write().await?;
        let leasing = tx.lease_refresh(id, generation, lease, LEASE, self.core.now()).await?;
        tx.commit().await?;
        self.reached(CrashPoint::AfterLease);
        let (state, now) = match leasing {
            Leasing::Gone => return Err(Stop::Replaced),
            Leasing::Held(rest) => {
                return Err(Stop::Again(rest.clamp(Duration::from_millis(1), POLL), held()));
            }
            Leasing::Granted { state, now } => (state, now),
        };
        let live = match self.load_live(id).await {
            Ok(live) => live,
            Err(error) => {
                self.give_back(id, lease, Change::Keep, Duration::ZERO).await?;
                return Err(error.into());
            }
        };
        if live.grant.generation != generation {
            // A new consent came between, and took the lease away.
            return Err(Stop::Replaced);
        }
        Ok(Leased { live, lease, state, now, begun })
    }

    fn unsaved_pair(&self, leased: &Leased) -> Option<NewTokens> {
        let grant = &leased.live.grant;
        self.memory.unsaved.take(&grant.account_id, grant.generation, grant.obtained_at)
    }

    /// Commits that the token is about to be presented, and makes sure that the lease outlasts the request.
    async fn write_down(&self, leased: &Leased) -> Result<(), Stop> {
        let id = &leased.live.account.id;
        let mut tx = self.core.store().write().await?;
        let anew = leased.state.step(leased.now) == Step::PresentAnew;
        let ours = tx.note_presentation(id, leased.lease, anew, self.core.now()).await?;
        tx.commit().await?;
        if !ours {
            return Err(Stop::Again(POLL, held()));
        }
        // A process that was stopped in the meantime must not present a token that another one may be presenting.
        if self.core.clock().elapsed().saturating_sub(leased.begun) + LEASE_MARGIN > LEASE {
            self.give_back(id, leased.lease, Change::TakeBack, Duration::ZERO).await?;
            return Err(Stop::Again(POLL, held()));
        }
        Ok(())
    }

    /// Presents the refresh token to the provider.
    async fn present(&self, leased: &Leased) -> Result<NewTokens, Stop> {
        let live = &leased.live;
        let Some(refresh_token) = &live.grant.refresh_token else { return Err(Stop::Replaced) };
        match self.token_endpoint.refresh_pair(&live.connection, refresh_token).await {
            Ok((set, sent_at)) => {
                self.deployment.count_exchanged();
                Ok(NewTokens::from_reply(set, sent_at, &live.grant.scopes))
            }
            Err(failure) => Err(self.refused(leased, failure).await?),
        }
    }

    /// Gives the lease back without a new pair; the next attempt can be made after `pause`.
    pub(super) async fn give_back(
        &self,
        id: &AccountId,
        lease: LeaseId,
        change: Change,
        pause: Duration,
    ) -> Result<(), ServiceError> {
        let mut tx = self.core.store().write().await?;
        tx.end_lease(id, lease, change, pause, self.core.now()).await?;
        Ok(tx.commit().await?)
    }

    fn is_fresh(&self, live: &LiveAccount) -> bool {
        freshness(live.grant.obtained_at, live.grant.expires_at, self.core.now()) == Freshness::Fresh
    }
}

fn held() -> ServiceError {
    ServiceError::new(
        ErrorKind::Unavailable,
        ErrorCode::RefreshFailed,
        "another replica is refreshing this account's token; try again in a moment",
    )
}
