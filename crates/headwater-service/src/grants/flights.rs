//! Refreshes under way: one per account, shared by everybody who waits.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use headwater_domain::error::ErrorKind;
use headwater_domain::id::AccountId;

use crate::Service;
use crate::chaos::Defence;
use crate::error::ServiceError;
use crate::live::LiveAccount;

/// How long after a failed refresh the next attempt waits.
const COOL_DOWN: Duration = Duration::from_secs(2);
/// How often a refusal by the provider may be taken for a stale token.
const SUSPICION_INTERVAL: Duration = Duration::from_secs(60);

/// What a refresh leads to. Shared, hence the `Arc` around the error.
pub(crate) type Outcome = Result<Arc<LiveAccount>, Arc<ServiceError>>;
/// A refresh that anybody can wait for.
pub(crate) type Flight = Shared<BoxFuture<'static, Outcome>>;

/// The refreshes under way and what became of the latest ones.
#[derive(Default)]
pub(crate) struct Flights(Mutex<State>);

#[derive(Default)]
struct State {
    flying: HashMap<AccountId, Flight>,
    /// Times are the clock's running time: the time of day can be set back.
    failed: HashMap<AccountId, (Duration, Arc<ServiceError>)>,
    suspected: HashMap<AccountId, Duration>,
}

impl Flights {
    /// Any refresh that is under way.
    pub(crate) fn any(&self) -> Option<Flight> {
        self.0.lock().ok()?.flying.values().next().cloned()
    }

    /// Whether a refusal may be taken for a stale token now; notes that it was.
    pub(crate) fn first_suspicion(&self, id: &AccountId, now: Duration) -> bool {
        let Ok(mut state) = self.0.lock() else { return false };
        state.suspected.retain(|_, at| now.saturating_sub(*at) < SUSPICION_INTERVAL);
        if state.suspected.contains_key(id) {
            return false;
        }
        state.suspected.insert(id.clone(), now);
        true
    }

    fn land(&self, id: &AccountId, outcome: &Outcome, now: Duration) {
        let Ok(mut state) = self.0.lock() else { return };
        state.flying.remove(id);
        state.failed.retain(|_, (at, _)| now.saturating_sub(*at) < COOL_DOWN);
        if let Err(error) = outcome {
            state.failed.insert(id.clone(), (now, Arc::clone(error)));
        }
    }
}

impl Service {
    /// Joins the refresh of an account that is under way, or starts one. The work goes on whether or not the
    /// returned future is waited for. `generation` is the one that the caller found wanting.
    pub(crate) fn start_refresh(&self, id: &AccountId, generation: u64) -> Flight {
        let Ok(mut state) = self.flights().0.lock() else { return failed_flight(Arc::new(interrupted())) };
        if let Some(flight) = state.flying.get(id)
            && !self.lacks(Defence::SingleFlight)
        {
            return flight.clone();
        }
        if let Some((at, error)) = state.failed.get(id)
            && self.clock().elapsed().saturating_sub(*at) < COOL_DOWN
        {
            return failed_flight(Arc::clone(error));
        }
        let (service, account) = (self.clone(), id.clone());
        let task = tokio::spawn(async move {
            // A fault of ours must not leave a flight behind that never lands.
            let refresh = AssertUnwindSafe(service.refresh(&account, generation)).catch_unwind().await;
            let outcome = refresh.unwrap_or_else(|_| Err(interrupted())).map_err(Arc::new);
            service.flights().land(&account, &outcome, service.clock().elapsed());
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
        "REFRESH_INTERRUPTED",
        "the token refresh was interrupted; try again",
    )
}
