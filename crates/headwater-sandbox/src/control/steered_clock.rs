//! The sandbox's clock: the one it was given, moved and stopped through the controls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::bell::Bell;
use crate::clock::Clock;

/// A clock that can be moved, and stopped.
pub(crate) struct SteeredClock {
    base: Arc<dyn Clock>,
    steering: Mutex<Steering>,
    moved: Bell,
}

#[derive(Clone, Copy)]
struct Steering {
    ahead_ms: i64,
    /// The time at which the clock is stopped, while it is.
    standing_at: Option<i64>,
}

impl SteeredClock {
    pub(crate) fn new(base: Arc<dyn Clock>) -> Self {
        Self { base, steering: Mutex::new(Steering { ahead_ms: 0, standing_at: None }), moved: Bell::new() }
    }

    /// Moves the clock by this much, back when it is negative.
    pub(crate) fn advance(&self, milliseconds: i64) {
        let mut steering = self.steering();
        steering.ahead_ms = steering.ahead_ms.saturating_add(milliseconds);
        steering.standing_at = steering.standing_at.map(|at| at.saturating_add(milliseconds));
        drop(steering);
        self.moved.ring();
    }

    /// Moves the clock to this time.
    pub(crate) fn set(&self, now_ms: i64) {
        let mut steering = self.steering();
        steering.ahead_ms = now_ms.saturating_sub(self.base.now_ms());
        steering.standing_at = steering.standing_at.map(|_| now_ms);
        drop(steering);
        self.moved.ring();
    }

    /// Stops the clock, or lets it run on from where it stands.
    pub(crate) fn stand(&self, standing: bool) {
        // Read before the lock is taken, because reading takes it too.
        let now = self.now_ms();
        let mut steering = self.steering();
        if let (Some(at), false) = (steering.standing_at, standing) {
            steering.ahead_ms = at.saturating_sub(self.base.now_ms());
        }
        steering.standing_at = standing.then_some(now);
        drop(steering);
        self.moved.ring();
    }

    pub(crate) fn stands(&self) -> bool {
        self.steering().standing_at.is_some()
    }

    /// Waits until this clock shows `at_ms`, however it gets there.
    pub(crate) async fn reach(&self, at_ms: i64) {
        let mut listener = self.moved.listener();
        loop {
            let left = at_ms.saturating_sub(self.now_ms());
            let Ok(left @ 1..) = u64::try_from(left) else { return };
            if self.stands() {
                if listener.changed().await.is_err() {
                    return;
                }
                continue;
            }
            // Running out of this time and being moved both lead to another look at the clock.
            drop(tokio::time::timeout(Duration::from_millis(left), listener.changed()).await);
        }
    }

    fn steering(&self) -> MutexGuard<'_, Steering> {
        self.steering.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SteeredClock {
    fn now_ms(&self) -> i64 {
        let steering = *self.steering();
        steering.standing_at.unwrap_or_else(|| self.base.now_ms().saturating_add(steering.ahead_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::manual::ManualClock;

    #[test]
    fn it_moves_stops_and_goes_on_from_where_it_stood() {
        let base = Arc::new(ManualClock::new());
        let clock = SteeredClock::new(base.clone());
        assert_eq!(clock.now_ms(), ManualClock::START);
        clock.advance(5000);
        assert_eq!(clock.now_ms(), ManualClock::START + 5000);
        clock.stand(true);
        base.advance_seconds(60);
        assert_eq!(clock.now_ms(), ManualClock::START + 5000, "it stands");
        clock.advance(1000);
        assert_eq!(clock.now_ms(), ManualClock::START + 6000, "a standing clock can be moved");
        clock.stand(false);
        base.advance_seconds(1);
        assert_eq!(clock.now_ms(), ManualClock::START + 7000);
        clock.set(42);
        assert_eq!(clock.now_ms(), 42);
    }

    #[tokio::test]
    async fn waiting_ends_when_the_clock_is_moved_there() {
        let clock = Arc::new(SteeredClock::new(Arc::new(ManualClock::new())));
        clock.stand(true);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.reach(ManualClock::START + 10_000).await }
        });
        clock.advance(9_999);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(1);
        waiting.await.unwrap();
    }
}
