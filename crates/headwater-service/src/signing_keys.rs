//! The keys that sign access tokens: kept sealed in the store, so that tokens survive a restart.

use headwater_domain::id::SigningKeyId;
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_ports::sealer::SealContext;
use headwater_ports::store::StoredSigningKey;

use crate::Service;
use crate::error::ServiceError;

/// A signing key in the clear.
pub struct SigningKey {
    /// Its public identifier (`kid`).
    pub id: SigningKeyId,
    /// The private key as PKCS#8 PEM.
    pub private_key: Secret,
}

impl Service {
    /// All signing keys, newest first. Where there is none yet, `generate` makes the first: it returns a private
    /// key as PKCS#8 PEM.
    pub async fn signing_keys<E>(
        &self,
        generate: impl FnOnce() -> Result<Secret, E> + Send,
    ) -> Result<Vec<SigningKey>, ServiceError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut tx = self.store().write().await?;
        let mut stored = tx.signing_keys().await?;
        if stored.is_empty() {
            let private_key =
                generate().map_err(|error| ServiceError::internal("no signing key could be made", error))?;
            let key = self.seal_signing_key(&private_key)?;
            tx.insert_signing_key(&key).await?;
            tx.commit().await?;
            stored.push(key);
        }
        stored.into_iter().map(|key| self.open_signing_key(key)).collect()
    }

    fn seal_signing_key(&self, private_key: &Secret) -> Result<StoredSigningKey, ServiceError> {
        let id = SigningKeyId::generate(self.now(), self.random_word());
        let private_key: Sealed = self.sealer().seal(context(&id), private_key)?;
        Ok(StoredSigningKey { id, private_key, created_at: self.now() })
    }

    fn open_signing_key(&self, key: StoredSigningKey) -> Result<SigningKey, ServiceError> {
        let private_key = self.sealer().open(context(&key.id), &key.private_key)?;
        Ok(SigningKey { id: key.id, private_key })
    }
}

fn context(id: &SigningKeyId) -> SealContext<'_> {
    SealContext { record: "signing_key", id: id.as_str(), field: "private_key", generation: 0 }
}
