//! API clients in SQLite.

use async_trait::async_trait;
use headwater_domain::api_client::{ApiClient, ClientSecretDigest};
use headwater_domain::id::ClientId;
use headwater_domain::time::Timestamp;
use headwater_ports::store::{ApiClients, StoreError};
use serde::{Deserialize, Serialize};
use sqlx::query;
use sqlx::sqlite::SqliteRow;

use crate::error::failed;
use crate::json::{decode_digest, encode, to_json};
use crate::record::Record;
use crate::transaction::SqliteTx;

const PUT: &str = "INSERT INTO api_clients (id, name, secrets, created_at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, secrets = excluded.secrets, created_at = excluded.created_at";

/// A client secret as written in the list of secrets. Fields are only ever added, as optional ones.
#[derive(Serialize, Deserialize)]
struct WireSecret {
    /// Base64.
    digest: String,
    created_at: i64,
    expires_at: Option<i64>,
}

#[async_trait]
impl ApiClients for SqliteTx {
    async fn put_api_client(&mut self, client: &ApiClient) -> Result<(), StoreError> {
        let secrets: Vec<_> = client.secrets.iter().map(to_wire).collect();
        query(PUT)
            .bind(client.id.as_str())
            .bind(&client.name)
            .bind(to_json(&secrets))
            .bind(client.created_at.millis())
            .execute(self.connection())
            .await
            .map_err(failed("store an API client"))?;
        Ok(())
    }

    async fn api_client(&mut self, id: &ClientId) -> Result<Option<ApiClient>, StoreError> {
        let statement = query("SELECT * FROM api_clients WHERE id = ?1").bind(id.as_str());
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("read an API client"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn list_api_clients(&mut self) -> Result<Vec<ApiClient>, StoreError> {
        let statement = query("SELECT * FROM api_clients ORDER BY created_at, id");
        let rows = statement.fetch_all(self.connection()).await.map_err(failed("list API clients"))?;
        rows.iter().map(from_row).collect()
    }

    async fn delete_api_client(&mut self, id: &ClientId) -> Result<bool, StoreError> {
        let statement = query("DELETE FROM api_clients WHERE id = ?1").bind(id.as_str());
        let done = statement.execute(self.connection()).await.map_err(failed("remove an API client"))?;
        Ok(done.rows_affected() == 1)
    }
}

fn to_wire(secret: &ClientSecretDigest) -> WireSecret {
    WireSecret {
        digest: encode(&secret.digest),
        created_at: secret.created_at.millis(),
        expires_at: secret.expires_at.map(Timestamp::millis),
    }
}

fn from_wire(secret: &WireSecret) -> Result<ClientSecretDigest, String> {
    Ok(ClientSecretDigest {
        digest: decode_digest(&secret.digest)?,
        created_at: Timestamp::from_millis(secret.created_at),
        expires_at: secret.expires_at.map(Timestamp::from_millis),
    })
}

fn from_row(row: &SqliteRow) -> Result<ApiClient, StoreError> {
    let record = Record::new("API client", row);
    let secrets: Vec<WireSecret> = record.json("secrets")?;
    let secrets: Result<_, _> = secrets.iter().map(from_wire).collect();
    Ok(ApiClient {
        id: record.parsed("id", ClientId::parse)?,
        name: record.get("name")?,
        secrets: secrets.map_err(|reason| record.corrupt("secrets", reason))?,
        created_at: record.time("created_at")?,
    })
}
