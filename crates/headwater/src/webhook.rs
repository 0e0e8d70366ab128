//! `headwater webhook`: endpoints that events about connected accounts are delivered to.

use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use headwater_domain::delivery::{Delivery, DeliveryState};
use headwater_domain::event::EventKind;
use headwater_domain::id::{EventId, WebhookId};
use headwater_domain::page::Page;
use headwater_service::Service;
use headwater_service::webhooks::{DeliveryFilter, NewWebhookSecret, WebhookChange};

use crate::arguments::ServerArguments;
use crate::offline;
use crate::terminal::{remark, say};

/// `headwater webhook`
#[derive(Args)]
pub(crate) struct WebhookArguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(subcommand)]
    action: WebhookAction,
}

/// What can be done with webhooks.
#[derive(Subcommand)]
enum WebhookAction {
    /// Registers an endpoint and prints its signing secret, once.
    Create {
        /// Where events are posted to; https, but for this machine and hosts in `upstream.allow_hosts`.
        #[arg(long)]
        url: String,
        /// A type of event that it gets, such as `connected_account.status_updated`; may be given several times
        /// [default: all].
        #[arg(long = "event", value_name = "TYPE")]
        events: Vec<String>,
    },
    /// Lists webhooks.
    List,
    /// Switches a webhook on.
    Enable {
        /// Its id (whk_…).
        id: String,
    },
    /// Switches a webhook off: what happens meanwhile is not kept for it.
    Disable {
        /// Its id (whk_…).
        id: String,
    },
    /// Gives a webhook a new signing secret.
    Rotate {
        /// Its id (whk_…).
        id: String,
        /// How many hours deliveries are signed with the earlier secret too.
        #[arg(long, default_value_t = 24)]
        grace_hours: u64,
    },
    /// Removes a webhook with everything that waits for it.
    Delete {
        /// Its id (whk_…).
        id: String,
    },
    /// Shows deliveries, those that changed last first.
    Deliveries {
        /// Only those to this webhook (whk_…).
        id: Option<String>,
        /// Only those in this state; `dead` are those that were given up.
        #[arg(long, value_enum)]
        state: Option<State>,
        /// How many to show at most.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Delivers again: what was given up, or one event.
    Replay {
        /// The webhook's id (whk_…).
        id: String,
        /// This event (evt_…), even if it was delivered.
        #[arg(long, value_name = "ID")]
        event: Option<String>,
    },
}

/// Where a delivery stands.
#[derive(Clone, Copy, ValueEnum)]
enum State {
    /// Still to be made.
    Pending,
    /// Taken.
    Delivered,
    /// Given up.
    Dead,
}

/// Runs the command.
pub(crate) async fn run(arguments: WebhookArguments) -> Result<()> {
    let service = offline::open(&arguments.server).await?;
    match arguments.action {
        WebhookAction::Create { url, events } => {
            show(&service.webhooks.create(&url, EventKind::parse_list(&events)?).await?);
        }
        WebhookAction::List => list(&service).await?,
        WebhookAction::Enable { id } => switch(&service, &id, true).await?,
        WebhookAction::Disable { id } => switch(&service, &id, false).await?,
        WebhookAction::Rotate { id, grace_hours } => {
            let grace = Duration::from_secs(grace_hours.saturating_mul(3600));
            show(&service.webhooks.rotate(&WebhookId::parse(&id)?, grace).await?);
        }
        WebhookAction::Delete { id } => {
            service.webhooks.delete(&WebhookId::parse(&id)?).await?;
            say!("{id} was removed");
        }
        WebhookAction::Deliveries { id, state, limit } => {
            let webhook = id.as_deref().map(WebhookId::parse).transpose()?;
            deliveries(
                &service,
                DeliveryFilter { webhook, event: None, state: state.map(Into::into) },
                limit,
            )
            .await?;
        }
        WebhookAction::Replay { id, event } => {
            let event = event.as_deref().map(EventId::parse).transpose()?;
            let state = event.is_none().then_some(DeliveryState::Dead);
            let filter = DeliveryFilter { webhook: Some(WebhookId::parse(&id)?), event, state };
            say!("{} deliveries are in line again", service.webhooks.replay(&filter).await?);
        }
    }
    Ok(())
}

impl From<State> for DeliveryState {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Delivered => Self::Delivered,
            State::Dead => Self::Dead,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a new signing secret is shown to the operator, once")]
fn show(new: &NewWebhookSecret) {
    say!("webhook {}", new.webhook.id);
    say!("secret  {}", new.secret.expose());
    remark!("The secret cannot be shown again; the application verifies signatures with it.");
}

async fn switch(service: &Service, id: &str, enabled: bool) -> Result<()> {
    let change = WebhookChange { enabled: Some(enabled), ..WebhookChange::default() };
    service.webhooks.update(&WebhookId::parse(id)?, change).await?;
    say!("{id} is {}", if enabled { "enabled" } else { "disabled" });
    Ok(())
}

async fn list(service: &Service) -> Result<()> {
    for webhook in service.webhooks.list().await? {
        let state = if webhook.enabled { "enabled" } else { "disabled" };
        let names: Vec<&str> = webhook.kinds.iter().map(|kind| kind.as_str()).collect();
        let names = if names.is_empty() { "all".to_owned() } else { names.join(",") };
        say!("{}  {state}  {}  {names}", webhook.id, webhook.url);
    }
    Ok(())
}

async fn deliveries(service: &Service, filter: DeliveryFilter, limit: u32) -> Result<()> {
    let listing = service.webhooks.deliveries(&filter, Page { offset: 0, limit: limit.max(1) }).await?;
    for delivery in &listing.items {
        say!("{}", line(delivery));
    }
    if listing.total as usize > listing.items.len() {
        remark!("{} of {}", listing.items.len(), listing.total);
    }
    Ok(())
}

fn line(delivery: &Delivery) -> String {
    let what = match (delivery.state, &delivery.last_error) {
        (DeliveryState::Pending, Some(error)) => {
            format!("next attempt {}  {error}", delivery.next_attempt_at.rfc3339())
        }
        (_, Some(error)) => error.clone(),
        (_, None) => String::new(),
    };
    format!(
        "{}  {}  {}  {}  {}  {} attempts  {what}",
        delivery.updated_at.rfc3339(),
        delivery.webhook_id,
        delivery.event_id,
        delivery.account_id,
        delivery.state.as_str(),
        delivery.attempts
    )
    .trim_end()
    .to_owned()
}
