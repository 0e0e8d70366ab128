//! Events.

use async_trait::async_trait;
use headwater_domain::delivery::DeliveryState;
use headwater_domain::event::{Event, EventKind};
use headwater_domain::id::{AccountId, ConnectionId, EventId, WebhookId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{EventFilter, Events, StoreError};
use headwater_ports::stored::to_json;

use crate::list::{List, searchable};
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

/// Whoever adds an event has the account's row, so that nobody else counts at the same time.
const INSERT: &str = "INSERT INTO events (id, account_id, sequence, kind, connection_id, organization_id, data, \
     occurred_at) VALUES ($1, $2, (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE account_id = $2), \
     $3, $4, $5, $6, $7)";
const DELIVER: &str = "INSERT INTO deliveries (event_id, webhook_id, account_id, sequence, state, attempts, \
     next_attempt_at, updated_at) \
     SELECT id, $2, account_id, sequence, $3, 0, occurred_at, occurred_at FROM events WHERE id = $1";
const DELETE: &str = "DELETE FROM events WHERE id IN ( \
     SELECT id FROM events WHERE occurred_at < $1 AND NOT EXISTS ( \
     SELECT 1 FROM deliveries WHERE deliveries.event_id = events.id AND deliveries.state = $2) \
     ORDER BY occurred_at LIMIT $3) RETURNING id";

const LIST: List = List {
    action: "list events",
    table: "events",
    order: "occurred_at DESC, account_id DESC, sequence DESC",
};

#[async_trait]
impl Events for StoreTx {
    async fn insert_event(&mut self, event: &Event, to: &[WebhookId]) -> Result<(), StoreError> {
        let action = "add an event";
        let statement = Statement::new(INSERT)
            .bind(event.id.as_str())
            .bind(event.account_id.as_str())
            .bind(event.kind.as_str())
            .bind(event.connection_id.as_str())
            .bind(event.organization_id.as_deref())
            .bind(to_json(&event.data))
            .bind(event.occurred_at);
        self.execute(action, statement).await?;
        for webhook in to {
            let statement = Statement::new(DELIVER)
                .bind(event.id.as_str())
                .bind(webhook.as_str())
                .bind(DeliveryState::Pending.as_str());
            self.execute(action, statement).await?;
        }
        Ok(())
    }

    async fn event(&mut self, id: &EventId) -> Result<Option<Event>, StoreError> {
        let statement = Statement::new("SELECT * FROM events WHERE id = $1").bind(id.as_str());
        let row = self.fetch_optional("read an event", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn list_events(&mut self, filter: &EventFilter, page: Page) -> Result<Listing<Event>, StoreError> {
        LIST.page(self, page, |statement| narrow(statement, filter), from_row).await
    }

    async fn delete_events_before(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let action = "remove old events";
        let statement = Statement::new(DELETE).bind(before).bind(DeliveryState::Pending.as_str()).bind(limit);
        let rows = self.fetch_all(action, statement).await?;
        for row in &rows {
            let id: &str = Record::new("event", row).get("id")?;
            let statement = Statement::new("DELETE FROM deliveries WHERE event_id = $1").bind(id);
            self.execute(action, statement).await?;
        }
        Ok(rows.len() as u64)
    }
}

fn narrow(statement: &mut Statement, filter: &EventFilter) {
    if !filter.kinds.is_empty() {
        statement.push(" AND kind IN (");
        for (index, kind) in filter.kinds.iter().enumerate() {
            statement.push(if index == 0 { "" } else { ", " }).push_bind(kind.as_str());
        }
        statement.push(")");
    }
    if let Some(id) = &filter.account {
        statement.push(" AND account_id = ").push_bind(id.as_str());
    }
    if let Some(id) = &filter.connection {
        statement.push(" AND connection_id = ").push_bind(id.as_str());
    }
    if let Some(id) = searchable(statement, filter.organization_id.as_deref()) {
        statement.push(" AND organization_id = ").push_bind(id);
    }
    if let Some(since) = filter.since {
        statement.push(" AND occurred_at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        statement.push(" AND occurred_at < ").push_bind(until);
    }
}

fn from_row(row: &Row) -> Result<Event, StoreError> {
    let record = Record::new("event", row);
    let kind = |text: &str| EventKind::parse(text).ok_or_else(|| format!("`{text}` is no event type"));
    Ok(Event {
        id: record.parsed("id", EventId::parse)?,
        kind: record.parsed("kind", kind)?,
        account_id: record.parsed("account_id", AccountId::parse)?,
        connection_id: record.parsed("connection_id", ConnectionId::parse)?,
        organization_id: record.get("organization_id")?,
        data: record.json("data")?,
        occurred_at: record.time("occurred_at")?,
    })
}
