//! Events: writing down what happens to accounts, listing it, and clearing it away.

mod reauthorization;
mod record;

use headwater_domain::event::Event;
use headwater_domain::page::{Listing, Page};
pub use headwater_ports::store::EventFilter;

use crate::core::Core;
use crate::error::ServiceError;

/// How many events one transaction removes, so that others get their turn.
const REMOVE_AT_ONCE: u32 = 500;

/// The events of all accounts. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Events {
    core: Core,
}

impl Events {
    pub(crate) fn new(core: Core) -> Self {
        Self { core }
    }

    /// One page of events, newest first.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn list(&self, filter: &EventFilter, page: Page) -> Result<Listing<Event>, ServiceError> {
        Ok(self.core.store().read().await?.list_events(filter, page).await?)
    }

    /// What the deployment is called in events: digits that follow from its public origin.
    pub fn environment_id(&self) -> String {
        let digest = self
            .core
            .sealer()
            .sha256(self.core.settings().base_url.origin().ascii_serialization().as_bytes());
        let number = digest.iter().take(8).fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        format!("env_{}", 100_000_000_000_000_000 + number % 100_000_000_000_000_000)
    }

    /// Removes events that are older than the operator wants to keep them, unless they are still to be delivered.
    /// Called by a job; returns how many.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn remove_old(&self) -> Result<u64, ServiceError> {
        let before = self.core.now().minus(self.core.settings().event_retention);
        let mut removed = 0;
        loop {
            let mut tx = self.core.store().write().await?;
            let count = tx.delete_events_before(before, REMOVE_AT_ONCE).await?;
            tx.commit().await?;
            removed += count;
            if count < u64::from(REMOVE_AT_ONCE) {
                return Ok(removed);
            }
        }
    }
}
