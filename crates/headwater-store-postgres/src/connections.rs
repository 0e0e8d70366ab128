//! Connections in PostgreSQL.

use async_trait::async_trait;
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::id::ConnectionId;
use headwater_domain::name::ConnectionName;
use headwater_domain::page::{Listing, Page};
use headwater_domain::provider::ProviderKey;
use headwater_domain::sealed::Sealed;
use headwater_ports::store::{ConnectionFilter, Connections, StoreError};
use headwater_ports::stored::to_json;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Connection as _, Postgres, QueryBuilder, query};
use url::Url;

use crate::error::{failed, integer};
use crate::record::{Record, total};
use crate::transaction::PostgresTx;

// The parameters of these two are bound by `bind`.
const INSERT: &str = "INSERT INTO connections (id, name, provider, client_id, client_secret, scopes, authorize_url, \
     token_url, resources_url, api_base_url, pkce, enabled, created_at, updated_at, version, \
     additional_tools) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (name) DO NOTHING";
const UPDATE: &str = "UPDATE connections SET name = $2, provider = $3, client_id = $4, client_secret = $5, \
     scopes = $6, authorize_url = $7, token_url = $8, resources_url = $9, api_base_url = $10, pkce = $11, \
     enabled = $12, created_at = $13, updated_at = $14, version = $15, additional_tools = $16 WHERE id = $1 AND version + 1 = $15 \
     AND NOT EXISTS (SELECT 1 FROM connections AS other WHERE other.name = $2 AND other.id <> $1)";

#[async_trait]
impl Connections for PostgresTx {
    async fn insert_connection(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let action = "add a connection";
        let statement = bind(INSERT, connection, action)?;
        let done = statement.execute(self.connection()).await.map_err(failed(action))?;
        Ok(done.rows_affected() == 1)
    }

    async fn connection(&mut self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        let statement = self.select("SELECT * FROM connections WHERE id = $1").bind(id.as_str());
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("read a connection"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn connection_named(&mut self, name: &ConnectionName) -> Result<Option<Connection>, StoreError> {
        let statement = self.select("SELECT * FROM connections WHERE name = $1").bind(name.as_str());
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("read a connection"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn update_connection(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        let action = "change a connection";
        let statement = bind(UPDATE, connection, action)?;
        // Somebody may take the name at the same moment. A savepoint, so that this is no failure of everything.
        let mut attempt = self.connection().begin().await.map_err(failed(action))?;
        match statement.execute(&mut *attempt).await {
            Ok(done) => {
                attempt.commit().await.map_err(failed(action))?;
                Ok(done.rows_affected() == 1)
            }
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                attempt.rollback().await.map_err(failed(action))?;
                Ok(false)
            }
            Err(error) => Err(failed(action)(error)),
        }
    }

    async fn delete_connection(&mut self, id: &ConnectionId) -> Result<bool, StoreError> {
        let statement = query("DELETE FROM connections WHERE id = $1").bind(id.as_str());
        let done = statement.execute(self.connection()).await.map_err(failed("remove a connection"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn list_connections(
        &mut self,
        filter: &ConnectionFilter,
        page: Page,
    ) -> Result<Listing<Connection>, StoreError> {
        let action = "list connections";
        let mut count = QueryBuilder::new("SELECT count(*) FROM connections WHERE true");
        narrow(&mut count, filter);
        let count: i64 =
            count.build_query_scalar().fetch_one(self.connection()).await.map_err(failed(action))?;
        let mut rows = QueryBuilder::new("SELECT * FROM connections WHERE true");
        narrow(&mut rows, filter);
        rows.push(" ORDER BY name LIMIT ").push_bind(i64::from(page.limit));
        rows.push(" OFFSET ").push_bind(i64::from(page.offset));
        let rows = rows.build().fetch_all(self.connection()).await.map_err(failed(action))?;
        Ok(Listing { items: rows.iter().map(from_row).collect::<Result<_, _>>()?, total: total(count) })
    }
}

fn bind<'q>(
    statement: &'static str,
    connection: &'q Connection,
    action: &'static str,
) -> Result<Query<'q, Postgres, PgArguments>, StoreError> {
    let endpoints = &connection.endpoints;
    Ok(query(statement)
        .bind(connection.id.as_str())
        .bind(connection.name.as_str())
        .bind(connection.provider.as_str())
        .bind(&connection.client_id)
        .bind(connection.client_secret.as_ref().map(Sealed::as_bytes))
        .bind(to_json(&connection.scopes))
        .bind(endpoints.authorize.as_str())
        .bind(endpoints.token.as_str())
        .bind(endpoints.resources.as_str())
        .bind(endpoints.api_base.as_str())
        .bind(connection.pkce)
        .bind(connection.enabled)
        .bind(connection.created_at.millis())
        .bind(connection.updated_at.millis())
        .bind(integer(connection.version, action)?)
        .bind(connection.additional_tools))
}

fn narrow(statement: &mut QueryBuilder<Postgres>, filter: &ConnectionFilter) {
    if let Some(provider) = searchable(statement, filter.provider.as_deref()) {
        statement.push(" AND provider = ").push_bind(provider.to_owned());
    }
    // Not LIKE: here nothing in the text is a wildcard, and its length has no limit.
    if let Some(text) = searchable(statement, filter.query.as_deref()) {
        statement.push(" AND strpos(lower(name), lower(").push_bind(text.to_owned()).push(")) > 0");
    }
}

/// A filter that narrows the list; the empty text does not. One with a NUL narrows it to nothing: no stored text has
/// one, and PostgreSQL refuses to compare with it.
pub(crate) fn searchable<'t>(
    statement: &mut QueryBuilder<Postgres>,
    text: Option<&'t str>,
) -> Option<&'t str> {
    let text = text.filter(|text| !text.is_empty())?;
    if text.contains('\0') {
        statement.push(" AND false");
        return None;
    }
    Some(text)
}

fn from_row(row: &PgRow) -> Result<Connection, StoreError> {
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
