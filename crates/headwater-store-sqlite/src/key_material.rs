//! The deployment's own keys in SQLite.

use async_trait::async_trait;
use headwater_domain::id::SigningKeyId;
use headwater_domain::sealed::Sealed;
use headwater_ports::store::{KeyMaterial, StoreError, StoredSigningKey};
use sqlx::query;
use sqlx::sqlite::SqliteRow;

use crate::error::failed;
use crate::record::Record;
use crate::transaction::SqliteTx;

#[async_trait]
impl KeyMaterial for SqliteTx {
    async fn signing_keys(&mut self) -> Result<Vec<StoredSigningKey>, StoreError> {
        let statement = query("SELECT * FROM signing_keys ORDER BY created_at DESC, id DESC");
        let rows = statement.fetch_all(self.connection()).await.map_err(failed("read the signing keys"))?;
        rows.iter().map(from_row).collect()
    }

    async fn insert_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError> {
        query("INSERT INTO signing_keys (id, private_key, created_at) VALUES (?1, ?2, ?3)")
            .bind(key.id.as_str())
            .bind(key.private_key.as_bytes())
            .bind(key.created_at.millis())
            .execute(self.connection())
            .await
            .map_err(failed("add a signing key"))?;
        Ok(())
    }

    async fn delete_signing_key(&mut self, id: &SigningKeyId) -> Result<bool, StoreError> {
        let statement = query("DELETE FROM signing_keys WHERE id = ?1").bind(id.as_str());
        let done = statement.execute(self.connection()).await.map_err(failed("remove a signing key"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn key_check(&mut self) -> Result<Option<Sealed>, StoreError> {
        let statement = query("SELECT sealed FROM key_check");
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("read the key check"))?;
        row.as_ref().map(|row| Record::new("key check", row).sealed("sealed")).transpose()
    }

    async fn put_key_check(&mut self, sealed: &Sealed) -> Result<(), StoreError> {
        query("INSERT INTO key_check (only, sealed) VALUES (1, ?1) ON CONFLICT (only) DO UPDATE SET sealed = ?1")
            .bind(sealed.as_bytes())
            .execute(self.connection())
            .await
            .map_err(failed("store the key check"))?;
        Ok(())
    }
}

fn from_row(row: &SqliteRow) -> Result<StoredSigningKey, StoreError> {
    let record = Record::new("signing key", row);
    Ok(StoredSigningKey {
        id: record.parsed("id", SigningKeyId::parse)?,
        private_key: record.sealed("private_key")?,
        created_at: record.time("created_at")?,
    })
}
