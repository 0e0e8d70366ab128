//! The audit log: who did what to which account. Never content, never secrets.
//!
//! Who acts, and what an act came upon, travel with the task: [`calling`] names the first, [`Audit::audited`] and
//! [`Audit::observed`] collect the second. What may have an effect runs on when its caller leaves; what only reads ends
//! with its caller. Either way an entry says how it ended.
//!
//! Entries of tool calls and raw requests are noted in memory and written in batches, so that a warm call touches no SQL.
//! All others are durable before the answer: they are written in the transaction of the change itself
//! ([`Audit::commit`]), or, where nothing is changed, before what was read is handed out.

mod batch;
mod logins;
mod record;
mod trail;

use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::error_code::ErrorCode;
pub use headwater_ports::store::AuditFilter;

use batch::AuditBatch;
use logins::Logins;
use record::Open;
pub(crate) use trail::{answered, executing, made, touched};

use crate::acts::Acts;
use crate::caller::caller;
pub use crate::caller::{acting, calling};
use crate::core::Core;
use crate::error::ServiceError;

/// How many entries one transaction removes, so that others get their turn.
const REMOVE_AT_ONCE: u32 = 1000;
/// The longest subject, in characters.
const MAX_SUBJECT: usize = 200;

/// The audit log. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Audit(Arc<AuditParts>);

/// The parts that [`Audit`] is made of.
pub struct AuditParts {
    core: Core,
    acts: Acts,
    batch: AuditBatch,
    logins: Logins,
}

/// What somebody does.
pub(crate) struct Act {
    action: &'static str,
    subject: Option<String>,
    actor: Option<Actor>,
    durable: bool,
}

/// An error that the audit log can name.
pub(crate) trait Named {
    /// Its stable code.
    fn code(&self) -> ErrorCode;
}

impl Act {
    /// An act of whoever acts in this task. Its entry is durable before the answer.
    pub(crate) fn new(action: &'static str) -> Self {
        Self { action, subject: None, actor: None, durable: true }
    }

    /// A call to a provider, of which there are many: its entry is written with the next batch.
    pub(crate) fn call(action: &'static str) -> Self {
        Self { durable: false, ..Self::new(action) }
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
    fn code(&self) -> ErrorCode {
        Self::code(self)
    }
}

impl Deref for Audit {
    type Target = AuditParts;

    fn deref(&self) -> &AuditParts {
        &self.0
    }
}

impl Audit {
    pub(crate) fn new(core: Core, acts: Acts) -> Self {
        Self(Arc::new(AuditParts { core, acts, batch: AuditBatch::default(), logins: Logins::default() }))
    }

    /// Does what may have an effect with a clone of `part`, in a task of its own, and notes in the audit log what came
    /// of it. A caller that leaves ends neither.
    pub(crate) fn audited<P, T, E, Work, Working>(
        &self,
        act: Act,
        part: &P,
        work: Work,
    ) -> impl Future<Output = Result<T, E>> + Send + use<P, T, E, Work, Working>
    where
        P: Clone,
        T: Send + 'static,
        E: Named + From<ServiceError> + Send + 'static,
        Work: FnOnce(P) -> Working,
        Working: Future<Output = Result<T, E>> + Send + 'static,
    {
        // Boxed, because use cases are large futures and this one would hold several copies of each.
        let working = Box::pin(work(part.clone()));
        let audit = self.clone();
        async move {
            let open = Open::begin(&audit, act);
            let place = match audit.acts.enter(open.actor().clone()) {
                Ok(place) => place,
                Err(error) => return open.close(Err(error.into())).await,
            };
            let caller = caller();
            let task = async move {
                let outcome = trail::follow(caller, open.record(), working).await;
                open.close(outcome).await
            };
            audit.acts.detached(place, task).await.unwrap_or_else(|error| Err(error.into()))
        }
    }

    /// Does what only reads, and notes in the audit log what came of it: that it was cut off, where the caller leaves
    /// first.
    pub(crate) fn observed<'a, T: Send + 'a, E: Named + From<ServiceError> + Send + 'a>(
        &'a self,
        act: Act,
        work: impl Future<Output = Result<T, E>> + Send + 'a,
    ) -> impl Future<Output = Result<T, E>> + Send + 'a {
        // Boxed for the same reason.
        let work = Box::pin(work);
        async move {
            let open = Open::begin(self, act);
            let outcome = trail::follow(caller(), open.record(), work).await;
            open.close(outcome).await
        }
    }

    /// Entries of the audit log that pass the filter, oldest first. To read on, set [`AuditFilter::after`].
    ///
    /// # Errors
    /// `Internal` where the store cannot be read.
    pub async fn read(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, ServiceError> {
        Ok(self.core.store().read().await?.read_audit(filter, limit).await?)
    }

    /// Removes entries that are older than the operator wants to keep them. Called by a job; returns how many.
    ///
    /// # Errors
    /// `Internal` where the store cannot be written.
    pub async fn remove_old(&self) -> Result<u64, ServiceError> {
        let before = self.core.now().minus(self.core.settings().audit_retention);
        let mut removed = 0;
        loop {
            let mut tx = self.core.store().write().await?;
            let count = tx.delete_audit_before(before, REMOVE_AT_ONCE).await?;
            tx.commit().await?;
            removed += count;
            if count < u64::from(REMOVE_AT_ONCE) {
                return Ok(removed);
            }
        }
    }
}
