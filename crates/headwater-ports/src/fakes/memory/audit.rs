//! The audit log in memory.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use headwater_domain::audit::AuditEntry;
use headwater_domain::id::{AccountId, AuditId};
use headwater_domain::time::Timestamp;

use super::{MemoryTx, refused};
use crate::store::{AuditFilter, AuditLog, StoreError};
use crate::stored::storable;

fn passes(filter: &AuditFilter, entry: &AuditEntry) -> bool {
    let account = entry.account_id.as_ref().map(AccountId::as_str);
    filter.since.is_none_or(|since| entry.at >= since)
        && filter.until.is_none_or(|until| entry.at < until)
        && filter.account.as_ref().is_none_or(|id| account == Some(id.as_str()))
        && filter.actor.as_ref().is_none_or(|actor| entry.actor.as_str() == actor)
        && filter.action.as_ref().is_none_or(|action| entry.action == *action)
        && filter.after.as_ref().is_none_or(|(at, id)| (entry.at, &entry.id) > (*at, id))
}

#[async_trait]
impl AuditLog for MemoryTx {
    async fn append_audit(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        if self.audit_refused.load(Ordering::SeqCst) {
            return Err(refused("append to the audit log"));
        }
        let log = Arc::make_mut(&mut self.change()?.audit);
        for entry in entries {
            let mut entry = storable(entry);
            while let Some(other) = log.iter().find(|it| it.id == entry.id && ***it != entry) {
                entry.id = other.id.next().ok_or_else(|| refused("find a free id"))?;
            }
            if !log.iter().any(|it| it.id == entry.id) {
                log.push(Arc::new(entry));
            }
        }
        Ok(())
    }

    async fn read_audit(&mut self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let mut found: Vec<AuditEntry> =
            self.state.audit.iter().filter(|it| passes(filter, it)).map(|it| AuditEntry::clone(it)).collect();
        found.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn delete_audit_before(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let log = Arc::make_mut(&mut self.change()?.audit);
        let mut old: Vec<_> =
            log.iter().filter(|it| it.at < before).map(|it| (it.at, it.id.clone())).collect();
        old.sort();
        old.truncate(limit as usize);
        let gone: Vec<AuditId> = old.into_iter().map(|(_, id)| id).collect();
        log.retain(|it| !gone.contains(&it.id));
        Ok(gone.len() as u64)
    }
}
