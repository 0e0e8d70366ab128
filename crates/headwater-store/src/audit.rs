//! The audit log.

use std::collections::HashMap;
use std::slice;

use async_trait::async_trait;
use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::id::{AccountId, AuditId, ConnectionId};
use headwater_domain::time::Timestamp;
use headwater_ports::store::{AuditFilter, AuditLog, StoreError};
use headwater_ports::stored::{storable, to_json};
use serde::Serialize;

use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

/// From an array of arrays, so that the statement is the same for any number of entries.
const INSERT: &str = "INSERT INTO audit (id, at, actor, action, account_id, connection_id, subject, outcome, \
     provider_status, provider_request_id, execution_id, duration_ms) \
     SELECT value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
     value ->> 7, CAST(value ->> 8 AS BIGINT), value ->> 9, value ->> 10, CAST(value ->> 11 AS BIGINT)";
/// Completes "failed to".
const APPEND: &str = "write the audit log";
/// How many ids in a row are tried for an entry whose own is taken.
const TAKEN_IDS: u32 = 1_000;
/// How many entries one statement adds.
const CHUNK: usize = 500;
const DELETE: &str =
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 ORDER BY at, id LIMIT $2)";

#[async_trait]
impl AuditLog for StoreTx {
    async fn append_audit(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        for chunk in entries.chunks(CHUNK) {
            let chunk: Vec<_> = chunk.iter().map(storable).collect();
            let added = insert(self, &chunk).await?;
            if added < chunk.len() as u64 {
                settle_conflicts(self, chunk).await?;
            }
        }
        Ok(())
    }

    async fn read_audit(&mut self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let mut statement = Statement::new("SELECT * FROM audit WHERE true");
        narrow(&mut statement, filter);
        statement.push(" ORDER BY at, id LIMIT ").push_bind(limit);
        let rows = self.fetch_all("read the audit log", statement).await?;
        rows.iter().map(from_row).collect()
    }

    async fn delete_audit_before(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let statement = Statement::new(DELETE).bind(before).bind(limit);
        self.execute("remove old entries of the audit log", statement).await
    }
}

/// Adds the entries whose ids are free. Returns how many those were.
async fn insert(transaction: &mut StoreTx, entries: &[AuditEntry]) -> Result<u64, StoreError> {
    let elements = transaction.dialect().elements("$1");
    let text = format!("{INSERT} FROM {elements} WHERE true ON CONFLICT (id) DO NOTHING");
    let rows: Vec<_> = entries.iter().map(columns).collect();
    transaction.execute(APPEND, Statement::new(text).bind(to_json(&rows))).await
}

/// Adds those of the entries that [`insert`] left out because their id belongs to a different entry. The others are there:
/// just added, or by an earlier attempt whose commit succeeded although nobody heard of it.
async fn settle_conflicts(transaction: &mut StoreTx, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
    let ids: Vec<_> = entries.iter().map(|entry| entry.id.clone()).collect();
    let stored = with_ids(transaction, &ids).await?;
    for entry in entries {
        if stored.get(&entry.id) != Some(&entry) {
            insert_under_free_id(transaction, entry).await?;
        }
    }
    Ok(())
}

/// Adds an entry under the first id after its own that is free. The same entry gets the same id again, so that writing it
/// twice adds it once.
async fn insert_under_free_id(transaction: &mut StoreTx, mut entry: AuditEntry) -> Result<(), StoreError> {
    for _ in 0..TAKEN_IDS {
        let Some(next) = entry.id.next() else { break };
        entry.id = next;
        if insert(transaction, slice::from_ref(&entry)).await? == 1
            || with_ids(transaction, slice::from_ref(&entry.id)).await?.get(&entry.id) == Some(&entry)
        {
            return Ok(());
        }
    }
    let source = format!("the id of an entry is taken, and so are those after it, up to {}", entry.id).into();
    Err(StoreError::Database { action: APPEND, source })
}

/// The entries that have these ids.
async fn with_ids(
    transaction: &mut StoreTx,
    ids: &[AuditId],
) -> Result<HashMap<AuditId, AuditEntry>, StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| [id.as_str()]).collect();
    let elements = transaction.dialect().elements("$1");
    let text = format!("SELECT * FROM audit WHERE id IN (SELECT value ->> 0 FROM {elements})");
    let rows = transaction.fetch_all(APPEND, Statement::new(text).bind(to_json(&ids))).await?;
    rows.iter().map(|row| from_row(row).map(|entry| (entry.id.clone(), entry))).collect()
}

/// The columns of an entry, as [`INSERT`] takes them.
fn columns(entry: &AuditEntry) -> impl Serialize {
    (
        entry.id.as_str(),
        entry.at.millis(),
        entry.actor.as_str(),
        entry.action.as_str(),
        entry.account_id.as_ref().map(AccountId::as_str),
        entry.connection_id.as_ref().map(ConnectionId::as_str),
        entry.subject.as_deref(),
        entry.outcome.as_str(),
        entry.provider_status,
        entry.provider_request_id.as_deref(),
        entry.execution_id.as_deref(),
        entry.duration_ms,
    )
}

fn narrow(statement: &mut Statement, filter: &AuditFilter) {
    if let Some(since) = filter.since {
        statement.push(" AND at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        statement.push(" AND at < ").push_bind(until);
    }
    let exact = [
        (" AND account_id = ", &filter.account),
        (" AND actor = ", &filter.actor),
        (" AND action = ", &filter.action),
    ];
    for (condition, text) in exact {
        if let Some(text) = text {
            statement.push(condition).push_bind(text.as_str());
        }
    }
    if let Some((at, id)) = &filter.after {
        statement.push(" AND (at, id) > (").push_bind(*at).push(", ").push_bind(id.as_str()).push(")");
    }
}

fn from_row(row: &Row) -> Result<AuditEntry, StoreError> {
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
