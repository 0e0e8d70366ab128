//! How much of a site headwater uses at once, over all callers together: a burst of agents must not get the OAuth app
//! blocked for everybody.
//!
//! A site takes a number of requests at a time. It shrinks to half whenever the site says "too many", and grows back
//! by one for every round of good answers. While a site has asked to be left alone, nothing is sent to it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use headwater_ports::clock::Clock;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

/// How many sites are remembered before idle ones are forgotten.
const REMEMBERED: usize = 1024;

/// The governor of all sites, or of whatever else takes a number of calls at a time. In memory: each replica has its own.
pub(crate) struct Governor<K> {
    /// The most requests to one site at a time.
    most: u32,
    sites: Mutex<HashMap<K, Arc<Site>>>,
}

/// What is known of one site.
struct Site {
    state: Mutex<State>,
    /// Told whenever a request ends.
    freed: Notify,
}

#[derive(Clone, Copy)]
struct State {
    in_flight: u32,
    /// How many requests it takes at a time, for now.
    limit: f64,
    /// Until when, by the clock's running time, nothing is sent.
    held_until: Duration,
}

/// The right to send one request; given back when dropped.
pub(crate) struct Permit {
    site: Arc<Site>,
    most: u32,
}

/// There is no right to send within the time that a caller can wait.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Crowded {
    /// The site asked to be left alone.
    #[error("the site has asked for a pause of {} more seconds", .0.as_secs().max(1))]
    Held(Duration),
    /// Too many requests of other callers are under way.
    #[error("too many requests to the site are under way")]
    Full,
}

enum Entry {
    Entered,
    Held(Duration),
    Full,
}

impl<K: Clone + Eq + Hash> Governor<K> {
    /// A governor that sends at most `most` requests to one site at a time.
    pub(crate) fn new(most: u32) -> Self {
        Self { most: most.max(1), sites: Mutex::default() }
    }

    /// Waits for the right to send a request, at most for `patience`. A pause that is longer is refused at once.
    pub(crate) async fn enter(
        &self,
        key: &K,
        clock: &dyn Clock,
        patience: Duration,
    ) -> Result<Permit, Crowded> {
        let (site, end) = (self.site(key), clock.elapsed() + patience);
        loop {
            // Listening begins before looking, so that no end of a request is missed in between.
            let freed = site.freed.notified();
            let now = clock.elapsed();
            let left = end.saturating_sub(now);
            match site.try_enter(now) {
                Entry::Entered => return Ok(Permit { site: Arc::clone(&site), most: self.most }),
                Entry::Held(rest) if rest > left => return Err(Crowded::Held(rest)),
                Entry::Held(rest) => clock.wait(rest).await,
                Entry::Full if left.is_zero() => return Err(Crowded::Full),
                Entry::Full => tokio::select! {
                    () = freed => {}
                    () = clock.wait(left) => {}
                },
            }
        }
    }

    /// Sends nothing to a site for `pause`: it said "too many".
    pub(crate) fn hold(&self, key: &K, pause: Duration, elapsed: Duration) {
        let site = self.site(key);
        let mut state = site.state();
        state.limit = (state.limit / 2.0).max(1.0);
        state.held_until = state.held_until.max(elapsed + pause);
    }

    fn site(&self, key: &K) -> Arc<Site> {
        let mut sites = self.sites.lock();
        if let Some(site) = sites.get(key) {
            return Arc::clone(site);
        }
        if sites.len() >= REMEMBERED {
            sites.retain(|_, site| Arc::strong_count(site) > 1);
        }
        let state = State { in_flight: 0, limit: f64::from(self.most), held_until: Duration::ZERO };
        let site = Arc::new(Site { state: Mutex::new(state), freed: Notify::new() });
        sites.insert(key.clone(), Arc::clone(&site));
        site
    }
}

impl Site {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn try_enter(&self, now: Duration) -> Entry {
        let mut state = self.state();
        let rest = state.held_until.saturating_sub(now);
        if !rest.is_zero() {
            return Entry::Held(rest);
        }
        if f64::from(state.in_flight) + 1.0 > state.limit {
            return Entry::Full;
        }
        state.in_flight += 1;
        Entry::Entered
    }
}

impl Permit {
    /// The site answered as usual: it may take a little more at a time.
    pub(crate) fn went_well(&self) {
        let mut state = self.site.state();
        state.limit = (state.limit + 1.0 / state.limit).min(f64::from(self.most));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        {
            let mut state = self.site.state();
            state.in_flight = state.in_flight.saturating_sub(1);
        }
        // Several may enter at once where the limit grew; those who cannot go on waiting.
        self.site.freed.notify_one();
        self.site.freed.notify_one();
    }
}

#[cfg(test)]
mod tests;
