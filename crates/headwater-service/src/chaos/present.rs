//! Experiments in builds for experiments.

use std::fmt;
use std::sync::Arc;

use super::CrashPoint;

/// What is done when a point is reached.
pub type Strike = Arc<dyn Fn(CrashPoint) + Send + Sync>;

/// A defence that this process has in its memory, where no wrapper around a port can take it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    /// One refresh at a time for each account in a process.
    SingleFlight,
    /// A pair that could not be stored is kept.
    KeepPair,
}

/// An experiment on this process.
#[derive(Clone, Default)]
pub struct Chaos {
    /// Called at every point.
    pub strike: Option<Strike>,
    /// The defences that are taken away.
    pub without: Vec<Defence>,
}

impl Chaos {
    pub(crate) fn reached(&self, point: CrashPoint) {
        if let Some(strike) = &self.strike {
            strike(point);
        }
    }
}

impl fmt::Debug for Chaos {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Chaos").field("without", &self.without).finish_non_exhaustive()
    }
}
