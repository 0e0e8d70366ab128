//! How long something took.

use std::time::{Duration, Instant};

/// Runs from its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    #[expect(clippy::disallowed_methods, reason = "what is measured here is real time")]
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since then.
    pub(super) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
