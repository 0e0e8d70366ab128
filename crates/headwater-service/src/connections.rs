//! Connections: registering the operator's OAuth apps.

mod endpoints;
mod find;
mod scopes;

pub(crate) use find::find_connection;
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ConnectionId;
use headwater_domain::name::ConnectionName;
use headwater_domain::page::{Listing, Page};
use headwater_domain::provider::ProviderKey;
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_ports::sealer::SealContext;
pub use headwater_ports::store::ConnectionFilter;
use headwater_ports::store::Tx;

use find::unknown_connection;
use scopes::check_scopes;

use crate::audit::{self, Act, Audit};
use crate::bounds;
use crate::connectors::Connectors;
use crate::core::Core;
use crate::error::ServiceError;
use crate::events::Events;
use crate::live::LiveCache;

/// The connections: the OAuth apps that the operator has registered. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Connections {
    core: Core,
    audit: Audit,
    events: Events,
    connectors: Connectors,
    live: LiveCache,
}

/// What a new connection is made of.
pub struct NewConnection {
    /// Its name; derived from the provider when absent.
    pub name: Option<String>,
    /// Which product it reaches.
    pub provider: ProviderKey,
    /// What is configured so far.
    pub settings: ConnectionSettings,
}

/// The settings of a connection; absent ones keep what is there, or the provider's defaults.
#[derive(Default)]
pub struct ConnectionSettings {
    /// The OAuth client id.
    pub client_id: Option<String>,
    /// The OAuth client secret.
    pub client_secret: Option<Secret>,
    /// The scopes to ask for.
    pub scopes: Option<Vec<String>>,
    /// Where the provider's endpoints are.
    pub endpoints: Option<Endpoints>,
    /// Whether to send a PKCE challenge.
    pub pkce: Option<bool>,
    /// Whether tools beyond the published catalogue can be used.
    pub additional_tools: Option<bool>,
}

impl Connections {
    pub(crate) fn new(
        core: Core,
        audit: Audit,
        events: Events,
        connectors: Connectors,
        live: LiveCache,
    ) -> Self {
        Self { core, audit, events, connectors, live }
    }

    /// Registers a connection.
    ///
    /// # Errors
    /// `InvalidArgument` for a provider that is not known and for settings that are not allowed, `AlreadyExists` for a name that
    /// is taken, `ResourceExhausted` where there are as many connections as the operator allows.
    pub async fn create(&self, new: NewConnection) -> Result<Connection, ServiceError> {
        let act = Act::new("connection.create").on(new.name.as_deref().unwrap_or_default());
        self.audit
            .audited(act, self, |connections| async move { connections.add_connection(new).await })
            .await
    }

