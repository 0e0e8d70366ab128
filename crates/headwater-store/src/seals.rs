//! Sealed secrets.

use async_trait::async_trait;
use headwater_domain::sealed::Sealed;
use headwater_ports::store::{SealedField, SealedRecord, Seals, StoreError};

use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

/// Where one kind of secret is stored.
struct Columns {
    table: &'static str,
    id: &'static str,
    sealed: &'static str,
    /// What the secret was sealed with as its generation.
    generation: &'static str,
}

fn columns(field: SealedField) -> Columns {
    let (table, id, sealed, generation) = match field {
        SealedField::AccessToken => ("grants", "account_id", "access_token", "generation"),
        SealedField::RefreshToken => ("grants", "account_id", "refresh_token", "generation"),
        SealedField::ClientSecret => ("connections", "id", "client_secret", "CAST(0 AS BIGINT)"),
        SealedField::WebhookSecret => ("webhooks", "id", "secret", "secret_generation"),
        SealedField::PreviousWebhookSecret => ("webhooks", "id", "previous_secret", "previous_generation"),
        SealedField::SigningKey => ("signing_keys", "id", "private_key", "CAST(0 AS BIGINT)"),
    };
    Columns { table, id, sealed, generation }
}

#[async_trait]
impl Seals for StoreTx {
    async fn sealed_records(
        &mut self,
        field: SealedField,
        after: &str,
        limit: u32,
    ) -> Result<Vec<SealedRecord>, StoreError> {
        let Columns { table, id, sealed, generation } = columns(field);
        let text = format!(
            "SELECT {id} AS id, {generation} AS generation, {sealed} AS sealed FROM {table} \
             WHERE {id} > $1 AND {sealed} IS NOT NULL ORDER BY {id} LIMIT $2"
        );
        let rows =
            self.fetch_all("list sealed secrets", Statement::new(text).bind(after).bind(limit)).await?;
        rows.iter().map(from_row).collect()
    }

    async fn replace_sealed(
        &mut self,
        field: SealedField,
        read: &SealedRecord,
        sealed: &Sealed,
    ) -> Result<bool, StoreError> {
        let Columns { table, id, sealed: column, .. } = columns(field);
        let text = format!("UPDATE {table} SET {column} = $3 WHERE {id} = $1 AND {column} = $2");
        let statement = Statement::new(text).bind(read.id.as_str()).bind(&read.sealed).bind(sealed);
        self.change("seal a secret anew", statement).await
    }
}

fn from_row(row: &Row) -> Result<SealedRecord, StoreError> {
    let record = Record::new("sealed secret", row);
    Ok(SealedRecord {
        id: record.get("id")?,
        generation: record.count("generation")?,
        sealed: record.sealed("sealed")?,
    })
}
