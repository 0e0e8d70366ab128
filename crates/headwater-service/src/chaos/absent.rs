//! Experiments in builds that are for use: none.

use super::CrashPoint;

/// No experiment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chaos(());

impl Chaos {
    #[expect(clippy::unused_self, reason = "the builds for experiments have something there")]
    #[inline]
    pub(crate) const fn reached(self, _: CrashPoint) {}
}
