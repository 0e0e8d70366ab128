//! Webhooks and their deliveries.

use headwater_domain::delivery::{Delivery, DeliveryState};
use headwater_domain::event::EventKind;
use headwater_domain::id::{EventId, WebhookId};
use headwater_domain::webhook::Webhook;
use headwater_service::error::ServiceError;
use headwater_service::webhooks::{DeliveryFilter, NewWebhookSecret};

use super::timestamp::timestamp;
use crate::proto::webhooks;

/// A webhook as the wire has it.
pub(crate) fn webhook(webhook: Webhook) -> webhooks::Webhook {
    webhooks::Webhook {
        id: webhook.id.to_string(),
        url: webhook.url.into(),
        event_types: webhook.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        enabled: webhook.enabled,
        create_time: Some(timestamp(webhook.created_at)),
        update_time: Some(timestamp(webhook.updated_at)),
    }
}

/// A new signing secret; the one place where it leaves.
#[expect(clippy::disallowed_methods, reason = "a new signing secret is handed to the application, once")]
pub(crate) fn secret(new: NewWebhookSecret) -> webhooks::WebhookSecret {
    webhooks::WebhookSecret { secret: new.secret.expose().to_owned(), webhook: Some(webhook(new.webhook)) }
}

/// A delivery as the wire has it.
pub(crate) fn delivery(delivery: Delivery) -> webhooks::Delivery {
    let pending = delivery.state == DeliveryState::Pending;
    webhooks::Delivery {
        event_id: delivery.event_id.to_string(),
        webhook_id: delivery.webhook_id.to_string(),
        connected_account_id: delivery.account_id.to_string(),
        state: state(delivery.state).into(),
        attempts: delivery.attempts,
        next_attempt_time: pending.then(|| timestamp(delivery.next_attempt_at)),
        last_status: delivery.last_status.map(u32::from),
        last_error: delivery.last_error.unwrap_or_default(),
        update_time: Some(timestamp(delivery.updated_at)),
    }
}

fn state(state: DeliveryState) -> webhooks::DeliveryState {
    match state {
        DeliveryState::Pending => webhooks::DeliveryState::Pending,
        DeliveryState::Delivered => webhooks::DeliveryState::Delivered,
        DeliveryState::Dead => webhooks::DeliveryState::Dead,
    }
}

/// Which deliveries are wanted; empty texts do not narrow.
pub(crate) fn filter(request: &webhooks::ListDeliveriesRequest) -> Result<DeliveryFilter, ServiceError> {
    let state = match request.state() {
        webhooks::DeliveryState::Unspecified => None,
        webhooks::DeliveryState::Pending => Some(DeliveryState::Pending),
        webhooks::DeliveryState::Delivered => Some(DeliveryState::Delivered),
        webhooks::DeliveryState::Dead => Some(DeliveryState::Dead),
    };
    let given = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
    Ok(DeliveryFilter {
        webhook: given(&request.webhook_id).map(|id| webhook_id(&id)).transpose()?,
        event: event_id(&request.event_id)?,
        state,
    })
}

/// The id of a webhook.
pub(crate) fn webhook_id(text: &str) -> Result<WebhookId, ServiceError> {
    WebhookId::parse(text)
        .map_err(|error| ServiceError::invalid("webhook_id", "webhook id", error.to_string()))
}

/// The id of an event; nothing for an empty text.
pub(crate) fn event_id(text: &str) -> Result<Option<EventId>, ServiceError> {
    let parse = |text| {
        EventId::parse(text).map_err(|error| ServiceError::invalid("event_id", "event id", error.to_string()))
    };
    (!text.is_empty()).then(|| parse(text)).transpose()
}

/// Types of events.
pub(crate) fn kinds(names: &[String]) -> Result<Vec<EventKind>, ServiceError> {
    EventKind::parse_list(names)
        .map_err(|error| ServiceError::invalid("event_types", "known event type", error.to_string()))
}
