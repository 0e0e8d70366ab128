//! Sealed secrets in SQLite.

use async_trait::async_trait;
use headwater_domain::sealed::Sealed;
use headwater_ports::store::{SealedField, SealedRecord, Seals, StoreError};
use sqlx::query;
use sqlx::sqlite::SqliteRow;

use crate::error::failed;
use crate::record::Record;
use crate::transaction::SqliteTx;

/// The statements that read and write one kind of secret.
struct Statements {
    read: &'static str,
    write: &'static str,
}

macro_rules! statements {
    ($table:literal, $id:literal, $sealed:literal, $generation:literal) => {
        Statements {
            read: concat!(
                "SELECT ",
                $id,
                " AS id, ",
                $generation,
                " AS generation, ",
                $sealed,
                " AS sealed FROM ",
                $table,
                " WHERE ",
                $id,
                " > ?1 AND ",
                $sealed,
                " IS NOT NULL ORDER BY ",
                $id,
                " LIMIT ?2",
            ),
            write: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $sealed,
                " = ?3 WHERE ",
                $id,
                " = ?1 AND ",
                $sealed,
                " = ?2"
            ),
        }
    };
}

fn statements(field: SealedField) -> Statements {
    match field {
        SealedField::AccessToken => statements!("grants", "account_id", "access_token", "generation"),
        SealedField::RefreshToken => statements!("grants", "account_id", "refresh_token", "generation"),
        SealedField::ClientSecret => statements!("connections", "id", "client_secret", "0"),
        SealedField::WebhookSecret => statements!("webhooks", "id", "secret", "secret_generation"),
        SealedField::PreviousWebhookSecret => {
            statements!("webhooks", "id", "previous_secret", "previous_generation")
        }
        SealedField::SigningKey => statements!("signing_keys", "id", "private_key", "0"),
    }
}

#[async_trait]
impl Seals for SqliteTx {
    async fn sealed_records(
        &mut self,
        field: SealedField,
        after: &str,
        limit: u32,
    ) -> Result<Vec<SealedRecord>, StoreError> {
        let statement = query(statements(field).read).bind(after.to_owned()).bind(i64::from(limit));
        let rows = statement.fetch_all(self.connection()).await.map_err(failed("list sealed secrets"))?;
        rows.iter().map(from_row).collect()
    }

    async fn replace_sealed(
        &mut self,
        field: SealedField,
        read: &SealedRecord,
        sealed: &Sealed,
    ) -> Result<bool, StoreError> {
        let done = query(statements(field).write)
            .bind(read.id.as_str())
            .bind(read.sealed.as_bytes())
            .bind(sealed.as_bytes())
            .execute(self.connection())
            .await
            .map_err(failed("seal a secret anew"))?;
        Ok(done.rows_affected() == 1)
    }
}

fn from_row(row: &SqliteRow) -> Result<SealedRecord, StoreError> {
    let record = Record::new("sealed secret", row);
    Ok(SealedRecord {
        id: record.get("id")?,
        generation: record.count("generation")?,
        sealed: record.sealed("sealed")?,
    })
}
