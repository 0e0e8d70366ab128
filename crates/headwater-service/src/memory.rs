//! How much memory the calls under way may take together.
//!
//! Every bound on a single call leaves their sum open: sixteen large ones are sixteen times as much. So what a call or an
//! answer will take is reserved before it is read, from one budget for the process, and given back with it. Who finds
//! too little left waits a moment and is told then.
//!
//! Calls and answers have a share of their own each: a call that is under way waits for room for its answer, and an
//! answer for nobody but its reader, so that they never wait for each other in a circle.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::bounds::MEMORY_WAIT;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_ports::clock::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::core::Core;
use crate::error::ServiceError;

/// Bytes that one permit stands for.
const UNIT: usize = 1024;

/// The budget. Each replica has its own. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Memory {
    core: Core,
    calls: Pool,
    answers: Pool,
}

#[derive(Clone)]
struct Pool {
    free: Arc<Semaphore>,
    units: u32,
}

/// Reserved memory; given back when dropped.
#[derive(Debug, Default)]
pub struct Held {
    permits: Option<OwnedSemaphorePermit>,
}

impl Memory {
    /// Makes the budget that the operator decided on, three parts of it for calls and four for answers.
    pub(crate) fn new(core: Core) -> Self {
        let bytes = core.settings().memory_bytes;
        Self { core, calls: Pool::new(bytes / 7 * 3), answers: Pool::new(bytes / 7 * 4) }
    }
}

impl Pool {
    fn new(bytes: usize) -> Self {
        let units = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX).max(1);
        Self { free: Arc::new(Semaphore::new(usize::try_from(units).unwrap_or(usize::MAX))), units }
    }

    /// Reserves `bytes`, waiting for at most `patience`. Whoever wants more than there is gets all of it, alone.
    async fn reserve(&self, bytes: usize, clock: &dyn Clock, patience: Duration) -> Option<Held> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.units);
        if let Ok(permits) = Arc::clone(&self.free).try_acquire_many_owned(units) {
            return Some(Held { permits: Some(permits) });
        }
        tokio::select! {
            biased;
            permits = Arc::clone(&self.free).acquire_many_owned(units) => Some(Held { permits: permits.ok() }),
            () = clock.wait(patience) => None,
        }
    }
}

impl Held {
    /// Takes another reservation of the same kind in.
    pub fn add(&mut self, other: Self) {
        match (&mut self.permits, other.permits) {
            (Some(own), Some(other)) => own.merge(other),
            (own @ None, other) => *own = other,
            (Some(_), None) => {}
        }
    }

    /// Gives back what is more than `bytes`.
    pub fn shrink(&mut self, bytes: usize) {
        let Some(permits) = &mut self.permits else { return };
        let surplus = permits.num_permits().saturating_sub(bytes.div_ceil(UNIT));
        drop(permits.split(surplus));
    }
}

impl Memory {
    /// Reserves memory for a call: what its text, its message and what is built from them will take, in bytes.
    ///
    /// # Errors
    /// `ResourceExhausted` where the calls under way leave no room within [`MEMORY_WAIT`].
    pub async fn reserve_for_call(&self, bytes: usize) -> Result<Held, ServiceError> {
        self.calls.reserve(bytes, self.core.clock(), MEMORY_WAIT).await.ok_or_else(busy)
    }

    /// Reserves memory for a provider's answer to a tool call, waiting for at most `patience`.
    pub(crate) async fn reserve_for_answer(&self, bytes: usize, patience: Duration) -> Option<Held> {
        self.answers.reserve(bytes, self.core.clock(), patience).await
    }
}

fn busy() -> ServiceError {
    let message = "nothing was done: the calls under way take all the memory that the server may use for them \
                   (limits.memory_bytes); call again in a few seconds, and with less at once";
    ServiceError::new(ErrorKind::ResourceExhausted, ErrorCode::ServerBusy, message)
}

#[cfg(test)]
mod tests {
    use headwater_ports::fakes::ManualClock;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn g3_calls_wait_for_memory_and_are_told_when_there_is_none() {
        let (pool, clock) = (Pool::new(100 * UNIT), ManualClock::default());
        let mut first = pool.reserve(60 * UNIT, &clock, SECOND).await.unwrap();
        let second = pool.reserve(40 * UNIT, &clock, SECOND).await.unwrap();
        let third = pool.reserve(UNIT, &clock, SECOND);
        let late = async {
            tokio::task::yield_now().await;
            clock.advance(SECOND);
        };
        assert!(tokio::join!(third, late).0.is_none(), "nothing is left");
        first.shrink(50 * UNIT);
        let fourth = pool.reserve(10 * UNIT, &clock, SECOND).await.unwrap();
        drop((second, fourth));
        first.add(pool.reserve(50 * UNIT, &clock, SECOND).await.unwrap());
        assert_eq!(pool.free.available_permits(), 0);
        drop(first);
        assert_eq!(pool.free.available_permits(), 100);
    }

    #[tokio::test]
    async fn what_is_larger_than_the_budget_gets_all_of_it() {
        let (pool, clock) = (Pool::new(10 * UNIT), ManualClock::default());
        let all = pool.reserve(usize::MAX, &clock, SECOND).await.unwrap();
        assert_eq!(pool.free.available_permits(), 0);
        drop(all);
        assert_eq!(pool.free.available_permits(), 10);
    }
}
