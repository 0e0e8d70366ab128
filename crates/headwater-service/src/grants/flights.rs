//! Refreshes under way: one per account, shared by everybody who waits.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::AccountId;
use parking_lot::{Mutex, MutexGuard};

use super::Grants;
use crate::error::ServiceError;
use crate::live::LiveAccount;

/// How long after a failed refresh the next attempt waits.
const COOL_DOWN: Duration = Duration::from_secs(2);
/// How often a token is replaced merely because a call was refused.
const SUSPICION_INTERVAL: Duration = Duration::from_secs(60);
/// How often in that time it is replaced once more because the provider says that it is dead.
const MOST_REPLACED_AGAIN: u32 = 6;

/// What a refresh leads to. Shared, hence the `Arc` around the error.
pub(super) type Outcome = Result<Arc<LiveAccount>, Arc<ServiceError>>;
/// A refresh that anybody can wait for.
pub(super) type Flight = Shared<BoxFuture<'static, Outcome>>;

/// The refreshes under way and what became of the latest ones.
#[derive(Default)]
pub(super) struct Flights(Mutex<State>);

#[derive(Default)]
struct State {
    flying: HashMap<AccountId, Flight>,
    /// Times are the clock's running time: the time of day can be set back.
    failed: HashMap<AccountId, Failed>,
    replaced: HashMap<AccountId, Replaced>,
}

struct Failed {
    at: Duration,
    generation: u64,
    error: Arc<ServiceError>,
}

/// A token that was replaced because a call was refused.
struct Replaced {
    at: Duration,
    /// The generation of the new one.
    generation: u64,
    /// How often it was replaced once more since.
    again: u32,
}

/// How to find out whether a refused call was refused for its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextCheck {
    /// Replace the token, or join whoever does.
    Replace,
    /// Ask the provider about the token, which was replaced moments ago.
    Ask,
}

impl Flights {
    /// Any refresh that is under way.
    pub(super) fn any(&self) -> Option<Flight> {
        self.state().flying.values().next().cloned()
    }

    /// Forgets every refresh under way, for experiments: whoever comes starts another one.
    #[cfg(feature = "chaos")]
    pub(super) fn forget_all(&self) {
        self.state().flying.clear();
    }

    /// How to judge a refusal of the token of `generation`.
    pub(super) fn next_check(&self, id: &AccountId, generation: u64, now: Duration) -> NextCheck {
        let state = self.state();
        let replaced = state.replaced.get(id).filter(|it| recent(it.at, now));
        match replaced {
            Some(replaced) if generation >= replaced.generation && !state.flying.contains_key(id) => {
                NextCheck::Ask
            }
            _ => NextCheck::Replace,
        }
    }

    /// Whether a token that was replaced moments ago may be replaced again; counts that it is.
    pub(super) fn may_replace_again(&self, id: &AccountId, now: Duration) -> bool {
        let mut state = self.state();
        let Some(replaced) = state.replaced.get_mut(id).filter(|it| recent(it.at, now)) else { return true };
        replaced.again += 1;
        replaced.again <= MOST_REPLACED_AGAIN
    }

    /// Notes that a token was replaced because a call was refused. The interval counts from the first time.
    pub(super) fn note_replaced(&self, id: &AccountId, generation: u64, now: Duration) {
        let mut state = self.state();
        state.replaced.retain(|_, it| recent(it.at, now));
        let replaced = state.replaced.entry(id.clone()).or_insert(Replaced { at: now, generation, again: 0 });
        replaced.generation = replaced.generation.max(generation);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }

    fn land(&self, id: &AccountId, generation: u64, outcome: &Outcome, now: Duration) {
        let mut state = self.state();
        state.flying.remove(id);
        state.failed.retain(|_, failed| now.saturating_sub(failed.at) < COOL_DOWN);
        if let Err(error) = outcome {
            let failed = Failed { at: now, generation, error: Arc::clone(error) };
            state.failed.insert(id.clone(), failed);
        }
    }
}

fn recent(at: Duration, now: Duration) -> bool {
    now.saturating_sub(at) < SUSPICION_INTERVAL
}

impl Grants {
    /// Joins the refresh of an account that is under way, or starts one. The work goes on whether or not the
    /// returned future is waited for. `generation` is the one that the caller found wanting.
    pub(crate) fn start_refresh(&self, id: &AccountId, generation: u64) -> Flight {
        let mut state = self.memory.flights.state();
        if let Some(flight) = state.flying.get(id) {
            return flight.clone();
        }
        // A new consent has nothing to do with what became of the grant before it.
        if let Some(failed) = state.failed.get(id)
            && failed.generation == generation
            && self.core.clock().elapsed().saturating_sub(failed.at) < COOL_DOWN
        {
            return failed_flight(Arc::clone(&failed.error));
        }
        let (grants, account) = (self.clone(), id.clone());
        let task = tokio::spawn(async move {
            // A fault of ours must not leave a flight behind that never lands.
            let refresh = AssertUnwindSafe(grants.refresh(&account, generation)).catch_unwind().await;
            let outcome = refresh.unwrap_or_else(|_| Err(interrupted())).map_err(Arc::new);
            grants.memory.flights.land(&account, generation, &outcome, grants.core.clock().elapsed());
            outcome
        });
        let flight =
            async move { task.await.unwrap_or_else(|_| Err(Arc::new(interrupted()))) }.boxed().shared();
        state.flying.insert(id.clone(), flight.clone());
        flight
    }
}

fn failed_flight(error: Arc<ServiceError>) -> Flight {
    async move { Err(error) }.boxed().shared()
}

fn interrupted() -> ServiceError {
    ServiceError::new(
        ErrorKind::Unavailable,
        ErrorCode::RefreshInterrupted,
        "the token refresh was interrupted; try again",
    )
}
