//! Webhooks: registering endpoints, and delivering events to them.

mod deliver;
mod sign;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::delivery::Delivery;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::event::EventKind;
use headwater_domain::id::WebhookId;
use headwater_domain::page::{Listing, Page};
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_domain::webhook::{SigningSecret, Webhook};
use headwater_ports::sealer::SealContext;
pub use headwater_ports::store::DeliveryFilter;
use headwater_ports::store::Tx;
use url::{Host, Url};

use crate::audit::{self, Act, Audit};
use crate::bounds::ensure_room;
use crate::core::Core;
use crate::error::ServiceError;
use crate::events::Events;

/// The longest URL of an endpoint.
const MAX_URL: usize = 2048;
/// What a secret begins with; verifiers leave it out.
const SECRET_PREFIX: &str = "whsec_";
/// How many random bytes a secret has.
const SECRET_BYTES: usize = 32;

/// The webhooks, and the deliveries to them. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Webhooks {
    core: Core,
    audit: Audit,
    events: Events,
}

/// A webhook with its new secret, shown once.
pub struct NewWebhookSecret {
    /// The webhook.
    pub webhook: Webhook,
    /// The secret itself.
    pub secret: Secret,
}

/// What changes about a webhook. Absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// Where events are posted to.
    pub url: Option<String>,
    /// The kinds of events that it gets; none means all.
    pub kinds: Option<Vec<EventKind>>,
    /// Whether it gets any.
    pub enabled: Option<bool>,
}

impl Webhooks {
    pub(crate) fn new(core: Core, audit: Audit, events: Events) -> Self {
        Self { core, audit, events }
    }

    /// Registers an endpoint for events of these kinds; none means all.
    ///
    /// # Errors
    /// `InvalidArgument` for a URL that is not allowed, `ResourceExhausted` where there are as many webhooks as the operator
    /// allows.
    pub async fn create(&self, url: &str, kinds: Vec<EventKind>) -> Result<NewWebhookSecret, ServiceError> {
        let url = url.to_owned();
        self.audit
            .audited(Act::new("webhook.create"), self, |webhooks| async move {
                webhooks.add_webhook(&url, kinds).await
            })
            .await
    }

    async fn add_webhook(&self, url: &str, kinds: Vec<EventKind>) -> Result<NewWebhookSecret, ServiceError> {
        let url = self.endpoint(url)?;
        let now = self.core.now();
        let id = WebhookId::generate(now, self.core.distinct());
        let (secret, sealed) = self.new_signing_secret(&id, 1)?;
        let webhook = Webhook {
            id,
            url,
            kinds: distinct(kinds),
            enabled: true,
            secret: SigningSecret { generation: 1, sealed },
            previous: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let mut tx = self.core.store().write().await?;
        let (count, most) = (tx.list_webhooks().await?.len(), self.core.settings().quotas.webhooks);
        ensure_room(u64::try_from(count).unwrap_or(u64::MAX), most, "webhooks", "quota.webhooks")?;
        audit::made(webhook.id.as_str());
        tx.insert_webhook(&webhook).await?;
        self.audit.commit(tx).await?;
        Ok(NewWebhookSecret { webhook, secret })
    }

    /// All webhooks, oldest first.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn list(&self) -> Result<Vec<Webhook>, ServiceError> {
        Ok(self.core.store().read().await?.list_webhooks().await?)
    }

    /// Gives a webhook a new secret. Deliveries are signed with the earlier one too, for `grace`.
    ///
    /// # Errors
    /// `NotFound` where there is none, `Conflict` where somebody else changed it at the same time.
    pub async fn rotate(&self, id: &WebhookId, grace: Duration) -> Result<NewWebhookSecret, ServiceError> {
        let id = id.clone();
        self.audit
            .audited(Act::new("webhook.rotate").on(id.as_str()), self, move |webhooks| async move {
                webhooks.add_webhook_secret(&id, grace).await
            })
            .await
    }

    async fn add_webhook_secret(
        &self,
        id: &WebhookId,
        grace: Duration,
    ) -> Result<NewWebhookSecret, ServiceError> {
        let mut tx = self.core.store().write().await?;
        let mut webhook = find(&mut *tx, id).await?;
        let generation = webhook.secret.generation + 1;
        let (secret, sealed) = self.new_signing_secret(id, generation)?;
        let old = std::mem::replace(&mut webhook.secret, SigningSecret { generation, sealed });
        webhook.previous = (!grace.is_zero()).then(|| (old, self.core.now().plus(grace)));
        let webhook = self.replace_webhook(tx, webhook).await?;
        Ok(NewWebhookSecret { webhook, secret })
    }

