//! Deliveries in PostgreSQL.

use async_trait::async_trait;
use headwater_domain::delivery::{AttemptResult, Delivery, DeliveryState};
use headwater_domain::id::{AccountId, EventId, WebhookId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{Deliveries, DeliveryFilter, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, query};

use crate::error::failed;
use crate::record::{Record, total};
use crate::transaction::PostgresTx;

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

#[async_trait]
impl Deliveries for PostgresTx {
    async fn deliveries_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let statement = query(DUE).bind(now.millis()).bind(i64::from(limit));
        let rows = statement
            .fetch_all(self.connection())
            .await
            .map_err(failed("find the deliveries that are due"))?;
        rows.iter().map(from_row).collect()
    }

    async fn begin_delivery(&mut self, delivery: &Delivery, until: Timestamp) -> Result<bool, StoreError> {
        let done = query(BEGIN)
            .bind(delivery.event_id.as_str())
            .bind(delivery.webhook_id.as_str())
            .bind(i64::from(delivery.attempts))
            .bind(delivery.next_attempt_at.millis())
            .bind(until.millis())
            .execute(self.connection())
            .await
            .map_err(failed("begin a delivery"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_delivery(
        &mut self,
        delivery: &Delivery,
        attempt: u32,
        result: &AttemptResult,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = query(END)
            .bind(delivery.event_id.as_str())
            .bind(delivery.webhook_id.as_str())
            .bind(i64::from(attempt))
            .bind(result.state.as_str())
            .bind(result.next_attempt_at.millis())
            .bind(result.status.map(i64::from))
            .bind(result.error.as_deref())
            .bind(now.millis())
            .execute(self.connection())
            .await
            .map_err(failed("end a delivery"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn replay_deliveries(
        &mut self,
        filter: &DeliveryFilter,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut statement =
            QueryBuilder::new("UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt_at = ");
        statement.push_bind(now.millis()).push(", updated_at = ").push_bind(now.millis());
        statement.push(" WHERE state <> 'pending'");
        narrow(&mut statement, filter);
        let done = statement.build().execute(self.connection()).await.map_err(failed("replay deliveries"))?;
        Ok(done.rows_affected())
    }

    async fn list_deliveries(
        &mut self,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Listing<Delivery>, StoreError> {
        let action = "list deliveries";
        let mut statement = QueryBuilder::new("SELECT count(*) FROM deliveries WHERE true");
        narrow(&mut statement, filter);
        let count: i64 =
            statement.build_query_scalar().fetch_one(self.connection()).await.map_err(failed(action))?;
        let mut statement = QueryBuilder::new("SELECT * FROM deliveries WHERE true");
        narrow(&mut statement, filter);
        statement.push(" ORDER BY updated_at DESC, event_id DESC, webhook_id DESC LIMIT ");
        statement.push_bind(i64::from(page.limit)).push(" OFFSET ").push_bind(i64::from(page.offset));
        let rows = statement.build().fetch_all(self.connection()).await.map_err(failed(action))?;
        Ok(Listing { items: rows.iter().map(from_row).collect::<Result<_, _>>()?, total: total(count) })
    }
}

fn narrow(statement: &mut QueryBuilder<Postgres>, filter: &DeliveryFilter) {
    if let Some(id) = &filter.webhook {
        statement.push(" AND webhook_id = ").push_bind(id.to_string());
    }
    if let Some(id) = &filter.event {
        statement.push(" AND event_id = ").push_bind(id.to_string());
    }
    if let Some(state) = filter.state {
        statement.push(" AND state = ").push_bind(state.as_str());
    }
}

fn from_row(row: &PgRow) -> Result<Delivery, StoreError> {
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
