//! API clients: creating, rotating and authenticating the programs that call headwater.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::api_client::{ApiClient, ClientSecretDigest};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_domain::secret::Secret;
use headwater_domain::time::Timestamp;
use headwater_ports::store::Tx;
use subtle::ConstantTimeEq as _;

use crate::audit::{self, Act, Audit};
use crate::core::Core;
use crate::error::ServiceError;
use crate::recent::Recent;

/// How many clients are kept in memory.
const CACHED_CLIENTS: u64 = 10_000;
/// The longest name of a client, in characters.
const MAX_NAME: usize = 100;

/// Clients that were looked up lately.
type ClientCache = Recent<ClientId, Arc<ApiClient>>;

/// The API clients. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct ApiClients {
    core: Core,
    audit: Audit,
    cache: Arc<ClientCache>,
}

/// A new secret, shown once.
pub struct NewClientSecret {
    /// The client it belongs to.
    pub client: ApiClient,
    /// The secret itself.
    pub secret: Secret,
}

impl ApiClients {
    pub(crate) fn new(core: Core, audit: Audit) -> Self {
        let cache = Arc::new(Recent::new(CACHED_CLIENTS, core.settings().cache_lifetime));
        Self { core, audit, cache }
    }

    /// Creates an API client with a name for the operator's eyes and the roles that it has, and its first secret.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that is empty, longer than 100 characters, or has control characters.
    pub async fn create(&self, name: &str, roles: Roles) -> Result<NewClientSecret, ServiceError> {
        let name = name.to_owned();
        self.audit
            .audited(Act::new("client.create").on(&name), self, |clients| async move {
                clients.add_api_client(&name, roles).await
            })
            .await
    }

