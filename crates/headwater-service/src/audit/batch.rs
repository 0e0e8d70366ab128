//! Entries that wait to be written.

use std::collections::VecDeque;

use headwater_domain::audit::AuditEntry;
use parking_lot::Mutex;

use super::Audit;
use crate::error::ServiceError;

/// How many entries wait at most. While the database is away they pile up; the oldest go first, and are counted.
const MOST: usize = 100_000;
/// How many entries one transaction writes.
const AT_ONCE: usize = 2_000;

/// Entries in memory.
#[derive(Default)]
pub(super) struct AuditBatch(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    entries: VecDeque<AuditEntry>,
    lost: u64,
}

impl Waiting {
    fn shrink(&mut self) {
        while self.entries.len() > MOST {
            self.entries.pop_front();
            self.lost += 1;
        }
    }
}

impl AuditBatch {
    pub(super) fn add(&self, entry: AuditEntry) {
        let mut waiting = self.0.lock();
        waiting.entries.push_back(entry);
        waiting.shrink();
    }

    /// The oldest entries, and how many were lost since this was called last.
    fn take(&self) -> (Vec<AuditEntry>, u64) {
        let mut waiting = self.0.lock();
        let count = waiting.entries.len().min(AT_ONCE);
        (waiting.entries.drain(..count).collect(), std::mem::take(&mut waiting.lost))
    }

    fn put_back(&self, entries: Vec<AuditEntry>) {
        let mut waiting = self.0.lock();
        for entry in entries.into_iter().rev() {
            waiting.entries.push_front(entry);
        }
        waiting.shrink();
    }
}

impl Audit {
    /// Writes the waiting entries. Called by a job every second and once at shutdown; where it fails, they are put
    /// back and written with the next ones.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn write(&self) -> Result<(), ServiceError> {
        self.sum_logins();
        loop {
            let (entries, lost) = self.batch.take();
            if lost > 0 {
                tracing::error!(
                    lost,
                    "entries of the audit log were lost: the database was away for too long"
                );
            }
            if entries.is_empty() {
                return Ok(());
            }
            if let Err(error) = self.append_audit(&entries).await {
                self.batch.put_back(entries);
                return Err(error);
            }
        }
    }

    async fn append_audit(&self, entries: &[AuditEntry]) -> Result<(), ServiceError> {
        let mut tx = self.core.store().write().await?;
        tx.append_audit(entries).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use headwater_domain::audit::Actor;
    use headwater_domain::id::AuditId;
    use headwater_domain::time::Timestamp;

    use super::*;

    fn entry(number: u32) -> AuditEntry {
        AuditEntry {
            id: AuditId::generate(Timestamp::from_seconds(1_795_000_000), u64::from(number)),
            at: Timestamp::from_seconds(0),
            actor: Actor::System,
            action: "test".to_owned(),
            account_id: None,
            connection_id: None,
            subject: Some(number.to_string()),
            outcome: "ok".to_owned(),
            provider_status: None,
            provider_request_id: None,
            execution_id: None,
            duration_ms: 0,
        }
    }

    #[test]
    fn f9_what_does_not_fit_is_lost_from_the_front_and_counted() {
        let batch = AuditBatch::default();
        (0..100_003).for_each(|number| batch.add(entry(number)));
        let (first, lost) = batch.take();
        assert_eq!((first.len(), lost), (AT_ONCE, 3));
        assert_eq!(first[0], entry(3));
        batch.put_back(first);
        let (again, lost) = batch.take();
        assert_eq!((again.len(), lost), (AT_ONCE, 0));
        assert_eq!((&again[0], &again[AT_ONCE - 1]), (&entry(3), &entry(2002)));
    }
}
