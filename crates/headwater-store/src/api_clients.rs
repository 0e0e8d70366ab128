//! API clients.

use async_trait::async_trait;
use headwater_domain::api_client::ApiClient;
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_ports::store::{ApiClients, StoreError};
use headwater_ports::stored::{read_secrets, write_secrets};

use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

const PUT: &str = "INSERT INTO api_clients (id, name, secrets, created_at, roles) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, secrets = excluded.secrets, created_at = excluded.created_at, \
     roles = excluded.roles";

#[async_trait]
impl ApiClients for StoreTx {
    async fn put_api_client(&mut self, client: &ApiClient) -> Result<(), StoreError> {
        let statement = Statement::new(PUT)
            .bind(client.id.as_str())
            .bind(client.name.as_str())
            .bind(write_secrets(&client.secrets))
            .bind(client.created_at)
            .bind(client.roles.to_string());
        self.execute("store an API client", statement).await?;
        Ok(())
    }

    async fn api_client(&mut self, id: &ClientId) -> Result<Option<ApiClient>, StoreError> {
        let statement = Statement::new("SELECT * FROM api_clients WHERE id = $1").bind(id.as_str());
        let row = self.select("read an API client", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn list_api_clients(&mut self) -> Result<Vec<ApiClient>, StoreError> {
        let statement = Statement::new("SELECT * FROM api_clients ORDER BY created_at, id");
        let rows = self.fetch_all("list API clients", statement).await?;
        rows.iter().map(from_row).collect()
    }

    async fn delete_api_client(&mut self, id: &ClientId) -> Result<bool, StoreError> {
        let statement = Statement::new("DELETE FROM api_clients WHERE id = $1").bind(id.as_str());
        self.change("remove an API client", statement).await
    }
}

fn from_row(row: &Row) -> Result<ApiClient, StoreError> {
    let record = Record::new("API client", row);
    Ok(ApiClient {
        id: record.parsed("id", ClientId::parse)?,
        name: record.get("name")?,
        roles: record.parsed("roles", Roles::parse)?,
        secrets: record.parsed("secrets", read_secrets)?,
        created_at: record.time("created_at")?,
    })
}
