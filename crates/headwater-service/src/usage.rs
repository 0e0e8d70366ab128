//! When accounts were last used: noted in memory, written now and then, so that a warm call touches no SQL.

use std::collections::HashMap;
use std::sync::Arc;

use headwater_domain::id::AccountId;
use headwater_domain::time::Timestamp;
use parking_lot::Mutex;

use crate::core::Core;
use crate::error::ServiceError;

/// Marks that wait to be written. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Usage {
    core: Core,
    marks: Arc<Mutex<HashMap<AccountId, Timestamp>>>,
}

impl Usage {
    pub(crate) fn new(core: Core) -> Self {
        Self { core, marks: Arc::default() }
    }

    /// Notes that an account is used now.
    pub(crate) fn mark(&self, account: &AccountId) {
        self.mark_at(account, self.core.now());
    }

    fn mark_at(&self, account: &AccountId, at: Timestamp) {
        let mut marks = self.marks.lock();
        match marks.get_mut(account) {
            // Marks that are put back must not hide later ones.
            Some(mark) => *mark = at.max(*mark),
            None => drop(marks.insert(account.clone(), at)),
        }
    }

    fn take(&self) -> Vec<(AccountId, Timestamp)> {
        self.marks.lock().drain().collect()
    }

    /// Writes the waiting marks. Called by a job every few seconds and once at shutdown; where it fails, the
    /// marks are put back and written with the next ones.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn write(&self) -> Result<(), ServiceError> {
        let marks = self.take();
        if marks.is_empty() {
            return Ok(());
        }
        let outcome = self.write_marks(&marks).await;
        if outcome.is_err() {
            for (account, at) in &marks {
                self.mark_at(account, *at);
            }
        }
        outcome
    }

    async fn write_marks(&self, marks: &[(AccountId, Timestamp)]) -> Result<(), ServiceError> {
        let mut tx = self.core.store().write().await?;
        tx.mark_accounts_used(marks).await?;
        Ok(tx.commit().await?)
    }
}
