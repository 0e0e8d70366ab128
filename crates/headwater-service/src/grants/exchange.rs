//! One leased exchange of a refresh token: lease, look again, write down, present, store.
//!
//! The order is what keeps a grant alive through crashes. A presentation that was written down and never answered is
//! repeated with the same token, by whoever gets the lease next; an answer that comes home after the lease was lost
//! is not written.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::error::ErrorKind;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::{Attempt, Change, LEASE, LEASE_MARGIN, RefreshState, Step, Verdict};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{LeaseId, Leasing};

use super::refresh::Unstored;
use super::sealing::NewTokens;
use super::token_request::{refresh_pair, tell_of_wrong_secret};
use super::{TokenFailure, outcome, refresh};
use crate::Service;
use crate::chaos::{CrashPoint, Defence};
use crate::error::ServiceError;
use crate::live::LiveAccount;
use crate::provider_http::get_json;

/// How often to look whether another replica has finished.
const POLL: Duration = Duration::from_millis(100);
/// How long to wait before asking again whether the provider answers at all.
const PROBE_AGAIN: Duration = Duration::from_secs(20);

/// What came of an exchange.
pub(super) enum Exchanged {
    /// The next pair is stored.
    Stored(Arc<LiveAccount>),
    /// There is another grant than the one to refresh.
    Elsewhere,
    /// Not yet; the error is for callers who cannot wait.
    Again(Duration, ServiceError),
}

/// A refresh that this process may perform.
struct Leased {
    live: Arc<LiveAccount>,
    lease: LeaseId,
    state: RefreshState,
    /// The moment by the store's clock,
    now: Timestamp,
    /// and the same moment by our own running time.
    begun: Duration,
}

impl Service {
    /// Leases the refresh of the grant of `generation`, and performs it as far as it goes now.
    pub(super) async fn try_exchange(
        &self,
        id: &AccountId,
        generation: u64,
    ) -> Result<Exchanged, ServiceError> {
        self.reached(CrashPoint::BeforeLease);
        let (lease, begun) = (LeaseId(self.random_number()), self.clock().elapsed());
        let mut tx = self.store().write().await?;
        if self.lacks(Defence::Lease) {
            tx.release_leases().await?;
        }
        let leasing = tx.lease_refresh(id, generation, lease, LEASE, self.now()).await?;
        tx.commit().await?;
        self.reached(CrashPoint::AfterLease);
        let (state, now) = match leasing {
            Leasing::Gone => return Ok(Exchanged::Elsewhere),
            Leasing::Held(rest) => {
                return Ok(Exchanged::Again(rest.clamp(Duration::from_millis(1), POLL), held()));
            }
            Leasing::Granted { state, now } => (state, now),
        };
        let live = match self.load_live(id).await {
            Ok(live) => live,
            Err(error) => {
                self.give_back(id, lease, Change::Keep, Duration::ZERO).await?;
                return Err(error);
            }
        };
        if live.grant.generation != generation {
            // A new consent came between, and took the lease away.
            return Ok(Exchanged::Elsewhere);
        }
        self.perform_exchange(Leased { live, lease, state, now, begun }).await
    }

    async fn perform_exchange(&self, leased: Leased) -> Result<Exchanged, ServiceError> {
        let Leased { live, lease, .. } = &leased;
        if let Some(tokens) =
            self.unsaved_pairs().take(&live.account.id, live.grant.generation, live.grant.obtained_at)
        {
            return self.save(&leased, tokens).await;
        }
        if let Some((pause, reason)) = self.obstacle(&leased).await {
            self.give_back(&live.account.id, *lease, Change::Keep, pause).await?;
            return Ok(Exchanged::Again(pause, refresh::transient(live, &reason)));
        }
        if live.grant.refresh_token.is_none() {
            let reason = "the provider gave no refresh token; ask for the scope offline_access";
            return Err(self.lose_grant(live, *lease, reason).await?);
        }
        if !self.write_down(&leased).await? {
            return Ok(Exchanged::Again(POLL, held()));
        }
        self.reached(CrashPoint::WrittenDown);
        self.present_token(leased).await
    }

    /// Why the token must not be presented now, and for how long.
    async fn obstacle(&self, leased: &Leased) -> Option<(Duration, String)> {
        let connection = &leased.live.connection;
        if let Some(rest) = self.holds().rest(&connection.id, self.clock().elapsed()) {
            return Some((
                rest,
                format!("the provider asked for {} seconds of patience", rest.as_secs() + 1),
            ));
        }
        match leased.state.step(leased.now) {
            Step::Present => None,
            Step::Wait(left) => {
                let seconds = left.as_secs() + 1;
                let reason = match leased.state.refused_at {
                    Some(_) => format!(
                        "the provider has refused its refresh token, and is asked once more in {seconds} seconds"
                    ),
                    None => format!("the next attempt is in {seconds} seconds"),
                };
                Some((left, reason))
            }
            Step::PresentAnew if self.provider_answers(&leased.live).await => None,
            Step::PresentAnew => Some((PROBE_AGAIN, "the provider has been away for a long time".to_owned())),
        }
    }

