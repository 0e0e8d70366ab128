//! `headwater audit`: the audit log as JSON lines.

use anyhow::Result;
use clap::Args;
use headwater_domain::audit::AuditEntry;
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_service::audit::AuditFilter;
use serde_json::{Value, json};

use crate::arguments::ServerArguments;
use crate::terminal::say;
use crate::{moment, offline};

/// How many entries are read at a time.
const PAGE: u32 = 1000;

/// `headwater audit`
#[derive(Args)]
pub(crate) struct AuditArguments {
    #[command(flatten)]
    server: ServerArguments,
    /// Not before this time, or this long ago: 2026-11-24T08:00:00Z, 30m, 24h, 7d.
    #[arg(long, value_name = "TIME", default_value = "24h")]
    since: String,
    /// Before this time, or this long ago.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only what was done to or with this account (ca_…).
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only what was done by this API client (skc_…), or by `operator`, `end_user` or `system`.
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
    /// Only this action, such as `tool.execute`.
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
}

/// Prints the entries, oldest first, one JSON object a line.
pub(crate) async fn run(arguments: AuditArguments) -> Result<()> {
    let service = offline::open(&arguments.server).await?;
    let now = service.core.now();
    let mut filter = AuditFilter {
        since: Some(moment::read(&arguments.since, now)?),
        until: arguments.until.as_deref().map(|text| moment::read(text, now)).transpose()?,
        account: arguments.account,
        actor: arguments.actor,
        action: arguments.action,
        after: None,
    };
    loop {
        let entries = service.audit.read(&filter, PAGE).await?;
        for entry in &entries {
            say!("{}", line(entry));
        }
        let Some(last) = entries.last().filter(|_| entries.len() == PAGE as usize) else { return Ok(()) };
        filter.after = Some((last.at, last.id.clone()));
    }
}

fn line(entry: &AuditEntry) -> Value {
    json!({
        "id": entry.id.as_str(),
        "at": entry.at.rfc3339(),
        "actor": entry.actor.as_str(),
        "action": entry.action,
        "account_id": entry.account_id.as_ref().map(AccountId::as_str),
        "connection_id": entry.connection_id.as_ref().map(ConnectionId::as_str),
        "subject": entry.subject,
        "outcome": entry.outcome,
        "provider_status": entry.provider_status,
        "provider_request_id": entry.provider_request_id,
        "execution_id": entry.execution_id,
        "duration_ms": entry.duration_ms,
    })
}
