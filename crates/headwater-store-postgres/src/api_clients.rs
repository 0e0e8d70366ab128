//! API clients in PostgreSQL.

use async_trait::async_trait;
use headwater_domain::api_client::ApiClient;
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_ports::store::{ApiClients, StoreError};
use headwater_ports::stored::{read_secrets, write_secrets};
use sqlx::postgres::PgRow;
use sqlx::query;

use crate::error::failed;
use crate::record::Record;
use crate::transaction::PostgresTx;

const PUT: &str = "INSERT INTO api_clients (id, name, secrets, created_at, roles) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, secrets = excluded.secrets, created_at = excluded.created_at, \
     roles = excluded.roles";

#[async_trait]
impl ApiClients for PostgresTx {
    async fn put_api_client(&mut self, client: &ApiClient) -> Result<(), StoreError> {
        query(PUT)
            .bind(client.id.as_str())
            .bind(&client.name)
            .bind(write_secrets(&client.secrets))
            .bind(client.created_at.millis())
            .bind(client.roles.to_string())
            .execute(self.connection())
            .await
            .map_err(failed("store an API client"))?;
        Ok(())
    }

    async fn api_client(&mut self, id: &ClientId) -> Result<Option<ApiClient>, StoreError> {
        let statement = self.select("SELECT * FROM api_clients WHERE id = $1").bind(id.as_str());
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("read an API client"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn list_api_clients(&mut self) -> Result<Vec<ApiClient>, StoreError> {
        let statement = query("SELECT * FROM api_clients ORDER BY created_at, id");
        let rows = statement.fetch_all(self.connection()).await.map_err(failed("list API clients"))?;
        rows.iter().map(from_row).collect()
    }

    async fn delete_api_client(&mut self, id: &ClientId) -> Result<bool, StoreError> {
        let statement = query("DELETE FROM api_clients WHERE id = $1").bind(id.as_str());
        let done = statement.execute(self.connection()).await.map_err(failed("remove an API client"))?;
        Ok(done.rows_affected() == 1)
    }
}

fn from_row(row: &PgRow) -> Result<ApiClient, StoreError> {
    let record = Record::new("API client", row);
    Ok(ApiClient {
        id: record.parsed("id", ClientId::parse)?,
        name: record.get("name")?,
        roles: record.parsed("roles", Roles::parse)?,
        secrets: record.parsed("secrets", read_secrets)?,
        created_at: record.time("created_at")?,
    })
}
