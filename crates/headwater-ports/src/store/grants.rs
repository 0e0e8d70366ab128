//! Storage of grants.

use async_trait::async_trait;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;

use super::StoreError;

/// Grants in storage: at most one per account.
#[async_trait]
pub trait Grants {
    /// The grant of this account.
    async fn grant(&mut self, account: &AccountId) -> Result<Option<SealedGrant>, StoreError>;

    /// Stores a grant from a consent, in place of the one with `grant.generation - 1`, or as the first one when that
    /// is 0. A refresh under way loses its lease. `false` when another generation stands there, or the account is gone: then nothing changed.
    async fn put_grant(&mut self, grant: &SealedGrant) -> Result<bool, StoreError>;

    /// Removes the grant of this account. `false` when there is none.
    async fn delete_grant(&mut self, account: &AccountId) -> Result<bool, StoreError>;
}
