//! Events: writing down what happens to accounts, listing it, and clearing it away.

mod reauthorization;
mod record;

use std::time::Duration;

use headwater_domain::event::Event;
use headwater_domain::page::{Listing, Page};
pub use headwater_ports::store::EventFilter;

use crate::Service;
use crate::error::ServiceError;

/// How many events one transaction removes, so that others get their turn.
const REMOVE_AT_ONCE: u32 = 500;

impl Service {
    /// One page of events, newest first.
    pub async fn list_events(
        &self,
        filter: &EventFilter,
        page: Page,
    ) -> Result<Listing<Event>, ServiceError> {
        Ok(self.store().read().await?.list_events(filter, page).await?)
    }

    /// What the deployment is called in events: digits that follow from its public origin.
    pub fn environment_id(&self) -> String {
        let digest = self.sealer().sha256(self.settings().base_url.origin().ascii_serialization().as_bytes());
        let number = digest.iter().take(8).fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        format!("env_{}", 100_000_000_000_000_000 + number % 100_000_000_000_000_000)
    }

    /// Removes events that are older than the operator wants to keep them, unless they are still to be delivered.
    /// Called by a job; returns how many.
    pub async fn remove_old_events(&self) -> Result<u64, ServiceError> {
        let before = self.now().minus(self.settings().event_retention);
        let mut removed = 0;
        loop {
            let mut tx = self.store().write().await?;
            let count = tx.delete_events_before(before, REMOVE_AT_ONCE).await?;
            tx.commit().await?;
            removed += count;
            if count < u64::from(REMOVE_AT_ONCE) {
                return Ok(removed);
            }
        }
    }
}

/// How long events are kept by default.
pub(crate) const DEFAULT_RETENTION: Duration = Duration::from_secs(30 * 86_400);
