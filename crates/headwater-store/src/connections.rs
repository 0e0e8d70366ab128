//! Connections.

use async_trait::async_trait;
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::id::ConnectionId;
use headwater_domain::name::ConnectionName;
use headwater_domain::page::{Listing, Page};
use headwater_domain::provider::ProviderKey;
use headwater_ports::store::{ConnectionFilter, Connections, StoreError};
use headwater_ports::stored::to_json;
use url::Url;

use crate::dialect::Dialect;
use crate::error::integer;
use crate::list::{List, searchable};
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

// The parameters of these two are bound by `bind`.
const INSERT: &str = "INSERT INTO connections (id, name, provider, client_id, client_secret, scopes, authorize_url, \
     token_url, resources_url, api_base_url, pkce, enabled, created_at, updated_at, version, \
     additional_tools) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (name) DO NOTHING";
const UPDATE: &str = "UPDATE connections SET name = $2, provider = $3, client_id = $4, client_secret = $5, \
     scopes = $6, authorize_url = $7, token_url = $8, resources_url = $9, api_base_url = $10, pkce = $11, \
     enabled = $12, created_at = $13, updated_at = $14, version = $15, additional_tools = $16 WHERE id = $1 AND version + 1 = $15 \
     AND NOT EXISTS (SELECT 1 FROM connections AS other WHERE other.name = $2 AND other.id <> $1)";

const LIST: List = List { action: "list connections", table: "connections", order: "name" };

#[async_trait]
impl Connections for StoreTx {
    async fn insert_connection(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let action = "add a connection";
        self.change(action, bind(INSERT, connection, action)?).await
    }

    async fn connection(&mut self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        let statement = Statement::new("SELECT * FROM connections WHERE id = $1").bind(id.as_str());
        let row = self.select("read a connection", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn connection_named(&mut self, name: &ConnectionName) -> Result<Option<Connection>, StoreError> {
        let statement = Statement::new("SELECT * FROM connections WHERE name = $1").bind(name.as_str());
        let row = self.select("read a connection", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn update_connection(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let action = "change a connection";
        // Two that find the same name free may both get as far as here; the unique index lets one through.
        self.attempt(action, bind(UPDATE, connection, action)?).await
    }

    async fn delete_connection(&mut self, id: &ConnectionId) -> Result<bool, StoreError> {
        let statement = Statement::new("DELETE FROM connections WHERE id = $1").bind(id.as_str());
        self.change("remove a connection", statement).await
    }

    async fn list_connections(
        &mut self,
        filter: &ConnectionFilter,
        page: Page,
    ) -> Result<Listing<Connection>, StoreError> {
        let dialect = self.dialect();
        LIST.page(self, page, |statement| narrow(statement, dialect, filter), from_row).await
    }
}

fn bind(text: &'static str, connection: &Connection, action: &'static str) -> Result<Statement, StoreError> {
    let endpoints = &connection.endpoints;
    Ok(Statement::new(text)
        .bind(connection.id.as_str())
        .bind(connection.name.as_str())
        .bind(connection.provider.as_str())
        .bind(connection.client_id.as_str())
        .bind(connection.client_secret.as_ref())
        .bind(to_json(&connection.scopes))
        .bind(endpoints.authorize.as_str())
        .bind(endpoints.token.as_str())
        .bind(endpoints.resources.as_str())
        .bind(endpoints.api_base.as_str())
        .bind(connection.pkce)
        .bind(connection.enabled)
        .bind(connection.created_at)
        .bind(connection.updated_at)
        .bind(integer(connection.version, action)?)
        .bind(connection.additional_tools))
}

fn narrow(statement: &mut Statement, dialect: Dialect, filter: &ConnectionFilter) {
    if let Some(provider) = searchable(statement, filter.provider.as_deref()) {
        statement.push(" AND provider = ").push_bind(provider);
    }
    if let Some(text) = searchable(statement, filter.query.as_deref()) {
        statement.push(" AND ").push(dialect.position()).push("(lower(name), lower(");
        statement.push_bind(text).push(")) > 0");
    }
}

fn from_row(row: &Row) -> Result<Connection, StoreError> {
    let record = Record::new("connection", row);
    Ok(Connection {
        id: record.parsed("id", ConnectionId::parse)?,
        name: record.parsed("name", ConnectionName::parse)?,
        provider: ProviderKey::new(record.get("provider")?),
        client_id: record.get("client_id")?,
        client_secret: record.optional_sealed("client_secret")?,
        scopes: record.json("scopes")?,
        endpoints: Endpoints {
            authorize: record.parsed("authorize_url", Url::parse)?,
            token: record.parsed("token_url", Url::parse)?,
            resources: record.parsed("resources_url", Url::parse)?,
            api_base: record.parsed("api_base_url", Url::parse)?,
        },
        pkce: record.get("pkce")?,
        enabled: record.get("enabled")?,
        additional_tools: record.get("additional_tools")?,
        created_at: record.time("created_at")?,
        updated_at: record.time("updated_at")?,
        version: record.count("version")?,
    })
}
