//! Storage of the deployment's own keys.

use async_trait::async_trait;
use headwater_domain::id::SigningKeyId;
use headwater_domain::sealed::Sealed;
use headwater_domain::time::Timestamp;

use super::StoreError;

/// A key that signs access tokens, as stored.
#[derive(Clone, Debug)]
pub struct StoredSigningKey {
    /// Its public identifier.
    pub id: SigningKeyId,
    /// The private key as PKCS#8 PEM, sealed.
    pub private_key: Sealed,
    /// When it was made. The newest key signs, a while after that.
    pub created_at: Timestamp,
}

/// The deployment's keys in storage.
#[async_trait]
pub trait KeyMaterial {
    /// All signing keys, newest first. In a transaction that writes, waits for others that do the same once the key
    /// check is there, so that of processes that start on a new database one makes the first key.
    async fn signing_keys(&mut self) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// Adds a signing key.
    async fn insert_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError>;

    /// Removes a signing key. `false` when there is none with this id.
    async fn delete_signing_key(&mut self, id: &SigningKeyId) -> Result<bool, StoreError>;

    /// A known text, sealed when the database was made: opening it proves that the key ring is the right one.
    async fn key_check(&mut self) -> Result<Option<Sealed>, StoreError>;

    /// Stores the known text; replaces the one that is there.
    async fn put_key_check(&mut self, sealed: &Sealed) -> Result<(), StoreError>;
}
