//! Connected accounts in memory.

use async_trait::async_trait;
use headwater_domain::account::{AccountStatus, ConnectedAccount, Owner};
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;

use super::connections::{contains, is};
use super::{MemoryTx, State, refused};
use crate::store::{AccountFilter, Accounts, StoreError};

impl State {
    fn passes(&self, filter: &AccountFilter, it: &ConnectedAccount) -> bool {
        let name = self.connections.get(&it.connection_id).map_or("", |connection| connection.name.as_str());
        let mentions = |text: &String| {
            [it.owner.identifier.as_str(), it.id.as_str(), name].iter().any(|field| contains(field, text))
        };
        filter.connections.as_ref().is_none_or(|ids| ids.contains(&it.connection_id))
            && is(filter.identifier.as_ref(), Some(it.owner.identifier.as_str()))
            && is(filter.organization_id.as_ref(), it.owner.organization_id.as_deref())
            && is(filter.user_id.as_ref(), it.owner.user_id.as_deref())
            && is(filter.provider_account_id.as_ref(), it.provider_account_id.as_deref())
            && filter.query.as_ref().is_none_or(mentions)
            && (!filter.active_only || it.status == AccountStatus::Active)
    }
}

#[async_trait]
impl Accounts for MemoryTx {
    async fn insert_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError> {
        let state = self.change()?;
        if !state.connections.contains_key(&account.connection_id) {
            return Err(refused("add an account without its connection"));
        }
        let same =
            |it: &ConnectedAccount| it.connection_id == account.connection_id && it.owner == account.owner;
        if state.accounts.values().any(same) {
            return Ok(false);
        }
        state.accounts.insert(account.id.clone(), account.clone());
        Ok(true)
    }

    async fn account(&mut self, id: &AccountId) -> Result<Option<ConnectedAccount>, StoreError> {
        Ok(self.state.accounts.get(id).cloned())
    }

    async fn account_of(
        &mut self,
        connection: &ConnectionId,
        owner: &Owner,
    ) -> Result<Option<ConnectedAccount>, StoreError> {
        let same = |it: &&ConnectedAccount| it.connection_id == *connection && it.owner == *owner;
        Ok(self.state.accounts.values().find(same).cloned())
    }

    async fn update_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError> {
        match self.change()?.accounts.get_mut(&account.id) {
            Some(stored) if stored.version + 1 == account.version => {
                let last_used_at = stored.last_used_at;
                *stored = ConnectedAccount { last_used_at, ..account.clone() };
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn delete_account(&mut self, id: &AccountId) -> Result<bool, StoreError> {
        let state = self.change()?;
        state.grants.remove(id);
        state.flows.retain(|_, (flow, _)| flow.account_id != *id);
        Ok(state.accounts.remove(id).is_some())
    }

    async fn list_accounts(
        &mut self,
        filter: &AccountFilter,
        page: Page,
    ) -> Result<Listing<ConnectedAccount>, StoreError> {
        let state = &self.state;
        let mut found: Vec<_> =
            state.accounts.values().filter(|it| state.passes(filter, it)).cloned().collect();
        found.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(page.of(found))
    }

    async fn mark_accounts_used(&mut self, marks: &[(AccountId, Timestamp)]) -> Result<(), StoreError> {
        let accounts = &mut self.change()?.accounts;
        for (id, used_at) in marks {
            if let Some(account) = accounts.get_mut(id) {
                account.last_used_at = account.last_used_at.max(Some(*used_at));
            }
        }
        Ok(())
    }
}
