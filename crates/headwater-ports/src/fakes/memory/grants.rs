//! Grants in memory.

use async_trait::async_trait;
use headwater_domain::account::AccountStatus;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::RefreshState;
use headwater_domain::time::Timestamp;

use super::{MemoryTx, State};
use crate::store::{Grants, LeaseId, StoreError};

/// A grant and the refresh that is under way with it.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) grant: SealedGrant,
    pub(super) lease: Option<(LeaseId, Timestamp)>,
    pub(super) refresh: RefreshState,
    /// When the end user consented.
    pub(super) granted_at: Timestamp,
    /// How many days before the end the application was told.
    pub(super) told_days: Option<u32>,
}

impl Row {
    /// From a consent.
    fn new(grant: &SealedGrant) -> Self {
        Self {
            grant: grant.clone(),
            lease: None,
            refresh: RefreshState::default(),
            granted_at: grant.obtained_at,
            told_days: None,
        }
    }

    /// From a refresh.
    pub(super) fn renew(&mut self, grant: &SealedGrant) {
        let (granted_at, told_days) = (self.granted_at, self.told_days);
        *self = Self { granted_at, told_days, ..Self::new(grant) };
    }

    fn to_tell(&self, days: u32) -> bool {
        self.told_days.is_none_or(|told| told > days)
    }
}

#[async_trait]
impl Grants for MemoryTx {
    async fn grant(&mut self, account: &AccountId) -> Result<Option<SealedGrant>, StoreError> {
        Ok(self.state.grants.get(account).map(|row| row.grant.clone()))
    }

    async fn put_grant(&mut self, grant: &SealedGrant) -> Result<bool, StoreError> {
        let state = self.change()?;
        let stands = state.grants.get(&grant.account_id).map_or(0, |row| row.grant.generation);
        if stands + 1 != grant.generation || !state.accounts.contains_key(&grant.account_id) {
            return Ok(false);
        }
        state.grants.insert(grant.account_id.clone(), Row::new(grant));
        Ok(true)
    }

    async fn grants_to_tell_of(
        &mut self,
        granted_before: Timestamp,
        days: u32,
        limit: u32,
    ) -> Result<Vec<(AccountId, Timestamp)>, StoreError> {
        let State { accounts, grants, .. } = &self.state;
        let active = |id: &AccountId| accounts.get(id).is_some_and(|it| it.status == AccountStatus::Active);
        let wanted = |(id, row): &(&AccountId, &Row)| {
            row.granted_at <= granted_before && row.to_tell(days) && active(id)
        };
        let mut found: Vec<_> =
            grants.iter().filter(wanted).map(|(id, row)| (id.clone(), row.granted_at)).collect();
        found.sort_by_key(|(_, granted_at)| *granted_at);
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn note_told(
        &mut self,
        account: &AccountId,
        granted_at: Timestamp,
        days: u32,
    ) -> Result<bool, StoreError> {
        let row = self.change()?.grants.get_mut(account);
        let Some(row) = row.filter(|row| row.granted_at == granted_at && row.to_tell(days)) else {
            return Ok(false);
        };
        row.told_days = Some(days);
        Ok(true)
    }

    async fn delete_grant(&mut self, account: &AccountId) -> Result<bool, StoreError> {
        Ok(self.change()?.grants.remove(account).is_some())
    }
}
