//! Webhooks.

use async_trait::async_trait;
use headwater_domain::id::WebhookId;
use headwater_domain::time::Timestamp;
use headwater_domain::webhook::{SigningSecret, Webhook};
use headwater_ports::store::{StoreError, Webhooks};
use headwater_ports::stored::{read_kinds, write_kinds};
use url::Url;

use crate::error::integer;
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

// The parameters of these two are bound by `bind`.
const INSERT: &str = "INSERT INTO webhooks (id, url, kinds, enabled, secret, secret_generation, previous_secret, \
     previous_generation, previous_until, created_at, updated_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const UPDATE: &str = "UPDATE webhooks SET url = $2, kinds = $3, enabled = $4, secret = $5, secret_generation = $6, \
     previous_secret = $7, previous_generation = $8, previous_until = $9, created_at = $10, updated_at = $11, \
     version = $12 WHERE id = $1 AND version + 1 = $12";

#[async_trait]
impl Webhooks for StoreTx {
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let action = "add a webhook";
        self.execute(action, bind(INSERT, webhook, action)?).await?;
        Ok(())
    }

    async fn webhook(&mut self, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        let statement = Statement::new("SELECT * FROM webhooks WHERE id = $1").bind(id.as_str());
        let row = self.select("read a webhook", statement).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn list_webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        let statement = Statement::new("SELECT * FROM webhooks ORDER BY created_at, id");
        let rows = self.fetch_all("list the webhooks", statement).await?;
        rows.iter().map(from_row).collect()
    }

    async fn update_webhook(&mut self, webhook: &Webhook) -> Result<bool, StoreError> {
        let action = "change a webhook";
        self.change(action, bind(UPDATE, webhook, action)?).await
    }

    async fn delete_webhook(&mut self, id: &WebhookId) -> Result<bool, StoreError> {
        let action = "remove a webhook";
        let deliveries = Statement::new("DELETE FROM deliveries WHERE webhook_id = $1").bind(id.as_str());
        self.execute(action, deliveries).await?;
        let statement = Statement::new("DELETE FROM webhooks WHERE id = $1").bind(id.as_str());
        self.change(action, statement).await
    }
}

fn bind(text: &'static str, webhook: &Webhook, action: &'static str) -> Result<Statement, StoreError> {
    let previous = webhook.previous.as_ref();
    let generation = previous.map(|(secret, _)| integer(secret.generation, action)).transpose()?;
    Ok(Statement::new(text)
        .bind(webhook.id.as_str())
        .bind(webhook.url.as_str())
        .bind(write_kinds(&webhook.kinds))
        .bind(webhook.enabled)
        .bind(&webhook.secret.sealed)
        .bind(integer(webhook.secret.generation, action)?)
        .bind(previous.map(|(secret, _)| &secret.sealed))
        .bind(generation)
        .bind(previous.map(|(_, until)| *until))
        .bind(webhook.created_at)
        .bind(webhook.updated_at)
        .bind(integer(webhook.version, action)?))
}

fn from_row(row: &Row) -> Result<Webhook, StoreError> {
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