    /// Whether the provider answers at all, judged by a request that has no effect. Our token may be stale: any
    /// answer that is not a server error will do.
    async fn provider_answers(&self, live: &LiveAccount) -> bool {
        let endpoint = &live.connection.endpoints.resources;
        let reply = get_json(self, endpoint, &live.authorization, self.settings().token_patience).await;
        reply.is_ok_and(|reply| reply.status < 500 && reply.status != 429)
    }

    /// Commits that the token is about to be presented, and makes sure that the lease outlasts the request.
    async fn write_down(&self, leased: &Leased) -> Result<bool, ServiceError> {
        let id = &leased.live.account.id;
        if self.lacks(Defence::WriteAhead) {
            return Ok(true);
        }
        let mut tx = self.store().write().await?;
        let anew = leased.state.step(leased.now) == Step::PresentAnew;
        let ours = tx.note_presentation(id, leased.lease, anew, self.now()).await?;
        tx.commit().await?;
        if ours && self.clock().elapsed().saturating_sub(leased.begun) + LEASE_MARGIN > LEASE {
            self.give_back(id, leased.lease, Change::TakeBack, Duration::ZERO).await?;
            return Ok(false);
        }
        Ok(ours)
    }

    async fn present_token(&self, leased: Leased) -> Result<Exchanged, ServiceError> {
        let live = &leased.live;
        let Some(refresh_token) = &live.grant.refresh_token else { return Ok(Exchanged::Elsewhere) };
        match refresh_pair(self, &live.connection, refresh_token).await {
            Ok((set, sent_at)) => {
                self.standing().count_exchanged();
                let tokens = NewTokens::from_reply(set, sent_at, &live.grant.scopes);
                self.reached(CrashPoint::ReplyRead);
                self.save(&leased, tokens).await
            }
            Err(failure) => self.failed(&leased, failure).await,
        }
    }

    /// Stores a pair, or keeps it for the next attempt: without it, what comes after the provider's leeway is lost.
    async fn save(&self, leased: &Leased, tokens: NewTokens) -> Result<Exchanged, ServiceError> {
        let Leased { live, lease, .. } = leased;
        let Unstored { tokens, error } = match self.store_pair(live, *lease, tokens).await {
            Ok(stored) => return stored.map(Exchanged::Stored),
            Err(unstored) => unstored,
        };
        if !self.lacks(Defence::KeepPair) {
            let grant = &live.grant;
            self.unsaved_pairs().keep(&live.account.id, grant.generation, grant.obtained_at, tokens);
        }
        if !self.lacks(Defence::PersistFirst) {
            self.live().forget(&live.account.id).await;
        }
        Ok(match error {
            Some(error) => {
                tracing::error!(account = %live.account.id, %error, "a new token pair could not be stored yet");
                Exchanged::Again(POLL, refresh::transient(live, "the database did not take the new tokens"))
            }
            None => Exchanged::Elsewhere,
        })
    }

    async fn failed(&self, leased: &Leased, failure: TokenFailure) -> Result<Exchanged, ServiceError> {
        let Leased { live, lease, state, .. } = leased;
        let id = &live.account.id;
        if let TokenFailure::Refused(refusal) = &failure
            && refusal.wrong_secret()
        {
            tell_of_wrong_secret(&live.connection, refusal);
        }
        let (attempt, reason) = match outcome::sort(failure) {
            Ok(sorted) => sorted,
            Err(error) => {
                self.give_back(id, *lease, Change::TakeBack, POLL).await?;
                return Err(error);
            }
        };
        if attempt == Attempt::Dead {
            self.note_refused().await;
        }
        let confirm = self.settings().confirm_refusal_after;
        match state.judge(attempt, confirm, self.random_word()) {
            Verdict::Lost(why) => {
                let reason = format!("{} ({reason})", why.as_str());
                Err(self.lose_grant(live, *lease, &reason).await?)
            }
            Verdict::Again { change, after } => {
                self.give_back(id, *lease, change, after).await?;
                if matches!(attempt, Attempt::Deferred(_) | Attempt::Misconfigured) {
                    self.holds().hold(&live.connection.id, after, self.clock().elapsed());
                }
                let error = match attempt {
                    Attempt::Misconfigured => refresh::misconfigured(live, &reason),
                    _ => refresh::transient(live, &reason),
                };
                Ok(Exchanged::Again(after, error))
            }
        }
    }

    async fn give_back(
        &self,
        id: &AccountId,
        lease: LeaseId,
        change: Change,
        pause: Duration,
    ) -> Result<(), ServiceError> {
        let mut tx = self.store().write().await?;
        tx.end_lease(id, lease, change, pause, self.now()).await?;
        Ok(tx.commit().await?)
    }
}

fn held() -> ServiceError {
    ServiceError::new(
        ErrorKind::Unavailable,
        "REFRESH_FAILED",
        "another replica is refreshing this account's token; try again in a moment",
    )
}
