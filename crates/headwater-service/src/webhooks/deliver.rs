//! Delivering events: at least once, in the order of each account, again and again until it works or is given up.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use headwater_domain::delivery::{AttemptResult, Delivery, DeliveryState, LEASE, pause_after};
use headwater_domain::event::Event;
use headwater_domain::webhook::Webhook;
use headwater_ports::upstream::{Patience, full};
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request, StatusCode};

use super::Webhooks;
use crate::chaos::CrashPoint;
use crate::error::ServiceError;
use crate::provider_http::OUR_NAME;

/// How many deliveries are begun together.
const ROUND: u32 = 32;
/// How many are under way at the same time.
const AT_ONCE: usize = 16;
/// How long one call of the job goes on beginning more, so that a stop does not wait for a long line.
const GO_ON: Duration = Duration::from_secs(2);
/// How long an endpoint may take.
const PATIENCE: Patience = Patience { response: Duration::from_secs(10), idle: Duration::from_secs(5) };

/// Why an endpoint did not take an event.
enum Failure {
    /// It answered something else than success.
    Answered(StatusCode),
    /// There is no answer.
    Silent(String),
    /// The webhook or the event is gone.
    Gone,
}

impl Webhooks {
    /// Makes the deliveries that are due. Called by a job; returns how many attempts were made.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn deliver_due(&self) -> Result<usize, ServiceError> {
        let end = self.core.clock().elapsed() + GO_ON;
        let mut attempts = 0;
        loop {
            let begun = self.begin_deliveries().await?;
            if begun.is_empty() {
                return Ok(attempts);
            }
            attempts += begun.len();
            let failures = stream::iter(begun)
                .map(|delivery| async move { self.deliver(delivery).await.err() })
                .buffer_unordered(AT_ONCE)
                .filter_map(std::future::ready)
                .collect::<Vec<_>>()
                .await;
            // What could not be noted is taken up again when its time is over.
            if let Some(error) = failures.into_iter().next() {
                return Err(error);
            }
            if self.core.clock().elapsed() > end {
                return Ok(attempts);
            }
        }
    }

    async fn begin_deliveries(&self) -> Result<Vec<Delivery>, ServiceError> {
        let now = self.core.now();
        let due = self.core.store().read().await?.deliveries_due(now, ROUND).await?;
        if due.is_empty() {
            return Ok(due);
        }
        let mut tx = self.core.store().write().await?;
        let mut begun = Vec::with_capacity(due.len());
        for delivery in due {
            if tx.begin_delivery(&delivery, now.plus(LEASE)).await? {
                begun.push(Delivery { attempts: delivery.attempts + 1, ..delivery });
            }
        }
        tx.commit().await?;
        Ok(begun)
    }

    async fn deliver(&self, delivery: Delivery) -> Result<(), ServiceError> {
        let mut tx = self.core.store().read().await?;
        let webhook = tx.webhook(&delivery.webhook_id).await?;
        let event = tx.event(&delivery.event_id).await?;
        drop(tx);
        let outcome = match (webhook, event) {
            (Some(webhook), Some(event)) => self.post(&webhook, &event).await?,
            _ => Err(Failure::Gone),
        };
        self.core.reached(CrashPoint::Delivering);
        let result = self.judge(&delivery, outcome);
        let mut tx = self.core.store().write().await?;
        tx.end_delivery(&delivery, delivery.attempts, &result, self.core.now()).await?;
        Ok(tx.commit().await?)
    }

    async fn post(
        &self,
        webhook: &Webhook,
        event: &Event,
    ) -> Result<Result<StatusCode, Failure>, ServiceError> {
        let body = event.envelope(&self.events.environment_id()).to_string();
        let now = self.core.now();
        let request = Request::builder()
            .method(Method::POST)
            .uri(webhook.url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, OUR_NAME)
            .header("webhook-id", event.id.as_str())
            .header("webhook-timestamp", now.seconds())
            .header("webhook-signature", self.signatures(webhook, event.id.as_str(), now, body.as_bytes())?)
            .body(full(body))
            .map_err(|error| ServiceError::internal("a delivery could not be put together", error))?;
        Ok(match self.core.upstream().send(request, PATIENCE).await {
            Ok(response) if response.status().is_success() => Ok(response.status()),
            Ok(response) => Err(Failure::Answered(response.status())),
            Err(error) => Err(Failure::Silent(error.to_string())),
        })
    }

    /// What follows from an attempt. "Gone" is an endpoint's word for "never again".
    fn judge(&self, delivery: &Delivery, outcome: Result<StatusCode, Failure>) -> AttemptResult {
        let now = self.core.now();
        let over = |state, status, error| AttemptResult { state, next_attempt_at: now, status, error };
        let (status, error) = match outcome {
            Ok(status) => return over(DeliveryState::Delivered, Some(status.as_u16()), None),
            Err(Failure::Gone) => {
                return over(DeliveryState::Dead, None, Some("the webhook or the event is gone".to_owned()));
            }
            Err(Failure::Answered(status)) => {
                (Some(status.as_u16()), format!("the endpoint answered {}", status.as_u16()))
            }
            Err(Failure::Silent(reason)) => (None, reason),
        };
        let again = pause_after(delivery.attempts, self.core.random_word());
        if let Some(pause) = again.filter(|_| status != Some(StatusCode::GONE.as_u16())) {
            let next_attempt_at = now.plus(pause);
            return AttemptResult {
                state: DeliveryState::Pending,
                next_attempt_at,
                status,
                error: Some(error),
            };
        }
        tracing::warn!(
            webhook = %delivery.webhook_id, event = %delivery.event_id, %error,
            "an event could not be delivered and was given up"
        );
        over(DeliveryState::Dead, status, Some(error))
    }
}