    async fn add_connection(&self, new: NewConnection) -> Result<Connection, ServiceError> {
        let connector = self.connectors.of(&new.provider)?;
        let now = self.core.now();
        let default_name = || new.provider.as_str().to_ascii_lowercase();
        let name = parse_name(&new.name.clone().unwrap_or_else(default_name))?;
        let blank = Connection {
            id: ConnectionId::generate(now, self.core.distinct()),
            name,
            provider: new.provider,
            client_id: String::new(),
            client_secret: None,
            scopes: connector.default_scopes(),
            endpoints: connector.default_endpoints(),
            pkce: true,
            enabled: true,
            additional_tools: false,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let mut tx = self.core.store().write().await?;
        self.ensure_room(&mut *tx).await?;
        let connection = self.apply(&mut *tx, blank, new.settings).await?;
        audit::made(connection.id.as_str());
        if !tx.insert_connection(&connection).await? {
            return Err(name_taken(&connection.name));
        }
        self.audit.commit(tx).await?;
        Ok(connection)
    }

    /// Changes a connection; `name` renames it.
    ///
    /// # Errors
    /// `NotFound` where there is none, `AlreadyExists` for a name that is taken, `InvalidArgument` for settings that are not
    /// allowed, `PermissionDenied` where an API client moves an endpoint without proof, `Conflict` where somebody else changed
    /// the connection at the same time.
    pub async fn update(
        &self,
        id: &str,
        name: Option<&str>,
        settings: ConnectionSettings,
    ) -> Result<Connection, ServiceError> {
        let (id, name) = (id.to_owned(), name.map(str::to_owned));
        self.audit
            .audited(Act::new("connection.update").on(&id), self, |connections| async move {
                connections.change_connection(&id, name.as_deref(), settings).await
            })
            .await
    }

    async fn change_connection(
        &self,
        id: &str,
        name: Option<&str>,
        settings: ConnectionSettings,
    ) -> Result<Connection, ServiceError> {
        let mut connection = self.get(id).await?;
        if let Some(name) = name {
            connection.name = parse_name(name)?;
        }
        let mut tx = self.core.store().write().await?;
        let connection = self.apply(&mut *tx, connection, settings).await?;
        self.replace_connection(tx, connection).await
    }

    /// Switches a connection on or off. A disabled one starts no flow and serves no call.
    ///
    /// # Errors
    /// `NotFound` where there is none, `Conflict` where somebody else changed it at the same time.
    pub async fn set_enabled(&self, id: &str, enabled: bool) -> Result<Connection, ServiceError> {
        let act = Act::new(if enabled { "connection.enable" } else { "connection.disable" }).on(id);
        let id = id.to_owned();
        self.audit
            .audited(act, self, |connections| async move {
                let mut connection = connections.get(&id).await?;
                connection.enabled = enabled;
                connections.replace_connection(connections.core.store().write().await?, connection).await
            })
            .await
    }

    /// Removes a connection with all its accounts and their grants.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn delete(&self, id: &str) -> Result<(), ServiceError> {
        let id = id.to_owned();
        self.audit
            .audited(Act::new("connection.delete").on(&id), self, |connections| async move {
                connections.remove_connection(&id).await
            })
            .await
    }

    async fn remove_connection(&self, id: &str) -> Result<(), ServiceError> {
        let id = parse_id(id)?;
        let mut tx = self.core.store().write().await?;
        self.events.record_deletions(&mut *tx, &id).await?;
        if !tx.delete_connection(&id).await? {
            return Err(no_connection(id.as_str()));
        }
        self.audit.commit(tx).await?;
        self.live.forget_all();
        Ok(())
    }

    /// The connection with this id.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no id, `NotFound` where there is none.
    pub async fn get(&self, id: &str) -> Result<Connection, ServiceError> {
        let id = parse_id(id)?;
        self.core.store().read().await?.connection(&id).await?.ok_or_else(|| no_connection(id.as_str()))
    }

    /// The connection with this name.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no name, `NotFound` where there is none, with the names that could have been meant.
    pub async fn named(&self, name: &str) -> Result<Connection, ServiceError> {
        let parsed = parse_name(name)?;
        let mut tx = self.core.store().read().await?;
        match tx.connection_named(&parsed).await? {
            Some(connection) => Ok(connection),
            None => Err(unknown_connection(&mut *tx, name).await?),
        }
    }

