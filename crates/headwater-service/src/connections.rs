//! Connections: registering the operator's OAuth apps.

mod endpoints;

use headwater_catalog::connector::Connector;
use headwater_catalog::names::nearest;
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::error::ErrorKind;
use headwater_domain::id::ConnectionId;
use headwater_domain::name::ConnectionName;
use headwater_domain::page::{Listing, Page};
use headwater_domain::provider::ProviderKey;
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_ports::sealer::SealContext;
pub use headwater_ports::store::ConnectionFilter;
use headwater_ports::store::Tx;

use crate::audit::{self, Act, Audit};
use crate::bounds;
use crate::connectors::Connectors;
use crate::core::Core;
use crate::error::ServiceError;
use crate::events::Events;
use crate::live::LiveCache;

/// The most scopes that Atlassian accepts in one consent.
const MAX_SCOPES: usize = 50;

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
    pub async fn get(&self, id: &str) -> Result<Connection, ServiceError> {
        let id = parse_id(id)?;
        self.core.store().read().await?.connection(&id).await?.ok_or_else(|| no_connection(id.as_str()))
    }

    /// The connection with this name.
    pub async fn named(&self, name: &str) -> Result<Connection, ServiceError> {
        let parsed = parse_name(name)?;
        let mut tx = self.core.store().read().await?;
        match tx.connection_named(&parsed).await? {
            Some(connection) => Ok(connection),
            None => Err(unknown_connection(&mut *tx, name).await?),
        }
    }

    /// One page of connections, by name.
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
            return Err(ServiceError::new(ErrorKind::Conflict, "CONFLICT", message));
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

/// Finds the connection with this name.
///
/// # Errors
/// `NotFound` where there is none, with the names that could have been meant.
pub(crate) async fn find_connection(tx: &mut dyn Tx, name: &str) -> Result<Connection, ServiceError> {
    if let Ok(parsed) = ConnectionName::parse(name)
        && let Some(connection) = tx.connection_named(&parsed).await?
    {
        return Ok(connection);
    }
    Err(unknown_connection(tx, name).await?)
}

/// A connection whose OAuth app credentials are missing.
pub(crate) fn not_configured(name: &ConnectionName) -> ServiceError {
    let message =
        format!("connection `{name}` has no client id and secret yet; add them before connecting accounts");
    ServiceError::new(ErrorKind::FailedPrecondition, "CONNECTION_NOT_CONFIGURED", message)
}

/// How many connections are looked through for a name that could have been meant.
const LOOKED_THROUGH: u32 = 200;
/// How many names an error tells.
const TOLD: usize = 3;

/// The error for a name that no connection has, with the names that could have been meant.
async fn unknown_connection(tx: &mut dyn Tx, name: &str) -> Result<ServiceError, ServiceError> {
    let page = Page { offset: 0, limit: LOOKED_THROUGH };
    let known = tx.list_connections(&ConnectionFilter::default(), page).await?.items;
    let names = || known.iter().map(|it| it.name.as_str());
    let near = nearest(name, names(), TOLD);
    let advice = if known.is_empty() {
        "there is none yet; create one with `headwater connection create`".to_owned()
    } else if !near.is_empty() {
        format!("did you mean {}?", quoted(near.into_iter()))
    } else {
        let more = if known.len() > TOLD { ", …" } else { "" };
        format!("there is {}{more}", quoted(names().take(TOLD)))
    };
    let name = name.chars().take(100).collect::<String>();
    Ok(ServiceError::not_found(format!("there is no connection named `{name}`; {advice}")))
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
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
    ServiceError::new(ErrorKind::AlreadyExists, "ALREADY_EXISTS", message)
}

/// Scopes are sent separated by spaces, so none may hold one; `offline_access` is always added by the flow.
fn check_scopes(scopes: Vec<String>, connector: &dyn Connector) -> Result<Vec<String>, ServiceError> {
    let odd =
        |scope: &&String| scope.is_empty() || scope.chars().any(|it| it.is_whitespace() || it.is_control());
    for scope in &scopes {
        bounds::text("scopes", scope, bounds::SCOPE)?;
    }
    if let Some(scope) = scopes.iter().find(odd) {
        let message =
            format!("`{}` is not a scope: write one scope per entry, without spaces", scope.escape_debug());
        return Err(ServiceError::invalid("scopes", "no white space", message));
    }
    if let Some(problem) = scopes.iter().find_map(|scope| connector.scope_problem(scope)) {
        return Err(ServiceError::invalid("scopes", "known scopes", problem));
    }
    let mut kept: Vec<String> = Vec::with_capacity(scopes.len());
    for scope in scopes {
        if scope != "offline_access" && !kept.contains(&scope) {
            kept.push(scope);
        }
    }
    if kept.len() > MAX_SCOPES {
        let message = format!(
            "{} scopes are more than the {MAX_SCOPES} that Atlassian accepts in one consent",
            kept.len()
        );
        return Err(ServiceError::invalid("scopes", "max_items=50", message));
    }
    Ok(kept)
}
