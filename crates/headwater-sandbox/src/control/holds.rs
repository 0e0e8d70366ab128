//! Requests that are held until a test releases them, so that it can act between two steps of the sandbox without
//! waiting.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::bell::Bell;

/// The requests that are held, under the names their faults gave them.
#[derive(Debug)]
pub(crate) struct Holds {
    places: Mutex<BTreeMap<String, Place>>,
    changed: Bell,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    held: usize,
    releases: u64,
}

/// A request that is held. Dropping it, as when its client goes away, ends the hold.
struct Held<'a> {
    holds: &'a Holds,
    name: &'a str,
}

impl Holds {
    pub(super) fn new() -> Self {
        Self { places: Mutex::new(BTreeMap::new()), changed: Bell::new() }
    }

    /// Waits until the next release of this name.
    pub(crate) async fn stay(&self, name: &str) {
        let arrived = {
            let mut places = self.places();
            let place = places.entry(name.to_owned()).or_default();
            place.held += 1;
            place.releases
        };
        let _held = Held { holds: self, name };
        // For tests that wait until this many requests are held.
        self.changed.ring();
        self.changed.until(|| self.place(name).releases > arrived).await;
    }

    /// Releases all requests that are held under this name now. Returns how many they were.
    pub(crate) fn release(&self, name: &str) -> usize {
        let mut places = self.places();
        let place = places.entry(name.to_owned()).or_default();
        place.releases += 1;
        let held = place.held;
        drop(places);
        self.changed.ring();
        held
    }

    /// Waits until this many requests are held under this name.
    pub(crate) async fn filled(&self, name: &str, count: usize) {
        self.changed.until(|| self.place(name).held >= count).await;
    }

    /// Returns how many requests are held, by name.
    pub(crate) fn list(&self) -> BTreeMap<String, usize> {
        let places = self.places();
        places
            .iter()
            .filter(|(_, place)| place.held > 0)
            .map(|(name, place)| (name.clone(), place.held))
            .collect()
    }

    fn place(&self, name: &str) -> Place {
        self.places().get(name).copied().unwrap_or_default()
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.holds.places().get_mut(self.name) {
            place.held = place.held.saturating_sub(1);
        }
        self.holds.changed.ring();
    }
}
