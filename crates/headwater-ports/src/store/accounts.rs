//! Storage of connected accounts.

use async_trait::async_trait;
use headwater_domain::account::{ConnectedAccount, Owner};
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;

use super::StoreError;

/// Which accounts a list is about. Absent or empty fields do not narrow it.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Accounts of any of these connections. `Some(empty)` matches nothing.
    pub connections: Option<Vec<ConnectionId>>,
    /// Exact identifier.
    pub identifier: Option<String>,
    /// Exact organization.
    pub organization_id: Option<String>,
    /// Exact user.
    pub user_id: Option<String>,
    /// Exact user of the provider.
    pub provider_account_id: Option<String>,
    /// Part of the identifier, the account id or the connection's name, without regard to ASCII case.
    pub query: Option<String>,
    /// Only active accounts.
    pub active_only: bool,
}

/// Connected accounts in storage.
#[async_trait]
pub trait Accounts {
    /// Adds an account. `false` when its connection already has one of this owner.
    async fn insert_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError>;

    /// The account with this id.
    async fn account(&mut self, id: &AccountId) -> Result<Option<ConnectedAccount>, StoreError>;

    /// The account of exactly this owner on this connection.
    async fn account_of(
        &mut self,
        connection: &ConnectionId,
        owner: &Owner,
    ) -> Result<Option<ConnectedAccount>, StoreError>;

    /// Replaces an account that still has `account.version - 1`; leaves `last_used_at` alone. `false` when it
    /// has not or is gone.
    async fn update_account(&mut self, account: &ConnectedAccount) -> Result<bool, StoreError>;

    /// Removes an account with its grant and flows. `false` when there is none.
    async fn delete_account(&mut self, id: &AccountId) -> Result<bool, StoreError>;

    /// One page of accounts, oldest first.
    async fn list_accounts(
        &mut self,
        filter: &AccountFilter,
        page: Page,
    ) -> Result<Listing<ConnectedAccount>, StoreError>;

    /// Notes when accounts were last used; never moves a mark back. Unknown accounts are passed over.
    async fn mark_accounts_used(&mut self, marks: &[(AccountId, Timestamp)]) -> Result<(), StoreError>;
}
