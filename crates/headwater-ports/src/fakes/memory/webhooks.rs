//! Webhooks in memory.

use std::sync::Arc;

use async_trait::async_trait;
use headwater_domain::id::WebhookId;
use headwater_domain::webhook::Webhook;

use super::{MemoryTx, refused};
use crate::store::{StoreError, Webhooks};

#[async_trait]
impl Webhooks for MemoryTx {
    async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let webhooks = &mut self.change()?.webhooks;
        if webhooks.contains_key(&webhook.id) {
            return Err(refused("add a webhook twice"));
        }
        webhooks.insert(webhook.id.clone(), webhook.clone());
        Ok(())
    }

    async fn webhook(&mut self, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        Ok(self.state.webhooks.get(id).cloned())
    }

    async fn list_webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        let mut all: Vec<_> = self.state.webhooks.values().cloned().collect();
        all.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(all)
    }

    async fn update_webhook(&mut self, webhook: &Webhook) -> Result<bool, StoreError> {
        match self.change()?.webhooks.get_mut(&webhook.id) {
            Some(stored) if stored.version + 1 == webhook.version => {
                *stored = webhook.clone();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn delete_webhook(&mut self, id: &WebhookId) -> Result<bool, StoreError> {
        let state = self.change()?;
        Arc::make_mut(&mut state.deliveries).retain(|delivery| delivery.webhook_id != *id);
        Ok(state.webhooks.remove(id).is_some())
    }
}
