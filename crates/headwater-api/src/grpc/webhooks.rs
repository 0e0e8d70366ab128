//! `headwater.v1.webhooks.WebhookService`: endpoints that events are delivered to.

use std::time::Duration;

use headwater_domain::delivery::DeliveryState;
use headwater_service::error::ServiceError;
use headwater_service::webhooks::{DeliveryFilter, WebhookChange, Webhooks};
use tonic::{Request, Response, Status, async_trait};

use super::checked;
use crate::error::status;
use crate::proto::webhooks::webhook_service_server::WebhookService;
use crate::proto::webhooks::{
    CreateWebhookRequest, DeleteWebhookRequest, GetWebhookRequest, ListDeliveriesRequest,
    ListDeliveriesResponse, ListWebhooksRequest, ListWebhooksResponse, ReplayDeliveriesRequest,
    ReplayDeliveriesResponse, RotateWebhookSecretRequest, UpdateWebhookRequest, Webhook, WebhookSecret,
};
use crate::wire::page::page;
use crate::wire::webhook::{delivery, event_id, filter, kinds, secret, webhook, webhook_id};

const DEFAULT_SIZE: u32 = 30;
const MAX_SIZE: u32 = 100;
const DEFAULT_GRACE_HOURS: u32 = 24;

/// Answers calls about webhooks.
#[derive(Clone)]
pub(super) struct WebhookHandlers {
    pub(super) webhooks: Webhooks,
}

#[async_trait]
impl WebhookService for WebhookHandlers {
    async fn create_webhook(
        &self,
        request: Request<CreateWebhookRequest>,
    ) -> Result<Response<WebhookSecret>, Status> {
        let request = checked(request)?;
        let kinds = kinds(&request.event_types).map_err(refused)?;
        let made = self.webhooks.create(&request.url, kinds).await.map_err(refused)?;
        Ok(Response::new(secret(made)))
    }

    async fn list_webhooks(
        &self,
        _: Request<ListWebhooksRequest>,
    ) -> Result<Response<ListWebhooksResponse>, Status> {
        let webhooks = self.webhooks.list().await.map_err(refused)?;
        Ok(Response::new(ListWebhooksResponse { webhooks: webhooks.into_iter().map(webhook).collect() }))
    }

    async fn get_webhook(&self, request: Request<GetWebhookRequest>) -> Result<Response<Webhook>, Status> {
        let id = webhook_id(&checked(request)?.webhook_id).map_err(refused)?;
        Ok(Response::new(webhook(self.webhooks.get(&id).await.map_err(refused)?)))
    }

    async fn update_webhook(
        &self,
        request: Request<UpdateWebhookRequest>,
    ) -> Result<Response<Webhook>, Status> {
        let request = checked(request)?;
        let id = webhook_id(&request.webhook_id).map_err(refused)?;
        let kinds = request.event_types.map(|it| kinds(&it.types)).transpose().map_err(refused)?;
        let change = WebhookChange { url: request.url, kinds, enabled: request.enabled };
        Ok(Response::new(webhook(self.webhooks.update(&id, change).await.map_err(refused)?)))
    }

    async fn delete_webhook(&self, request: Request<DeleteWebhookRequest>) -> Result<Response<()>, Status> {
        let id = webhook_id(&checked(request)?.webhook_id).map_err(refused)?;
        self.webhooks.delete(&id).await.map_err(refused)?;
        Ok(Response::new(()))
    }

    async fn rotate_webhook_secret(
        &self,
        request: Request<RotateWebhookSecretRequest>,
    ) -> Result<Response<WebhookSecret>, Status> {
        let request = checked(request)?;
        let id = webhook_id(&request.webhook_id).map_err(refused)?;
        let hours = request.grace_hours.unwrap_or(DEFAULT_GRACE_HOURS);
        let grace = Duration::from_secs(u64::from(hours) * 3600);
        Ok(Response::new(secret(self.webhooks.rotate(&id, grace).await.map_err(refused)?)))
    }

    async fn replay_deliveries(
        &self,
        request: Request<ReplayDeliveriesRequest>,
    ) -> Result<Response<ReplayDeliveriesResponse>, Status> {
        let request = checked(request)?;
        let webhook = Some(webhook_id(&request.webhook_id).map_err(refused)?);
        let event = event_id(&request.event_id).map_err(refused)?;
        let state = event.is_none().then_some(DeliveryState::Dead);
        let filter = DeliveryFilter { webhook, event, state };
        let count = self.webhooks.replay(&filter).await.map_err(refused)?;
        Ok(Response::new(ReplayDeliveriesResponse { count: u32::try_from(count).unwrap_or(u32::MAX) }))
    }

    async fn list_deliveries(
        &self,
        request: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        let request = checked(request)?;
        let page = page(request.page_size, &request.page_token, DEFAULT_SIZE, MAX_SIZE).map_err(refused)?;
        let filter = filter(&request).map_err(refused)?;
        let listing = self.webhooks.deliveries(&filter, page).await.map_err(refused)?;
        Ok(Response::new(ListDeliveriesResponse {
            next_page_token: page.next_token(listing.total),
            prev_page_token: page.previous_token(),
            total_size: listing.total,
            deliveries: listing.items.into_iter().map(delivery).collect(),
        }))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "this is what errors are mapped with")]
fn refused(error: ServiceError) -> Status {
    status(&error)
}
