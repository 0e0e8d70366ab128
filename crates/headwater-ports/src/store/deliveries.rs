//! Storage of deliveries: the lines in which events wait for their webhooks, one line per webhook and account.

use async_trait::async_trait;
use headwater_domain::delivery::{AttemptResult, Delivery, DeliveryState};
use headwater_domain::id::{EventId, WebhookId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;

use super::StoreError;

/// Which deliveries a list is about. Absent fields do not narrow it.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// To this webhook.
    pub webhook: Option<WebhookId>,
    /// Of this event.
    pub event: Option<EventId>,
    /// In this state.
    pub state: Option<DeliveryState>,
}

/// Deliveries in storage.
#[async_trait]
pub trait Deliveries {
    /// Deliveries that can be attempted at `now`, those that wait longest first: pending, to an enabled webhook, and
    /// the first of their line that is pending.
    async fn deliveries_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreError>;

    /// Reserves the next attempt of a delivery until `until`, if it is still as `delivery` says. `false` when
    /// somebody was faster.
    async fn begin_delivery(&mut self, delivery: &Delivery, until: Timestamp) -> Result<bool, StoreError>;

    /// Notes what the attempt with the number `attempt` came to. `false` when it is not the last one begun.
    async fn end_delivery(
        &mut self,
        delivery: &Delivery,
        attempt: u32,
        result: &AttemptResult,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Puts deliveries that pass the filter and are not pending back in line, as if none had been attempted. Returns
    /// how many.
    async fn replay_deliveries(&mut self, filter: &DeliveryFilter, now: Timestamp)
    -> Result<u64, StoreError>;

    /// One page of deliveries, those that changed last first.
    async fn list_deliveries(
        &mut self,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Listing<Delivery>, StoreError>;
}
