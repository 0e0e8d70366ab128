//! The keys of access tokens as this server knows them: read again from time to time, because an operator may replace them
//! while it runs.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::id::SigningKeyId;
use headwater_domain::time::Timestamp;
use headwater_service::core::Core;
use headwater_service::signing_keys::{SigningKey, SigningKeys};
use parking_lot::RwLock;
use tokio::sync::Mutex;

use crate::jwt::{KeyError, Tokens, Verified};

/// A new key signs a minute after it was made, so every server has read it twice by then.
const READ_EVERY: Duration = Duration::from_secs(20);
/// How soon a token that names an unknown key makes us look again. Anybody can send such tokens.
const READ_FOR_STRANGERS_EVERY: Duration = Duration::from_secs(2);

/// The keys, and when they were read.
pub(crate) struct TokenKeys {
    core: Core,
    signing_keys: SigningKeys,
    lifetime: Duration,
    present: RwLock<Present>,
    reading: Mutex<()>,
}

#[derive(Clone)]
struct Present {
    tokens: Arc<Tokens>,
    ids: Vec<SigningKeyId>,
    read_at: Timestamp,
}

impl TokenKeys {
    /// Begins with `keys`, newest first.
    pub(crate) fn new(
        core: Core,
        signing_keys: SigningKeys,
        lifetime: Duration,
        keys: &[SigningKey],
    ) -> Result<Self, KeyError> {
        let present = read(&core, lifetime, keys)?;
        Ok(Self { core, signing_keys, lifetime, present: RwLock::new(present), reading: Mutex::new(()) })
    }

    /// The keys now.
    pub(crate) async fn tokens(&self) -> Arc<Tokens> {
        self.not_older_than(READ_EVERY).await.tokens
    }

    /// What a token proves, or nothing when it is not one of ours or not valid now.
    pub(crate) async fn verify(&self, token: &str) -> Option<Arc<Verified>> {
        let tokens = self.tokens().await;
        if tokens.stranger(token) {
            // Another server may have a key already that is new to us.
            let present = self.not_older_than(READ_FOR_STRANGERS_EVERY).await;
            return present.tokens.verify(token, self.core.now());
        }
        tokens.verify(token, self.core.now())
    }

    /// What is there, unless it is older than that; then it is read again, by one caller for all. While the store is
    /// away, what is there goes on.
    async fn not_older_than(&self, age: Duration) -> Present {
        let present = self.present();
        if present.read_at.until(self.core.now()) < age {
            return present;
        }
        let Ok(_reading) = self.reading.try_lock() else { return present };
        match self.read_again(&present).await {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "the signing keys could not be read again; those that are known stay in use");
                self.keep(Present { read_at: self.core.now(), ..present })
            }
        }
    }

    async fn read_again(
        &self,
        present: &Present,
    ) -> Result<Present, Box<dyn std::error::Error + Send + Sync>> {
        let now = self.core.now();
        let ids: Vec<SigningKeyId> = self.signing_keys.list().await?.into_iter().map(|it| it.0).collect();
        if ids == present.ids {
            // With them stays what is remembered of verified tokens.
            return Ok(self.keep(Present { read_at: now, ..present.clone() }));
        }
        let keys = self.signing_keys.all(crate::jwt::generate).await?;
        tracing::info!(keys = keys.len(), "the signing keys have changed");
        Ok(self.keep(read(&self.core, self.lifetime, &keys)?))
    }

    fn present(&self) -> Present {
        self.present.read().clone()
    }

    fn keep(&self, present: Present) -> Present {
        self.present.write().clone_from(&present);
        present
    }
}

fn read(core: &Core, lifetime: Duration, keys: &[SigningKey]) -> Result<Present, KeyError> {
    Ok(Present {
        tokens: Arc::new(Tokens::new(core.settings().base_url.as_str(), lifetime, keys)?),
        ids: keys.iter().map(|it| it.id.clone()).collect(),
        read_at: core.now(),
    })
}
