//! Webhooks in SQLite.

use async_trait::async_trait;
use headwater_domain::id::WebhookId;
use headwater_domain::time::Timestamp;
use headwater_domain::webhook::{SigningSecret, Webhook};
use headwater_ports::store::{StoreError, Webhooks};
use headwater_ports::stored::{read_kinds, write_kinds};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Sqlite, query};
use url::Url;

use crate::error::{failed, integer};
use crate::record::Record;
use crate::transaction::SqliteTx;

// The parameters of these two are bound by `bind`.
const INSERT: &str = "INSERT INTO webhooks (id, url, kinds, enabled, secret, secret_generation, previous_secret, \
     previous_generation, previous_until, created_at, updated_at, version) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const UPDATE: &str = "UPDATE webhooks SET url = ?2, kinds = ?3, enabled = ?4, secret = ?5, secret_generation = ?6, \
     previous_secret = ?7, previous_generation = ?8, previous_until = ?9, created_at = ?10, updated_at = ?11, \
     version = ?12 WHERE id = ?1 AND version + 1 = ?12";

#[async_trait]
impl Webhooks for SqliteTx {
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let action = "add a webhook";
        bind(INSERT, webhook, action)?.execute(self.connection()).await.map_err(failed(action))?;
        Ok(())
    }

    async fn webhook(&mut self, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        let statement = query("SELECT * FROM webhooks WHERE id = ?1").bind(id.as_str());
        let row = statement.fetch_optional(self.connection()).await.map_err(failed("read a webhook"))?;
        row.as_ref().map(from_row).transpose()
    }

    async fn list_webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        let statement = query("SELECT * FROM webhooks ORDER BY created_at, id");
        let rows = statement.fetch_all(self.connection()).await.map_err(failed("list the webhooks"))?;
        rows.iter().map(from_row).collect()
    }

    async fn update_webhook(&mut self, webhook: &Webhook) -> Result<bool, StoreError> {
        let action = "change a webhook";
        let done = bind(UPDATE, webhook, action)?.execute(self.connection()).await.map_err(failed(action))?;
        Ok(done.rows_affected() == 1)
    }

    async fn delete_webhook(&mut self, id: &WebhookId) -> Result<bool, StoreError> {
        let action = "remove a webhook";
        let statement = query("DELETE FROM deliveries WHERE webhook_id = ?1").bind(id.as_str());
        statement.execute(self.connection()).await.map_err(failed(action))?;
        let statement = query("DELETE FROM webhooks WHERE id = ?1").bind(id.as_str());
        let done = statement.execute(self.connection()).await.map_err(failed(action))?;
        Ok(done.rows_affected() == 1)
    }
}

fn bind<'q>(
    statement: &'static str,
    webhook: &'q Webhook,
    action: &'static str,
) -> Result<Query<'q, Sqlite, SqliteArguments>, StoreError> {
    let previous = webhook.previous.as_ref();
    let generation = previous.map(|(secret, _)| integer(secret.generation, action)).transpose()?;
    Ok(query(statement)
        .bind(webhook.id.as_str())
        .bind(webhook.url.as_str())
        .bind(write_kinds(&webhook.kinds))
        .bind(webhook.enabled)
        .bind(webhook.secret.sealed.as_bytes())
        .bind(integer(webhook.secret.generation, action)?)
        .bind(previous.map(|(secret, _)| secret.sealed.as_bytes()))
        .bind(generation)
        .bind(previous.map(|(_, until)| until.millis()))
        .bind(webhook.created_at.millis())
        .bind(webhook.updated_at.millis())
        .bind(integer(webhook.version, action)?))
}

fn from_row(row: &SqliteRow) -> Result<Webhook, StoreError> {
    let record = Record::new("webhook", row);
    Ok(Webhook {
        id: record.parsed("id", WebhookId::parse)?,
        url: record.parsed("url", Url::parse)?,
        kinds: record.parsed("kinds", read_kinds)?,
        enabled: record.get("enabled")?,
        secret: SigningSecret {
            generation: record.count("secret_generation")?,
            sealed: record.sealed("secret")?,
        },
        previous: previous(record)?,
        created_at: record.time("created_at")?,
        updated_at: record.time("updated_at")?,
        version: record.count("version")?,
    })
}

fn previous(record: Record<'_>) -> Result<Option<(SigningSecret, Timestamp)>, StoreError> {
    let Some(sealed) = record.optional_sealed("previous_secret")? else { return Ok(None) };
    let generation = record.count("previous_generation")?;
    Ok(Some((SigningSecret { generation, sealed }, record.time("previous_until")?)))
}
