//! Deliveries.

use async_trait::async_trait;
use headwater_domain::delivery::{AttemptResult, Delivery, DeliveryState};
use headwater_domain::id::{AccountId, EventId, WebhookId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Deliveries, DeliveryFilter, StoreError};

use crate::list::List;
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

/// The state is written out so that the indexes of what is pending are used.
const DUE: &str = "SELECT deliveries.* FROM deliveries JOIN webhooks ON webhooks.id = deliveries.webhook_id \
     WHERE deliveries.state = 'pending' AND deliveries.next_attempt_at <= $1 AND webhooks.enabled AND NOT EXISTS ( \
     SELECT 1 FROM deliveries AS earlier WHERE earlier.state = 'pending' \
     AND earlier.webhook_id = deliveries.webhook_id AND earlier.account_id = deliveries.account_id \
     AND earlier.sequence < deliveries.sequence) \
     ORDER BY deliveries.next_attempt_at, deliveries.event_id, deliveries.webhook_id LIMIT $2";
const BEGIN: &str = "UPDATE deliveries SET attempts = attempts + 1, next_attempt_at = $5 \
     WHERE event_id = $1 AND webhook_id = $2 AND state = 'pending' AND attempts = $3 AND next_attempt_at = $4";
const END: &str = "UPDATE deliveries SET state = $4, next_attempt_at = $5, last_status = $6, last_error = $7, \
     updated_at = $8 WHERE event_id = $1 AND webhook_id = $2 AND state = 'pending' AND attempts = $3";
const REPLAY: &str = "UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt_at = $1, updated_at = $1 \
     WHERE state <> 'pending'";
const LIST: List = List {
    action: "list deliveries",
    table: "deliveries",
    order: "updated_at DESC, event_id DESC, webhook_id DESC",
};

#[async_trait]
impl Deliveries for StoreTx {
    async fn deliveries_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let statement = Statement::new(DUE).bind(now).bind(limit);
        let rows = self.fetch_all("find the deliveries that are due", statement).await?;
        rows.iter().map(from_row).collect()
    }

    async fn begin_delivery(&mut self, delivery: &Delivery, until: Timestamp) -> Result<bool, StoreError> {
        let statement = Statement::new(BEGIN)
            .bind(delivery.event_id.as_str())
            .bind(delivery.webhook_id.as_str())
            .bind(delivery.attempts)
            .bind(delivery.next_attempt_at)
            .bind(until);
        self.change("begin a delivery", statement).await
    }

    async fn end_delivery(
        &mut self,
        delivery: &Delivery,
        attempt: u32,
        result: &AttemptResult,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(END)
            .bind(delivery.event_id.as_str())
            .bind(delivery.webhook_id.as_str())
            .bind(attempt)
            .bind(result.state.as_str())
            .bind(result.next_attempt_at)
            .bind(result.status.map(i64::from))
            .bind(result.error.as_deref())
            .bind(now);
        self.change("end a delivery", statement).await
    }

    async fn replay_deliveries(
        &mut self,
        filter: &DeliveryFilter,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut statement = Statement::new(REPLAY).bind(now);
        narrow(&mut statement, filter);
        self.execute("replay deliveries", statement).await
    }

    async fn list_deliveries(
        &mut self,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Listing<Delivery>, StoreError> {
        LIST.page(self, page, |statement| narrow(statement, filter), from_row).await
    }
}

fn narrow(statement: &mut Statement, filter: &DeliveryFilter) {
    if let Some(id) = &filter.webhook {
        statement.push(" AND webhook_id = ").push_bind(id.as_str());
    }
    if let Some(id) = &filter.event {
        statement.push(" AND event_id = ").push_bind(id.as_str());
    }
    if let Some(state) = filter.state {
        statement.push(" AND state = ").push_bind(state.as_str());
    }
}

fn from_row(row: &Row) -> Result<Delivery, StoreError> {
    let record = Record::new("delivery", row);
    let state = |text: &str| DeliveryState::parse(text).ok_or_else(|| format!("`{text}` is no state"));
    let status: Option<i64> = record.get("last_status")?;
    Ok(Delivery {
        event_id: record.parsed("event_id", EventId::parse)?,
        webhook_id: record.parsed("webhook_id", WebhookId::parse)?,
        account_id: record.parsed("account_id", AccountId::parse)?,
        sequence: record.count("sequence")?,
        state: record.parsed("state", state)?,
        attempts: u32::try_from(record.count("attempts")?).unwrap_or(u32::MAX),
        next_attempt_at: record.time("next_attempt_at")?,
        last_status: status.and_then(|status| u16::try_from(status).ok()),
        last_error: record.get("last_error")?,
        updated_at: record.time("updated_at")?,
    })
}