    /// One page of connections, by name.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn list(
        &self,
        filter: &ConnectionFilter,
        page: Page,
    ) -> Result<Listing<Connection>, ServiceError> {
        Ok(self.core.store().read().await?.list_connections(filter, page).await?)
    }

    /// Returns the redirect URI to register at the provider.
    pub fn redirect_uri(&self, id: &ConnectionId) -> String {
        self.core.settings().redirect_uri(id)
    }

    /// Refuses one more connection when there are as many as the operator allows.
    async fn ensure_room(&self, tx: &mut dyn Tx) -> Result<(), ServiceError> {
        let one = Page { offset: 0, limit: 1 };
        let count = tx.list_connections(&ConnectionFilter::default(), one).await?.total;
        let most = self.core.settings().quotas.connections;
        bounds::ensure_room(count.into(), most, "connections", "quota.connections")
    }

    async fn apply(
        &self,
        tx: &mut dyn Tx,
        mut connection: Connection,
        settings: ConnectionSettings,
    ) -> Result<Connection, ServiceError> {
        if let Some(endpoints) = settings.endpoints {
            // Before the secret is replaced: it is the present one that has to be known.
            self.check_endpoints(tx, &connection, &endpoints, settings.client_secret.as_ref()).await?;
            connection.endpoints = endpoints;
        }
        if let Some(client_id) = settings.client_id {
            bounds::text("client_id", client_id.trim(), bounds::CLIENT_ID)?;
            client_id.trim().clone_into(&mut connection.client_id);
        }
        if let Some(secret) = settings.client_secret.filter(|secret| !secret.is_empty()) {
            bounds::secret("client_secret", &secret, bounds::CLIENT_SECRET)?;
            connection.client_secret =
                Some(self.core.sealer().seal(secret_context(&connection.id), &secret)?);
        }
        if let Some(scopes) = settings.scopes {
            let connector = self.connectors.of(&connection.provider)?;
            connection.scopes = check_scopes(scopes, &*connector)?;
        }
        connection.pkce = settings.pkce.unwrap_or(connection.pkce);
        connection.additional_tools = settings.additional_tools.unwrap_or(connection.additional_tools);
        Ok(connection)
    }

    async fn replace_connection(
        &self,
        mut tx: Box<dyn Tx>,
        mut connection: Connection,
    ) -> Result<Connection, ServiceError> {
        connection.version += 1;
        connection.updated_at = self.core.now();
        let named = tx.connection_named(&connection.name).await?;
        if named.is_some_and(|other| other.id != connection.id) {
            return Err(name_taken(&connection.name));
        }
        if !tx.update_connection(&connection).await? {
            let message =
                "the connection was changed by somebody else at the same time; read it again and repeat";
            return Err(ServiceError::new(ErrorKind::Conflict, ErrorCode::Conflict, message));
        }
        self.audit.commit(tx).await?;
        self.live.forget_all();
        Ok(connection)
    }
}

/// Opens the client secret of a connection.
///
/// # Errors
/// `FailedPrecondition` where the connection has none yet.
pub(crate) fn client_secret(core: &Core, connection: &Connection) -> Result<Secret, ServiceError> {
    let sealed: &Sealed =
        connection.client_secret.as_ref().ok_or_else(|| not_configured(&connection.name))?;
    Ok(core.sealer().open(secret_context(&connection.id), sealed)?)
}

/// A connection whose OAuth app credentials are missing.
pub(crate) fn not_configured(name: &ConnectionName) -> ServiceError {
    let message =
        format!("connection `{name}` has no client id and secret yet; add them before connecting accounts");
    ServiceError::new(ErrorKind::FailedPrecondition, ErrorCode::ConnectionNotConfigured, message)
}

fn secret_context(id: &ConnectionId) -> SealContext<'_> {
    SealContext { record: "connection", id: id.as_str(), field: "client_secret", generation: 0 }
}

fn parse_id(id: &str) -> Result<ConnectionId, ServiceError> {
    ConnectionId::parse(id)
        .map_err(|error| ServiceError::invalid("connection_id", "prefix=conn_", error.to_string()))
}

fn parse_name(name: &str) -> Result<ConnectionName, ServiceError> {
    ConnectionName::parse(name)
        .map_err(|error| ServiceError::invalid("connector", "connection name", error.to_string()))
}

fn no_connection(id: &str) -> ServiceError {
    ServiceError::not_found(format!("there is no connection `{id}`"))
}

fn name_taken(name: &ConnectionName) -> ServiceError {
    let message = format!("a connection named `{name}` exists already; choose another name");
    ServiceError::new(ErrorKind::AlreadyExists, ErrorCode::AlreadyExists, message)
}
