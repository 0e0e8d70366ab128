//! Storage of the audit log. Entries are added and, when they are old enough, removed; none is ever changed.

use async_trait::async_trait;
use headwater_domain::audit::AuditEntry;
use headwater_domain::id::AuditId;
use headwater_domain::time::Timestamp;

use super::StoreError;

/// Which entries are wanted. Absent fields do not narrow it.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Exact account.
    pub account: Option<String>,
    /// Exact actor, as one word.
    pub actor: Option<String>,
    /// Exact action.
    pub action: Option<String>,
    /// Behind the entry of this moment and id.
    pub after: Option<(Timestamp, AuditId)>,
}

/// The audit log in storage.
#[async_trait]
pub trait AuditLog {
    /// Adds entries. An entry that is there already is passed over, so that a batch can be written again when the answer
    /// to its commit was lost. One whose id belongs to a different entry gets the next free id: no entry is dropped.
    /// A NUL in a text, which no database need hold, is replaced by U+FFFD.
    async fn append_audit(&mut self, entries: &[AuditEntry]) -> Result<(), StoreError>;

    /// Entries that pass the filter, oldest first, `limit` at most.
    async fn read_audit(&mut self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Removes entries from before `before`, `limit` at most. Returns how many.
    async fn delete_audit_before(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
