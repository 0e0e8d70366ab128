//! Telling applications in time that an end user must authorize again: a grant ends some day, however often it is
//! refreshed (Atlassian: a year after the consent).

use std::time::Duration;

use headwater_domain::event::Event;
use headwater_domain::id::AccountId;
use headwater_domain::time::Timestamp;

use super::Events;
use crate::error::ServiceError;

/// How many days before the end, the last warning first, so that an account that is late gets that one only.
const WARNINGS: [u32; 3] = [1, 7, 30];
/// How many accounts are found at once.
const BATCH: u32 = 100;
const DAY: Duration = Duration::from_secs(86_400);

impl Events {
    /// Writes an event for every active account whose grant ends within 30 days, again 7 days and one day before the
    /// end. Called by a job; returns how many.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn tell_of_ending_grants(&self) -> Result<usize, ServiceError> {
        let mut told = 0;
        for days in WARNINGS {
            let left = DAY * days;
            let granted_before =
                self.core.now().minus(self.core.settings().grant_lifetime.saturating_sub(left));
            loop {
                let mut tx = self.core.store().read().await?;
                let found = tx.grants_to_tell_of(granted_before, days, BATCH).await?;
                drop(tx);
                let before = told;
                for (account, granted_at) in found {
                    told += usize::from(self.tell_of_ending_grant(&account, granted_at, days).await?);
                }
                // There are none, or another server tells of them at this moment.
                if told == before {
                    break;
                }
            }
        }
        Ok(told)
    }

    async fn tell_of_ending_grant(
        &self,
        account: &AccountId,
        granted_at: Timestamp,
        days: u32,
    ) -> Result<bool, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let Some(account) = tx.account(account).await? else { return Ok(false) };
        let Some(connection) = tx.connection(&account.connection_id).await? else { return Ok(false) };
        if !tx.note_told(&account.id, granted_at, days).await? {
            return Ok(false);
        }
        let reauth_by = granted_at.plus(self.core.settings().grant_lifetime);
        let now = self.core.now();
        let event = Event::reauthorization_due(self.new_event_id(), &account, &connection, reauth_by, now);
        self.record_events(&mut *tx, vec![event]).await?;
        tx.commit().await?;
        tracing::warn!(account = %account.id, reauth_by = reauth_by.rfc3339(), "the end user must authorize again soon");
        Ok(true)
    }
}
