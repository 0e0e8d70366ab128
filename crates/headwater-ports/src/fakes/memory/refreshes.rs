//! Refreshes under way, in memory.

use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::Change;
use headwater_domain::time::Timestamp;

use super::grants::Row;
use super::{MemoryTx, State};
use crate::store::{Due, LeaseId, Leasing, Refreshes, StoreError};

impl State {
    fn leased(&mut self, account: &AccountId, lease: LeaseId) -> Option<&mut Row> {
        self.grants.get_mut(account).filter(|row| row.lease.is_some_and(|(id, _)| id == lease))
    }
}

impl Row {
    fn free(&self, now: Timestamp) -> bool {
        self.lease.is_none_or(|(_, until)| until <= now)
    }

    /// What kind of refresh is due, and what it is sorted by.
    fn due(&self, account: &ConnectedAccount, due: &Due, now: Timestamp) -> Option<(u8, Option<Timestamp>)> {
        let startable = account.status == AccountStatus::Active
            && self.grant.refresh_token.is_some()
            && self.free(now)
            && self.refresh.next_try_at.is_none_or(|at| at <= now);
        let used_at = account.last_used_at.unwrap_or(account.created_at);
        let kind = if self.refresh.sent_at.is_some() || self.refresh.refused_at.is_some() {
            (0, self.refresh.next_try_at)
        } else if account.token_expires_at.is_some_and(|at| at < due.lapsing_before)
            && used_at > due.used_after
        {
            (1, account.token_expires_at)
        } else if self.grant.obtained_at < due.idle_since {
            (2, Some(self.grant.obtained_at))
        } else {
            return None;
        };
        startable.then_some(kind)
    }
}

#[async_trait]
impl Refreshes for MemoryTx {
    async fn lease_refresh(
        &mut self,
        account: &AccountId,
        generation: u64,
        lease: LeaseId,
        duration: Duration,
        now: Timestamp,
    ) -> Result<Leasing, StoreError> {
        let row = self.change()?.grants.get_mut(account).filter(|row| row.grant.generation == generation);
        let Some(row) = row else { return Ok(Leasing::Gone) };
        match row.lease {
            Some((_, until)) if until > now => Ok(Leasing::Held(now.until(until))),
            _ => {
                row.lease = Some((lease, now.plus(duration)));
                Ok(Leasing::Granted { state: row.refresh, now })
            }
        }
    }

    async fn note_presentation(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        anew: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = self.change()?.leased(account, lease).filter(|row| !row.free(now));
        let Some(row) = row else { return Ok(false) };
        row.refresh.sent_at = row.refresh.sent_at.filter(|_| !anew).or(Some(now));
        row.refresh.presentations += 1;
        Ok(true)
    }

    async fn end_lease(
        &mut self,
        account: &AccountId,
        lease: LeaseId,
        change: Change,
        pause: Duration,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(row) = self.change()?.leased(account, lease) else { return Ok(false) };
        row.lease = None;
        let refresh = &mut row.refresh;
        refresh.next_try_at = Some(now.plus(pause));
        match change {
            Change::TakeBack => {
                refresh.presentations = refresh.presentations.saturating_sub(1);
                refresh.sent_at = refresh.sent_at.filter(|_| refresh.presentations > 0);
            }
            Change::Refused => drop(refresh.refused_at.get_or_insert(now)),
            Change::Keep => {}
        }
        Ok(true)
    }

    async fn put_refreshed_grant(&mut self, grant: &SealedGrant, lease: LeaseId) -> Result<bool, StoreError> {
        let row = self.change()?.leased(&grant.account_id, lease);
        let Some(row) = row.filter(|row| row.grant.generation + 1 == grant.generation) else {
            return Ok(false);
        };
        row.renew(grant);
        Ok(true)
    }

    async fn release_leases(&mut self) -> Result<u64, StoreError> {
        let leases = self.change()?.grants.values_mut().filter_map(|row| row.lease.take());
        Ok(u64::try_from(leases.count()).unwrap_or(u64::MAX))
    }

    async fn refreshes_due(
        &mut self,
        due: &Due,
        now: Timestamp,
    ) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let State { accounts, grants, .. } = &self.state;
        let find = |(id, row): (&AccountId, &Row)| {
            let order = row.due(accounts.get(id)?, due, now)?;
            Some((order, id.clone(), row.grant.generation))
        };
        let mut found: Vec<_> = grants.iter().filter_map(find).collect();
        found.sort();
        Ok(found.into_iter().take(due.limit as usize).map(|(_, id, generation)| (id, generation)).collect())
    }
}
