//! Events in memory.

use std::sync::Arc;

use async_trait::async_trait;
use headwater_domain::delivery::{Delivery, DeliveryState};
use headwater_domain::event::Event;
use headwater_domain::id::{EventId, WebhookId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;

use super::{MemoryTx, refused};
use crate::store::{EventFilter, Events, StoreError};

/// An event and its place among those of its account.
pub(super) struct StoredEvent {
    event: Event,
    sequence: u64,
}

fn passes(filter: &EventFilter, event: &Event) -> bool {
    (filter.kinds.is_empty() || filter.kinds.contains(&event.kind))
        && filter.account.as_ref().is_none_or(|id| *id == event.account_id)
        && filter.connection.as_ref().is_none_or(|id| *id == event.connection_id)
        && filter.organization_id.as_ref().is_none_or(|id| event.organization_id.as_ref() == Some(id))
        && filter.since.is_none_or(|since| event.occurred_at >= since)
        && filter.until.is_none_or(|until| event.occurred_at < until)
}

#[async_trait]
impl Events for MemoryTx {
    async fn insert_event(&mut self, event: &Event, to: &[WebhookId]) -> Result<(), StoreError> {
        let state = self.change()?;
        if state.events.iter().any(|it| it.event.id == event.id) {
            return Err(refused("add an event twice"));
        }
        let last = state.events.iter().rev().find(|it| it.event.account_id == event.account_id);
        let sequence = last.map_or(0, |it| it.sequence) + 1;
        Arc::make_mut(&mut state.events).push(Arc::new(StoredEvent { event: event.clone(), sequence }));
        Arc::make_mut(&mut state.deliveries).extend(to.iter().map(|webhook_id| Delivery {
            event_id: event.id.clone(),
            webhook_id: webhook_id.clone(),
            account_id: event.account_id.clone(),
            sequence,
            state: DeliveryState::Pending,
            attempts: 0,
            next_attempt_at: event.occurred_at,
            last_status: None,
            last_error: None,
            updated_at: event.occurred_at,
        }));
        Ok(())
    }

    async fn event(&mut self, id: &EventId) -> Result<Option<Event>, StoreError> {
        Ok(self.state.events.iter().find(|it| it.event.id == *id).map(|it| it.event.clone()))
    }

    async fn list_events(&mut self, filter: &EventFilter, page: Page) -> Result<Listing<Event>, StoreError> {
        let mut found: Vec<_> =
            self.state.events.iter().filter(|it| passes(filter, &it.event)).cloned().collect();
        found.sort_by(|one, other| {
            let key = |it: &StoredEvent| (it.event.occurred_at, it.event.account_id.clone(), it.sequence);
            key(other).cmp(&key(one))
        });
        Ok(page.of(found.into_iter().map(|it| it.event.clone()).collect()))
    }

    async fn delete_events_before(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let state = self.change()?;
        let pending = |id: &EventId| {
            state.deliveries.iter().any(|it| it.event_id == *id && it.state == DeliveryState::Pending)
        };
        let mut old: Vec<_> = state
            .events
            .iter()
            .filter(|it| it.event.occurred_at < before && !pending(&it.event.id))
            .collect();
        old.sort_by_key(|it| it.event.occurred_at);
        let gone: Vec<EventId> = old.into_iter().take(limit as usize).map(|it| it.event.id.clone()).collect();
        Arc::make_mut(&mut state.events).retain(|it| !gone.contains(&it.event.id));
        Arc::make_mut(&mut state.deliveries).retain(|it| !gone.contains(&it.event_id));
        Ok(gone.len() as u64)
    }
}
