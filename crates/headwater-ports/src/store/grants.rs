//! Storage of grants.

use async_trait::async_trait;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::time::Timestamp;

use super::StoreError;

/// Grants in storage: at most one per account.
#[async_trait]
pub trait Grants {
    /// The grant of this account.
    async fn grant(&mut self, account: &AccountId) -> Result<Option<SealedGrant>, StoreError>;

    /// Stores a grant from a consent, in place of the one with `grant.generation - 1`, or as the first one when that
    /// is 0. A refresh under way loses its lease. `false` when another generation stands there, or the account is gone: then nothing changed.
    async fn put_grant(&mut self, grant: &SealedGrant) -> Result<bool, StoreError>;

    /// Grants of active accounts whose end user consented at `granted_before` or earlier, and whose application was not
    /// told `days` days before their end or later; `limit` at most, oldest consent first, with the moment of consent.
    async fn grants_to_tell_of(
        &mut self,
        granted_before: Timestamp,
        days: u32,
        limit: u32,
    ) -> Result<Vec<(AccountId, Timestamp)>, StoreError>;

    /// Notes that the application was told `days` days before the end of the grant that was given at `granted_at`.
    /// `false` when there is another grant by now, or it was told already.
    async fn note_told(
        &mut self,
        account: &AccountId,
        granted_at: Timestamp,
        days: u32,
    ) -> Result<bool, StoreError>;

    /// Removes the grant of this account. `false` when there is none.
    async fn delete_grant(&mut self, account: &AccountId) -> Result<bool, StoreError>;
}
