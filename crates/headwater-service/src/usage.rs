//! When accounts were last used: noted in memory, written now and then, so that a warm call touches no SQL.

use std::collections::HashMap;

use headwater_domain::id::AccountId;
use headwater_domain::time::Timestamp;
use parking_lot::Mutex;

use crate::Service;
use crate::error::ServiceError;

/// Marks that wait to be written.
#[derive(Default)]
pub(crate) struct Usage(Mutex<HashMap<AccountId, Timestamp>>);

impl Usage {
    /// Notes that an account was used.
    pub(crate) fn mark(&self, account: &AccountId, at: Timestamp) {
        let mut marks = self.0.lock();
        match marks.get_mut(account) {
            // Marks that are put back must not hide later ones.
            Some(mark) => *mark = at.max(*mark),
            None => drop(marks.insert(account.clone(), at)),
        }
    }

    fn take(&self) -> Vec<(AccountId, Timestamp)> {
        self.0.lock().drain().collect()
    }
}

impl Service {
    /// Writes the waiting marks. Called by a job every few seconds and once at shutdown; where it fails, the
    /// marks are put back and written with the next ones.
    pub async fn write_usage(&self) -> Result<(), ServiceError> {
        let marks = self.usage().take();
        if marks.is_empty() {
            return Ok(());
        }
        let outcome = self.write_marks(&marks).await;
        if outcome.is_err() {
            for (account, at) in &marks {
                self.usage().mark(account, *at);
            }
        }
        outcome
    }

    async fn write_marks(&self, marks: &[(AccountId, Timestamp)]) -> Result<(), ServiceError> {
        let mut tx = self.store().write().await?;
        tx.mark_accounts_used(marks).await?;
        Ok(tx.commit().await?)
    }
}
