//! Grants without the defences that this process has in its memory, for experiments.
//!
//! They cannot be taken away by a wrapper around a port, because no port has them. So what they keep is forgotten when a
//! refresh begins: the flight that others would join, and the pair that could not be stored.

use super::Grants;
use crate::chaos::{CrashPoint, Defence};

impl Grants {
    /// Forgets what the defences that the experiment takes away have kept.
    pub(super) fn forget_defences(&self, point: CrashPoint) {
        if point != CrashPoint::BeforeLease {
            return;
        }
        for defence in &self.core.settings().chaos.without {
            match defence {
                Defence::SingleFlight => self.memory.flights.forget_all(),
                Defence::KeepPair => self.memory.unsaved.forget_all(),
            }
        }
    }
}