    /// One webhook.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn get(&self, id: &WebhookId) -> Result<Webhook, ServiceError> {
        find(&mut *self.core.store().read().await?, id).await
    }

    /// Changes what `change` holds. A disabled webhook is told nothing; what was in line waits.
    ///
    /// # Errors
    /// `NotFound` where there is none, `InvalidArgument` for a URL that is not allowed, `Conflict` where somebody else changed it
    /// at the same time.
    pub async fn update(&self, id: &WebhookId, change: WebhookChange) -> Result<Webhook, ServiceError> {
        let action = match change.enabled {
            Some(true) => "webhook.enable",
            Some(false) => "webhook.disable",
            None => "webhook.update",
        };
        let id = id.clone();
        self.audit
            .audited(Act::new(action).on(id.as_str()), self, |webhooks| async move {
                webhooks.change_webhook(&id, change).await
            })
            .await
    }

    async fn change_webhook(&self, id: &WebhookId, change: WebhookChange) -> Result<Webhook, ServiceError> {
        let url = change.url.as_deref().map(|text| self.endpoint(text)).transpose()?;
        let mut tx = self.core.store().write().await?;
        let mut webhook = find(&mut *tx, id).await?;
        webhook.url = url.unwrap_or(webhook.url);
        webhook.kinds = change.kinds.map_or(webhook.kinds, distinct);
        webhook.enabled = change.enabled.unwrap_or(webhook.enabled);
        self.replace_webhook(tx, webhook).await
    }

    /// Removes a webhook with everything that was in line for it.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn delete(&self, id: &WebhookId) -> Result<(), ServiceError> {
        let id = id.clone();
        self.audit
            .audited(Act::new("webhook.delete").on(id.as_str()), self, |webhooks| async move {
                let mut tx = webhooks.core.store().write().await?;
                if !tx.delete_webhook(&id).await? {
                    return Err(unknown(&id));
                }
                webhooks.audit.commit(tx).await
            })
            .await
    }

    /// One page of deliveries, those that changed last first.
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Listing<Delivery>, ServiceError> {
        Ok(self.core.store().read().await?.list_deliveries(filter, page).await?)
    }

    /// Puts deliveries that are over back in line: those given up, or those of one event. Returns how many.
    ///
    /// # Errors
    /// `NotFound` for a webhook that is named and not there.
    pub async fn replay(&self, filter: &DeliveryFilter) -> Result<u64, ServiceError> {
        let subject = filter.webhook.as_ref().map_or("all", WebhookId::as_str);
        let act = Act::new("webhook.replay").on(subject);
        let filter = filter.clone();
        self.audit
            .audited(act, self, |webhooks| async move {
                let mut tx = webhooks.core.store().write().await?;
                if let Some(id) = &filter.webhook {
                    find(&mut *tx, id).await?;
                }
                let count = tx.replay_deliveries(&filter, webhooks.core.now()).await?;
                webhooks.audit.commit(tx).await?;
                Ok(count)
            })
            .await
    }

    async fn replace_webhook(
        &self,
        mut tx: Box<dyn Tx>,
        mut webhook: Webhook,
    ) -> Result<Webhook, ServiceError> {
        webhook.version += 1;
        webhook.updated_at = self.core.now();
        if !tx.update_webhook(&webhook).await? {
            let message = "the webhook was changed by somebody else at the same time; repeat";
            return Err(ServiceError::new(ErrorKind::Conflict, ErrorCode::Conflict, message));
        }
        self.audit.commit(tx).await?;
        Ok(webhook)
    }

    fn new_signing_secret(&self, id: &WebhookId, generation: u64) -> Result<(Secret, Sealed), ServiceError> {
        let mut bytes = [0; SECRET_BYTES];
        self.core.fill_random(&mut bytes);
        let secret = Secret::new(format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)));
        let sealed = self.core.sealer().seal(secret_context(id, generation), &secret)?;
        Ok((secret, sealed))
    }

    /// Reads the URL of an endpoint. Which addresses may be called is decided when it is called.
    fn endpoint(&self, text: &str) -> Result<Url, ServiceError> {
        let invalid = |problem: &str| ServiceError::invalid("url", "https URL", problem);
        let url = Url::parse(text).map_err(|error| invalid(&format!("is no URL: {error}")))?;
        let host = url.host().ok_or_else(|| invalid("must name a host"))?;
        if text.len() > MAX_URL || !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(
                "must not be longer than 2048 characters, and hold no user name or password",
            ));
        }
        if url.scheme() == "https" || (url.scheme() == "http" && self.may_be_plain(&host, &url)) {
            return Ok(url);
        }
        Err(invalid(
            "must begin with https://; http:// is for this machine and for hosts in upstream.allow_hosts",
        ))
    }

    fn may_be_plain(&self, host: &Host<&str>, url: &Url) -> bool {
        let local = match host {
            Host::Domain(name) => *name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        local || self.core.settings().plain_host(url)
    }
}

/// Each kind once: a list of kinds has a bound then.
fn distinct(kinds: Vec<EventKind>) -> Vec<EventKind> {
    let mut kept: Vec<EventKind> = Vec::new();
    for kind in kinds {
        if !kept.contains(&kind) {
            kept.push(kind);
        }
    }
    kept
}

async fn find(tx: &mut dyn Tx, id: &WebhookId) -> Result<Webhook, ServiceError> {
    tx.webhook(id).await?.ok_or_else(|| unknown(id))
}

fn unknown(id: &WebhookId) -> ServiceError {
    ServiceError::not_found(format!("there is no webhook `{id}`; `headwater webhook list` shows them"))
}

fn secret_context(id: &WebhookId, generation: u64) -> SealContext<'_> {
    SealContext { record: "webhook", id: id.as_str(), field: "secret", generation }
}
