//! The keys that sign access tokens: kept sealed in the store, so that tokens survive a restart.

use std::time::Duration;

use headwater_domain::id::SigningKeyId;
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_ports::sealer::SealContext;
use headwater_ports::store::StoredSigningKey;

use crate::audit::{self, Act, Audit};
use crate::core::Core;
use crate::error::ServiceError;

/// The keys that sign access tokens. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct SigningKeys {
    core: Core,
    audit: Audit,
}

/// A signing key in the clear.
pub struct SigningKey {
    /// Its public identifier (`kid`).
    pub id: SigningKeyId,
    /// The private key as PKCS#8 PEM.
    pub private_key: Secret,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Tokens live a day at most, and a new key signs a minute after it was made: whatever a key signed is over when its
/// successor is as old as this.
const USELESS_AFTER: Duration = Duration::from_secs(25 * 3600);

impl SigningKeys {
    pub(crate) fn new(core: Core, audit: Audit) -> Self {
        Self { core, audit }
    }

    /// All signing keys, newest first. Where there is none yet, `generate` makes the first: it returns a private
    /// key as PKCS#8 PEM.
    ///
    /// # Errors
    /// `Internal` where `generate` fails, a key does not open, or the store cannot be written.
    pub async fn all<E>(
        &self,
        generate: impl FnOnce() -> Result<Secret, E> + Send,
    ) -> Result<Vec<SigningKey>, ServiceError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut tx = self.core.store().write().await?;
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

    /// Adds a key, which `generate` makes as PKCS#8 PEM. It signs a minute later, when every server has it; earlier keys
    /// verify for as long as tokens of theirs live. Keys from before that are removed.
    ///
    /// # Errors
    /// `Internal` where `generate` fails or the store cannot be written.
    pub async fn rotate<E>(
        &self,
        generate: impl FnOnce() -> Result<Secret, E> + Send,
    ) -> Result<SigningKeyId, ServiceError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let useless = |keys: &[StoredSigningKey], now: Timestamp| {
            let old = keys.windows(2).filter(|it| it[0].created_at.until(now) >= USELESS_AFTER);
            old.map(|it| it[1].id.clone()).collect()
        };
        self.audit.observed(Act::new("token_key.rotate"), self.add_signing_key(generate, useless)).await
    }

    /// Puts a key in the place of all others, which somebody else may know: every access token that is out stops working
    /// within half a minute, and programs have to get new ones, as the SDKs do by themselves.
    ///
    /// # Errors
    /// `Internal` where `generate` fails or the store cannot be written.
    pub async fn revoke<E>(
        &self,
        generate: impl FnOnce() -> Result<Secret, E> + Send,
    ) -> Result<SigningKeyId, ServiceError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let all = |keys: &[StoredSigningKey], _| keys.iter().map(|it| it.id.clone()).collect();
        self.audit.observed(Act::new("token_key.revoke"), self.add_signing_key(generate, all)).await
    }

    /// The ids of all signing keys and when they were made, newest first.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn list(&self) -> Result<Vec<(SigningKeyId, Timestamp)>, ServiceError> {
        let stored = self.core.store().read().await?.signing_keys().await?;
        Ok(stored.into_iter().map(|it| (it.id, it.created_at)).collect())
    }

    /// Adds a key, and removes those that `leaving` names.
    async fn add_signing_key<E>(
        &self,
        generate: impl FnOnce() -> Result<Secret, E> + Send,
        leaving: impl FnOnce(&[StoredSigningKey], Timestamp) -> Vec<SigningKeyId> + Send,
    ) -> Result<SigningKeyId, ServiceError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let private_key =
            generate().map_err(|error| ServiceError::internal("no signing key could be made", error))?;
        let key = self.seal_signing_key(&private_key)?;
        audit::made(key.id.as_str());
        let mut tx = self.core.store().write().await?;
        for id in leaving(&tx.signing_keys().await?, self.core.now()) {
            tx.delete_signing_key(&id).await?;
        }
        tx.insert_signing_key(&key).await?;
        self.audit.commit(tx).await?;
        Ok(key.id)
    }

    fn seal_signing_key(&self, private_key: &Secret) -> Result<StoredSigningKey, ServiceError> {
        let id = SigningKeyId::generate(self.core.now(), self.core.distinct());
        let private_key: Sealed = self.core.sealer().seal(context(&id), private_key)?;
        Ok(StoredSigningKey { id, private_key, created_at: self.core.now() })
    }

    fn open_signing_key(&self, key: StoredSigningKey) -> Result<SigningKey, ServiceError> {
        let private_key = self.core.sealer().open(context(&key.id), &key.private_key)?;
        Ok(SigningKey { id: key.id, private_key, created_at: key.created_at })
    }
}

fn context(id: &SigningKeyId) -> SealContext<'_> {
    SealContext { record: "signing_key", id: id.as_str(), field: "private_key", generation: 0 }
}