    async fn add_api_client(&self, name: &str, roles: Roles) -> Result<NewClientSecret, ServiceError> {
        if name.trim().is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            let message = "must hold 1 to 100 visible characters";
            return Err(ServiceError::invalid("name", "1..=100 characters", message));
        }
        let now = self.core.now();
        let id = ClientId::generate(now, self.core.distinct());
        audit::made(id.as_str());
        let client = ApiClient { id, name: name.to_owned(), roles, secrets: Vec::new(), created_at: now };
        self.add_secret(self.core.store().write().await?, client, now).await
    }

    /// Gives an API client a new secret. Its earlier ones keep working for `grace`.
    ///
    /// # Errors
    /// `NotFound` where there is no such client.
    pub async fn rotate(&self, id: &ClientId, grace: Duration) -> Result<NewClientSecret, ServiceError> {
        let id = id.clone();
        self.audit
            .audited(Act::new("client.rotate").on(id.as_str()), self, move |clients| async move {
                clients.add_client_secret(&id, grace).await
            })
            .await
    }

    async fn add_client_secret(
        &self,
        id: &ClientId,
        grace: Duration,
    ) -> Result<NewClientSecret, ServiceError> {
        let now = self.core.now();
        let mut tx = self.core.store().write().await?;
        let mut client = tx.api_client(id).await?.ok_or_else(|| no_client(id))?;
        client.secrets.retain(|secret| secret.live(now));
        for secret in &mut client.secrets {
            let end = now.plus(grace);
            secret.expires_at = Some(secret.expires_at.map_or(end, |earlier| earlier.min(end)));
        }
        self.add_secret(tx, client, now).await
    }

    /// Gives an API client other roles. They count within seconds, for access tokens that it has already too.
    ///
    /// # Errors
    /// `NotFound` where there is no such client.
    pub async fn set_roles(&self, id: &ClientId, roles: Roles) -> Result<ApiClient, ServiceError> {
        let id = id.clone();
        let act = Act::new("client.update").on(&format!("{id} {roles}"));
        self.audit
            .audited(act, self, move |clients| async move { clients.change_roles(&id, roles).await })
            .await
    }

    async fn change_roles(&self, id: &ClientId, roles: Roles) -> Result<ApiClient, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let mut client = tx.api_client(id).await?.ok_or_else(|| no_client(id))?;
        client.roles = roles;
        tx.put_api_client(&client).await?;
        self.audit.commit(tx).await?;
        self.cache.forget(id).await;
        Ok(client)
    }

    /// All API clients, oldest first.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn list(&self) -> Result<Vec<ApiClient>, ServiceError> {
        Ok(self.core.store().read().await?.list_api_clients().await?)
    }

    /// Removes an API client; its access tokens stop working with it.
    ///
    /// # Errors
    /// `NotFound` where there is no such client.
    pub async fn delete(&self, id: &ClientId) -> Result<(), ServiceError> {
        let id = id.clone();
        self.audit
            .audited(Act::new("client.delete").on(id.as_str()), self, |clients| async move {
                clients.remove_api_client(&id).await
            })
            .await
    }

    async fn remove_api_client(&self, id: &ClientId) -> Result<(), ServiceError> {
        let mut tx = self.core.store().write().await?;
        if !tx.delete_api_client(id).await? {
            return Err(no_client(id));
        }
        self.audit.commit(tx).await?;
        self.cache.forget(id).await;
        Ok(())
    }

    /// Checks a client's credentials. One message for every way to be wrong, so that nothing can be probed.
    ///
    /// # Errors
    /// `Unauthenticated` where id and secret do not belong together, whatever the reason; `Internal` where the store cannot be
    /// read.
    pub async fn authenticate(&self, id: &str, secret: &Secret) -> Result<ClientId, ServiceError> {
        let Ok(id) = ClientId::parse(id) else {
            self.audit.note_login(None, false);
            return Err(wrong_credentials());
        };
        let client = self.load_client(&id).await?;
        let digest = self.digest(secret);
        let now = self.core.now();
        // An unknown client takes the same comparison, so that its absence does not show in the time taken.
        let decoy = [ClientSecretDigest { digest: [0; 32], created_at: now, expires_at: Some(now) }];
        let secrets = client.as_ref().map_or(&decoy[..], |client| &client.secrets[..]);
        let right = secrets
            .iter()
            .fold(false, |right, known| right | (bool::from(known.digest.ct_eq(&digest)) & known.live(now)));
        self.audit.note_login(client.as_ref().map(|it| &it.id), right);
        if right { Ok(id) } else { Err(wrong_credentials()) }
    }

    /// What a client may do; `None` when there is no such client any more. Answered from memory for a few seconds, and
    /// for minutes while the store is away.
    ///
    /// # Errors
    /// `Internal` where the store is away and the client is not in memory.
    pub async fn roles(&self, id: &ClientId) -> Result<Option<Roles>, ServiceError> {
        let now = self.core.clock().elapsed();
        if let Some(client) = self.cache.fresh(id, now).await {
            return Ok(Some(client.roles));
        }
        match self.load_client(id).await {
            Ok(Some(client)) => {
                let roles = client.roles;
                self.cache.keep(id.clone(), Arc::new(client), now).await;
                Ok(Some(roles))
            }
            Ok(None) => {
                self.cache.forget(id).await;
                Ok(None)
            }
            Err(error) if error.store_is_away() => match self.cache.old(id).await {
                Some(client) => Ok(Some(client.roles)),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    async fn load_client(&self, id: &ClientId) -> Result<Option<ApiClient>, ServiceError> {
        Ok(self.core.store().read().await?.api_client(id).await?)
    }

    async fn add_secret(
        &self,
        mut tx: Box<dyn Tx>,
        mut client: ApiClient,
        now: Timestamp,
    ) -> Result<NewClientSecret, ServiceError> {
        let secret = Secret::new(self.core.random_token());
        let digest = self.digest(&secret);
        client.secrets.push(ClientSecretDigest { digest, created_at: now, expires_at: None });
        tx.put_api_client(&client).await?;
        self.audit.commit(tx).await?;
        self.cache.forget(&client.id).await;
        Ok(NewClientSecret { client, secret })
    }

    #[expect(clippy::disallowed_methods, reason = "a client secret is hashed to be stored or compared")]
    fn digest(&self, secret: &Secret) -> [u8; 32] {
        self.core.sealer().sha256(secret.expose().as_bytes())
    }
}

fn no_client(id: &ClientId) -> ServiceError {
    ServiceError::not_found(format!("there is no API client `{id}`; `headwater client list` shows them"))
}

fn wrong_credentials() -> ServiceError {
    let message = "unknown client id or wrong client secret";
    ServiceError::new(ErrorKind::Unauthenticated, ErrorCode::InvalidClient, message)
}
