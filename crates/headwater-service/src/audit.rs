//! The audit log: who did what to which account. Noted in memory and written in batches, so that a warm call touches
//! no SQL. Never content, never secrets.
//!
//! Who acts, and what an act came upon, travel with the task: [`acting`] names the first, `Service::audited` collects
//! the second.

mod batch;
mod trail;

use std::future::Future;
use std::time::Duration;

use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::id::AuditId;
pub use headwater_ports::store::AuditFilter;

pub(crate) use batch::AuditBatch;
use trail::Trail;
pub use trail::acting;
pub(crate) use trail::{actor, answered, executing, made, touched};

use crate::Service;
use crate::connect::ConnectError;
use crate::error::ServiceError;

/// How long entries are kept by default.
pub(crate) const DEFAULT_RETENTION: Duration = Duration::from_secs(90 * 86_400);
/// How many entries one transaction removes, so that others get their turn.
const REMOVE_AT_ONCE: u32 = 1000;
/// The longest subject, in characters.
const MAX_SUBJECT: usize = 200;
/// The outcome of what worked.
const OK: &str = "ok";

/// What somebody does.
pub(crate) struct Act {
    action: &'static str,
    subject: Option<String>,
    actor: Option<Actor>,
}

/// An error that the audit log can name.
pub(crate) trait Named {
    /// Its stable code.
    fn code(&self) -> &'static str;
}

impl Act {
    /// An act of whoever acts in this task.
    pub(crate) fn new(action: &'static str) -> Self {
        Self { action, subject: None, actor: None }
    }

    /// What exactly it is about. Characters that could forge a line are left out.
    pub(crate) fn on(mut self, subject: &str) -> Self {
        let clean = subject.chars().filter(|it| !it.is_control()).take(MAX_SUBJECT);
        self.subject = Some(clean.collect());
        self
    }

    /// Whoever acts in this task, it is this one.
    pub(crate) fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }
}

impl Named for ServiceError {
    fn code(&self) -> &'static str {
        Self::code(self)
    }
}

impl Named for ConnectError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN_LINK",
            Self::Used => "LINK_USED",
            Self::Expired => "LINK_EXPIRED",
            Self::OtherBrowser => "OTHER_BROWSER",
            Self::Declined => "DECLINED",
            Self::Provider { .. } => "PROVIDER_ERROR",
            Self::Exchange(_) => "EXCHANGE_FAILED",
            Self::NoSite => "NO_SITE",
            Self::OtherUser => "OTHER_USER",
            Self::ForeignSite => "FOREIGN_SITE",
            Self::Service(error) => error.code(),
        }
    }
}

impl Service {
    /// Does `work` and notes in the audit log what came of it.
    pub(crate) fn audited<'a, T: Send + 'a, E: Named + Send + 'a>(
        &'a self,
        act: Act,
        work: impl Future<Output = Result<T, E>> + Send + 'a,
    ) -> impl Future<Output = Result<T, E>> + Send + 'a {
        // Boxed, because use cases are large futures and this one would hold two copies of each.
        let work = Box::pin(work);
        async move {
            let begun = self.clock().elapsed();
            let (outcome, trail) = trail::follow(work).await;
            let result = outcome.as_ref().err().map_or(OK, Named::code);
            self.note(act, trail, result, self.clock().elapsed().saturating_sub(begun)).await;
            outcome
        }
    }

    async fn note(&self, act: Act, trail: Trail, outcome: &str, duration: Duration) {
        let actor = act.actor.unwrap_or_else(trail::actor);
        if actor == Actor::EndUser && trail.account_id.is_none() {
            // Anybody with a browser can send nonsense; the log is not theirs to fill.
            return;
        }
        let at_once = actor == Actor::Operator;
        let now = self.now();
        self.audit_batch().add(AuditEntry {
            id: AuditId::generate(now, self.random_word()),
            at: now,
            actor,
            action: act.action.to_owned(),
            account_id: trail.account_id,
            connection_id: trail.connection_id,
            subject: trail.made.or(act.subject),
            outcome: outcome.to_owned(),
            provider_status: trail.provider_status,
            provider_request_id: trail.provider_request_id,
            execution_id: trail.execution_id,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        });
        if at_once && let Err(error) = self.write_audit().await {
            // A command line ends soon, so nothing may wait; what it did stands.
            tracing::error!(%error, "the audit log could not be written");
        }
    }

    /// Entries of the audit log that pass the filter, oldest first. To read on, set [`AuditFilter::after`].
    pub async fn read_audit(
        &self,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, ServiceError> {
        Ok(self.store().read().await?.read_audit(filter, limit).await?)
    }

    /// Removes entries that are older than the operator wants to keep them. Called by a job; returns how many.
    pub async fn remove_old_audit(&self) -> Result<u64, ServiceError> {
        let before = self.now().minus(self.settings().audit_retention);
        let mut removed = 0;
        loop {
            let mut tx = self.store().write().await?;
            let count = tx.delete_audit_before(before, REMOVE_AT_ONCE).await?;
            tx.commit().await?;
            removed += count;
            if count < u64::from(REMOVE_AT_ONCE) {
                return Ok(removed);
            }
        }
    }
}
