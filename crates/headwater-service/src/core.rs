//! What every use case may need: the ports, and what the operator decided.

use std::sync::Arc;

use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;
use headwater_ports::entropy::{self, Entropy};
use headwater_ports::sealer::Sealer;
use headwater_ports::store::Store;
use headwater_ports::upstream::Upstream;

use crate::chaos::CrashPoint;
use crate::settings::Settings;

/// The ports and the settings. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Core(Arc<Ports>);

/// The ports that a [`Core`] is made of.
pub(crate) struct Ports {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) upstream: Arc<dyn Upstream>,
    pub(crate) settings: Settings,
}

impl Core {
    pub(crate) fn new(ports: Ports) -> Self {
        Self(Arc::new(ports))
    }

    /// Returns what the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Returns the present moment by the clock, which can be set back.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Makes a token of 256 random bits, in unpadded URL-safe Base64.
    pub fn random_token(&self) -> String {
        entropy::token(&*self.0.entropy)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    pub(crate) fn sealer(&self) -> &dyn Sealer {
        &*self.0.sealer
    }

    pub(crate) fn upstream(&self) -> &dyn Upstream {
        &*self.0.upstream
    }

    /// Fills `bytes` with random ones.
    pub(crate) fn fill_random(&self, bytes: &mut [u8]) {
        self.0.entropy.fill(bytes);
    }

    /// Draws 64 random bits.
    pub(crate) fn random_number(&self) -> i64 {
        let mut bytes = [0; 8];
        self.0.entropy.fill(&mut bytes);
        i64::from_le_bytes(bytes)
    }

    /// Makes what tells a new identifier from others of the same millisecond.
    pub(crate) fn distinct(&self) -> u64 {
        entropy::distinct(&*self.0.entropy)
    }

    /// Draws 32 random bits.
    pub(crate) fn random_word(&self) -> u32 {
        entropy::word(&*self.0.entropy)
    }

    /// Lets an experiment strike here; does nothing in builds that are for use.
    #[inline]
    pub(crate) fn reached(&self, point: CrashPoint) {
        self.settings().chaos.reached(point);
    }
}
