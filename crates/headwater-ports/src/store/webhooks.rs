//! Storage of webhooks.

use async_trait::async_trait;
use headwater_domain::id::WebhookId;
use headwater_domain::webhook::Webhook;

use super::StoreError;

/// Webhooks in storage.
#[async_trait]
pub trait Webhooks {
    /// Adds a webhook.
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError>;

    /// The webhook with this id.
    async fn webhook(&mut self, id: &WebhookId) -> Result<Option<Webhook>, StoreError>;

    /// All webhooks, oldest first.
    async fn list_webhooks(&mut self) -> Result<Vec<Webhook>, StoreError>;

    /// Replaces a webhook that still has `webhook.version - 1`. `false` when it has not or is gone.
    async fn update_webhook(&mut self, webhook: &Webhook) -> Result<bool, StoreError>;

    /// Removes a webhook with its deliveries. `false` when there is none.
    async fn delete_webhook(&mut self, id: &WebhookId) -> Result<bool, StoreError>;
}
