//! Chaos in builds for experiments.

use std::fmt;
use std::sync::Arc;

use super::{CrashPoint, Defence};

/// What is done when a point is reached.
pub type Strike = Arc<dyn Fn(CrashPoint) + Send + Sync>;

/// What strikes, and what is lacking.
#[derive(Clone, Default)]
pub struct Chaos {
    /// Called at every point.
    pub strike: Option<Strike>,
    /// The defences that are switched off.
    pub without: Vec<Defence>,
}

impl Chaos {
    pub(super) fn reached(&self, point: CrashPoint) {
        if let Some(strike) = &self.strike {
            strike(point);
        }
    }

    pub(super) fn lacks(&self, defence: Defence) -> bool {
        self.without.contains(&defence)
    }
}

impl fmt::Debug for Chaos {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Chaos").field("without", &self.without).finish_non_exhaustive()
    }
}
