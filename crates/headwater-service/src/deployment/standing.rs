//! How the database stands, as this process knows.

use headwater_domain::deployment::{Fence, Probation};
use headwater_domain::time::Timestamp;
use parking_lot::{Mutex, MutexGuard};

/// How the database stands, as this process knows.
#[derive(Default)]
pub(super) struct Standing(Mutex<State>);

#[derive(Default)]
struct State {
    /// Whether this process has taken the database up. What only looks at it, as `dev` does, is never fenced.
    taken_up: bool,
    fence: Option<Fence>,
    /// The latest state of the row, for the time after an adoption.
    adopted_at: Option<Timestamp>,
    probation: Probation,
    /// Whether this process is for development, where the database is this process's whatever is noted there.
    development: bool,
}

impl Standing {
    /// Why no refresh token may be presented now.
    pub(super) fn fence(&self) -> Option<Fence> {
        self.state().fence
    }

    /// Notes that this process uses the database from now on, and has written that down in it.
    pub(super) fn take_up(&self) {
        self.state().taken_up = true;
    }

    pub(super) fn taken_up(&self) -> bool {
        self.state().taken_up
    }

    pub(super) fn development(&self) -> bool {
        self.state().development
    }

    pub(super) fn set_development(&self) {
        self.state().development = true;
    }

    /// Returns whether it is news.
    pub(super) fn set(&self, fence: Option<Fence>, adopted_at: Option<Timestamp>) -> bool {
        let mut state = self.state();
        if state.adopted_at != adopted_at {
            (state.adopted_at, state.probation) = (adopted_at, Probation::default());
        }
        std::mem::replace(&mut state.fence, fence) != fence
    }

    pub(super) fn count_exchanged(&self) {
        self.state().probation.exchanged += 1;
    }

    /// The provider has refused a token as dead; returns whether there are too many of them.
    pub(super) fn count_refused(&self) -> bool {
        let mut state = self.state();
        state.probation.refused += 1;
        state.probation.failed()
    }

    pub(super) fn adopted_at(&self) -> Option<Timestamp> {
        self.state().adopted_at
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a8_a_fence_outlives_a_panic() {
        let standing = Standing::default();
        standing.set(Some(Fence::Restored), None);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _state = standing.0.lock();
            panic!("a fault, on purpose");
        }));
        assert!(panicked.is_err());
        assert_eq!(standing.fence(), Some(Fence::Restored));
        assert!(standing.set(None, None), "it can still be lifted");
        assert_eq!(standing.fence(), None);
    }
}
