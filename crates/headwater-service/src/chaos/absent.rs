//! Chaos in builds that are for use: none.

use super::{CrashPoint, Defence};

/// Nothing strikes, and nothing is lacking.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chaos(());

impl Chaos {
    #[expect(clippy::unused_self, reason = "the builds for experiments have something there")]
    #[inline]
    pub(super) const fn reached(self, _: CrashPoint) {}

    #[expect(clippy::unused_self, reason = "the builds for experiments have something there")]
    #[inline]
    pub(super) const fn lacks(self, _: Defence) -> bool {
        false
    }
}
