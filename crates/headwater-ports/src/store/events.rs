//! Storage of events: written in the transaction of what they tell, so that none is lost and none is made up.

use async_trait::async_trait;
use headwater_domain::event::{Event, EventKind};
use headwater_domain::id::{AccountId, ConnectionId, EventId, WebhookId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;

use super::StoreError;

/// Which events a list is about. Absent or empty fields do not narrow it.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Any of these kinds.
    pub kinds: Vec<EventKind>,
    /// Exact account.
    pub account: Option<AccountId>,
    /// Exact connection.
    pub connection: Option<ConnectionId>,
    /// Exact organization.
    pub organization_id: Option<String>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// Events in storage.
#[async_trait]
pub trait Events {
    /// Adds an event behind all others of its account, and a delivery to each of these webhooks.
    async fn insert_event(&mut self, event: &Event, to: &[WebhookId]) -> Result<(), StoreError>;

    /// The event with this id.
    async fn event(&mut self, id: &EventId) -> Result<Option<Event>, StoreError>;

    /// One page of events, newest first; those of one moment and account in the order in which they were added, the
    /// latest first.
    async fn list_events(&mut self, filter: &EventFilter, page: Page) -> Result<Listing<Event>, StoreError>;

    /// Removes events from before `before` with their deliveries, but not while one is still to be made; `limit` at
    /// most. Returns how many.
    async fn delete_events_before(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
