//! Storage as far as it is sealed: for sealing everything anew when the key changes.

use async_trait::async_trait;
use headwater_domain::sealed::Sealed;

use super::StoreError;

/// A kind of sealed secret that lives as long as its record. What connect flows hold is left out: they end within the
/// hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedField {
    /// The access token of a grant.
    AccessToken,
    /// The refresh token of a grant.
    RefreshToken,
    /// The client secret of a connection.
    ClientSecret,
    /// The secret that a webhook's deliveries are signed with.
    WebhookSecret,
    /// The one before.
    PreviousWebhookSecret,
    /// A private key that signs access tokens.
    SigningKey,
}

impl SealedField {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::AccessToken,
        Self::RefreshToken,
        Self::ClientSecret,
        Self::WebhookSecret,
        Self::PreviousWebhookSecret,
        Self::SigningKey,
    ];
}

/// A sealed secret and the record that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    /// The id of the record.
    pub id: String,
    /// Which generation of the secret it is; 0 where there are none.
    pub generation: u64,
    /// The secret, sealed.
    pub sealed: Sealed,
}

/// Sealed secrets in storage.
#[async_trait]
pub trait Seals {
    /// Up to `limit` secrets of a kind, in the order of their ids, after the record with the id `after`.
    async fn sealed_records(
        &mut self,
        field: SealedField,
        after: &str,
        limit: u32,
    ) -> Result<Vec<SealedRecord>, StoreError>;

    /// Puts the same secret, sealed anew, in the place of what was read. `false` when something else stands there by
    /// now: then nothing changed.
    async fn replace_sealed(
        &mut self,
        field: SealedField,
        read: &SealedRecord,
        sealed: &Sealed,
    ) -> Result<bool, StoreError>;
}
