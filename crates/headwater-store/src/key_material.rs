//! The deployment's own keys.

use async_trait::async_trait;
use headwater_domain::id::SigningKeyId;
use headwater_domain::sealed::Sealed;
use headwater_ports::store::{KeyMaterial, StoreError, StoredSigningKey};

use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

#[async_trait]
impl KeyMaterial for StoreTx {
    async fn signing_keys(&mut self) -> Result<Vec<StoredSigningKey>, StoreError> {
        let action = "read the signing keys";
        // A writer that finds no key makes one. The row of the key check is the lock, because it is always there.
        self.lock(action, Statement::new("SELECT sealed FROM key_check")).await?;
        let statement = Statement::new("SELECT * FROM signing_keys ORDER BY created_at DESC, id DESC");
        let rows = self.fetch_all(action, statement).await?;
        rows.iter().map(from_row).collect()
    }

    async fn insert_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError> {
        let text = "INSERT INTO signing_keys (id, private_key, created_at) VALUES ($1, $2, $3)";
        let statement =
            Statement::new(text).bind(key.id.as_str()).bind(&key.private_key).bind(key.created_at);
        self.execute("add a signing key", statement).await?;
        Ok(())
    }

    async fn delete_signing_key(&mut self, id: &SigningKeyId) -> Result<bool, StoreError> {
        let statement = Statement::new("DELETE FROM signing_keys WHERE id = $1").bind(id.as_str());
        self.change("remove a signing key", statement).await
    }

    async fn key_check(&mut self) -> Result<Option<Sealed>, StoreError> {
        let statement = Statement::new("SELECT sealed FROM key_check");
        let row = self.fetch_optional("read the key check", statement).await?;
        row.map(|row| Record::new("key check", &row).sealed("sealed")).transpose()
    }

    async fn put_key_check(&mut self, sealed: &Sealed) -> Result<(), StoreError> {
        let singleton = self.dialect().singleton();
        let text = format!(
            "INSERT INTO key_check ({singleton}, sealed) VALUES (1, $1) \
             ON CONFLICT ({singleton}) DO UPDATE SET sealed = $1"
        );
        self.execute("store the key check", Statement::new(text).bind(sealed)).await?;
        Ok(())
    }
}

fn from_row(row: &Row) -> Result<StoredSigningKey, StoreError> {
    let record = Record::new("signing key", row);
    Ok(StoredSigningKey {
        id: record.parsed("id", SigningKeyId::parse)?,
        private_key: record.sealed("private_key")?,
        created_at: record.time("created_at")?,
    })
}
