//! Grants in memory.

use async_trait::async_trait;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::refresh::RefreshState;
use headwater_domain::time::Timestamp;

use super::MemoryTx;
use crate::store::{Grants, LeaseId, StoreError};

/// A grant and the refresh that is under way with it.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) grant: SealedGrant,
    pub(super) lease: Option<(LeaseId, Timestamp)>,
    pub(super) refresh: RefreshState,
}

impl Row {
    pub(super) fn new(grant: &SealedGrant) -> Self {
        Self { grant: grant.clone(), lease: None, refresh: RefreshState::default() }
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

    async fn delete_grant(&mut self, account: &AccountId) -> Result<bool, StoreError> {
        Ok(self.change()?.grants.remove(account).is_some())
    }
}
