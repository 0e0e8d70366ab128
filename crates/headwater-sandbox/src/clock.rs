//! The clock as an argument, so that tests set the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since the start of 1970, UTC.
    fn now_ms(&self) -> i64;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where the sandbox reads the machine's clock"
    )]
    fn now_ms(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
pub(crate) mod manual {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::Clock;

    /// A clock that stands still until a test moves it.
    pub(crate) struct ManualClock(AtomicI64);

    impl ManualClock {
        /// 2026-11-01T00:00:00Z.
        pub(crate) const START: i64 = 1_793_491_200_000;

        pub(crate) fn new() -> Self {
            Self(AtomicI64::new(Self::START))
        }

        pub(crate) fn advance_seconds(&self, seconds: i64) {
            self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
        }
    }

    impl Clock for ManualClock {
        fn now_ms(&self) -> i64 {
            self.0.load(Ordering::SeqCst)
        }
    }
}
