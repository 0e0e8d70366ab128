//! The audit log in PostgreSQL.

use async_trait::async_trait;
use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::id::{AccountId, AuditId, ConnectionId};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{AuditFilter, AuditLog, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, query};

use crate::error::failed;
use crate::record::Record;
use crate::transaction::PostgresTx;

const INSERT: &str = "INSERT INTO audit (id, at, actor, action, account_id, connection_id, subject, outcome, \
     provider_status, provider_request_id, execution_id, duration_ms) ";
/// How many entries one statement adds; a statement has a limited number of parameters.
const CHUNK: usize = 500;
const DELETE: &str =
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 ORDER BY at, id LIMIT $2)";

#[async_trait]
impl AuditLog for PostgresTx {
    async fn append_audit(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        for chunk in entries.chunks(CHUNK) {
            let mut statement = QueryBuilder::<Postgres>::new(INSERT);
            statement.push_values(chunk, |mut row, entry| {
                row.push_bind(entry.id.as_str())
                    .push_bind(entry.at.millis())
                    .push_bind(entry.actor.as_str())
                    .push_bind(entry.action.as_str())
                    .push_bind(entry.account_id.as_ref().map(AccountId::as_str))
                    .push_bind(entry.connection_id.as_ref().map(ConnectionId::as_str))
                    .push_bind(entry.subject.as_deref())
                    .push_bind(entry.outcome.as_str())
                    .push_bind(entry.provider_status.map(i64::from))
                    .push_bind(entry.provider_request_id.as_deref())
                    .push_bind(entry.execution_id.as_deref())
                    .push_bind(i64::try_from(entry.duration_ms).unwrap_or(i64::MAX));
            });
            statement.push(" ON CONFLICT (id) DO NOTHING");
            let done = statement.build().execute(self.connection()).await;
            done.map_err(failed("write the audit log"))?;
        }
        Ok(())
    }

    async fn read_audit(&mut self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let mut statement = narrowed(filter);
        statement.push(" ORDER BY at, id LIMIT ").push_bind(i64::from(limit));
        let rows =
            statement.build().fetch_all(self.connection()).await.map_err(failed("read the audit log"))?;
        rows.iter().map(from_row).collect()
    }

    async fn delete_audit_before(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let statement = query(DELETE).bind(before.millis()).bind(i64::from(limit));
        let done = statement
            .execute(self.connection())
            .await
            .map_err(failed("remove old entries of the audit log"))?;
        Ok(done.rows_affected())
    }
}

fn narrowed(filter: &AuditFilter) -> QueryBuilder<Postgres> {
    let mut statement = QueryBuilder::new("SELECT * FROM audit WHERE true");
    if let Some(since) = filter.since {
        statement.push(" AND at >= ").push_bind(since.millis());
    }
    if let Some(until) = filter.until {
        statement.push(" AND at < ").push_bind(until.millis());
    }
    let exact = [
        (" AND account_id = ", &filter.account),
        (" AND actor = ", &filter.actor),
        (" AND action = ", &filter.action),
    ];
    for (condition, text) in exact {
        if let Some(text) = text {
            statement.push(condition).push_bind(text.clone());
        }
    }
    if let Some((at, id)) = &filter.after {
        statement.push(" AND (at, id) > (").push_bind(at.millis()).push(", ");
        statement.push_bind(id.to_string()).push(")");
    }
    statement
}

fn from_row(row: &PgRow) -> Result<AuditEntry, StoreError> {
    let record = Record::new("audit entry", row);
    let actor = |text: &str| Actor::parse(text).ok_or_else(|| format!("`{text}` is nobody"));
    let status: Option<i64> = record.get("provider_status")?;
    let account: Option<&str> = record.get("account_id")?;
    let connection: Option<&str> = record.get("connection_id")?;
    Ok(AuditEntry {
        id: record.parsed("id", AuditId::parse)?,
        at: record.time("at")?,
        actor: record.parsed("actor", actor)?,
        action: record.get("action")?,
        account_id: account.and_then(|id| AccountId::parse(id).ok()),
        connection_id: connection.and_then(|id| ConnectionId::parse(id).ok()),
        subject: record.get("subject")?,
        outcome: record.get("outcome")?,
        provider_status: status.and_then(|status| u16::try_from(status).ok()),
        provider_request_id: record.get("provider_request_id")?,
        execution_id: record.get("execution_id")?,
        duration_ms: record.count("duration_ms")?,
    })
}
