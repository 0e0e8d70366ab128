//! Deliveries in memory.

use std::sync::Arc;

use async_trait::async_trait;
use headwater_domain::delivery::{AttemptResult, Delivery, DeliveryState};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;

use super::{MemoryTx, State};
use crate::store::{Deliveries, DeliveryFilter, StoreError};

fn passes(filter: &DeliveryFilter, it: &Delivery) -> bool {
    filter.webhook.as_ref().is_none_or(|id| *id == it.webhook_id)
        && filter.event.as_ref().is_none_or(|id| *id == it.event_id)
        && filter.state.is_none_or(|state| state == it.state)
}

impl State {
    fn first_in_line(&self, one: &Delivery) -> bool {
        !self.deliveries.iter().any(|it| {
            it.state == DeliveryState::Pending
                && it.webhook_id == one.webhook_id
                && it.account_id == one.account_id
                && it.sequence < one.sequence
        })
    }

    fn same(&mut self, one: &Delivery) -> Option<&mut Delivery> {
        Arc::make_mut(&mut self.deliveries)
            .iter_mut()
            .find(|it| it.event_id == one.event_id && it.webhook_id == one.webhook_id)
            .filter(|it| it.state == DeliveryState::Pending)
    }
}

#[async_trait]
impl Deliveries for MemoryTx {
    async fn deliveries_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let state = &self.state;
        let due = |it: &&Delivery| {
            it.state == DeliveryState::Pending
                && it.next_attempt_at <= now
                && state.webhooks.get(&it.webhook_id).is_some_and(|webhook| webhook.enabled)
                && state.first_in_line(it)
        };
        let mut found: Vec<_> = state.deliveries.iter().filter(due).cloned().collect();
        found.sort_by(|one, other| {
            let key = |it: &Delivery| (it.next_attempt_at, it.event_id.clone(), it.webhook_id.clone());
            key(one).cmp(&key(other))
        });
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn begin_delivery(&mut self, delivery: &Delivery, until: Timestamp) -> Result<bool, StoreError> {
        let found = self.change()?.same(delivery);
        let unchanged = |it: &&mut Delivery| {
            it.attempts == delivery.attempts && it.next_attempt_at == delivery.next_attempt_at
        };
        let Some(stored) = found.filter(unchanged) else { return Ok(false) };
        stored.attempts += 1;
        stored.next_attempt_at = until;
        Ok(true)
    }

    async fn end_delivery(
        &mut self,
        delivery: &Delivery,
        attempt: u32,
        result: &AttemptResult,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let found = self.change()?.same(delivery).filter(|it| it.attempts == attempt);
        let Some(stored) = found else { return Ok(false) };
        stored.state = result.state;
        stored.next_attempt_at = result.next_attempt_at;
        stored.last_status = result.status;
        stored.last_error.clone_from(&result.error);
        stored.updated_at = now;
        Ok(true)
    }

    async fn replay_deliveries(
        &mut self,
        filter: &DeliveryFilter,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        for it in Arc::make_mut(&mut self.change()?.deliveries) {
            if it.state != DeliveryState::Pending && passes(filter, it) {
                (it.state, it.attempts) = (DeliveryState::Pending, 0);
                (it.next_attempt_at, it.updated_at) = (now, now);
                count += 1;
            }
        }
        Ok(count)
    }

    async fn list_deliveries(
        &mut self,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Listing<Delivery>, StoreError> {
        let mut found: Vec<_> =
            self.state.deliveries.iter().filter(|it| passes(filter, it)).cloned().collect();
        found.sort_by(|one, other| {
            let key = |it: &Delivery| (it.updated_at, it.event_id.clone(), it.webhook_id.clone());
            key(other).cmp(&key(one))
        });
        Ok(page.of(found))
    }
}
