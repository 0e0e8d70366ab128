//! The record of one act, from its beginning until its entry is written.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::AuditId;
use headwater_ports::store::Tx;
use parking_lot::Mutex;

use super::trail::{self, Trail};
use super::{Act, Audit, Named};
use crate::caller::caller;
use crate::error::ServiceError;

/// The outcome of what worked.
pub(super) const OK: &str = "ok";
/// The outcome of what was cut off: its caller left, or it took too long. What was sent may have had its effect.
const CANCELLED: &str = "CANCELLED";
/// The outcome of what ended in a fault of ours.
const FAULT: ErrorCode = ErrorCode::Internal;

/// What is known of an act so far.
pub(super) struct Record {
    act: Act,
    actor: Actor,
    begun: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    trail: Trail,
    /// Its entry is in the store.
    written: bool,
}

/// An act under way. Dropped before [`Open::close`], it notes that the act was cut off.
pub(super) struct Open {
    audit: Audit,
    record: Arc<Record>,
    closed: bool,
}

impl Record {
    pub(super) fn note(&self, change: impl FnOnce(&mut Trail)) {
        change(&mut self.state.lock().trail);
    }

    fn trail(&self) -> Trail {
        self.state.lock().trail.clone()
    }

    fn written(&self) -> bool {
        self.state.lock().written
    }

    fn set_written(&self) {
        self.state.lock().written = true;
    }

    /// Anybody with a browser can send nonsense; the log is not theirs to fill.
    fn nonsense(&self) -> bool {
        self.actor == Actor::EndUser && self.trail().account_id.is_none()
    }
}

impl Open {
    pub(super) fn begin(audit: &Audit, act: Act) -> Self {
        let actor = act.actor.clone().unwrap_or_else(|| caller().actor);
        let begun = audit.core.clock().elapsed();
        let record = Arc::new(Record { act, actor, begun, state: Mutex::default() });
        Self { audit: audit.clone(), record, closed: false }
    }

    pub(super) fn record(&self) -> Arc<Record> {
        Arc::clone(&self.record)
    }

    pub(super) fn actor(&self) -> &Actor {
        &self.record.actor
    }

    /// Notes how the act ended. Where its entry has to be durable first and is not yet, it is written now; where that
    /// fails, the outcome is withheld.
    pub(super) async fn close<T, E: Named + From<ServiceError>>(
        mut self,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
        let outcome = match outcome {
            Ok(value) if self.must_be_written() => match self.write().await {
                Ok(()) => Ok(value),
                Err(error) => Err(E::from(withheld(error))),
            },
            outcome => outcome,
        };
        self.closed = true;
        let result = outcome.as_ref().err().map_or(OK, |error| error.code().as_str());
        let noted = self.record.written() && result == OK;
        if !noted && !self.record.nonsense() {
            self.audit.batch_entry(&self.record, result).await;
        }
        outcome
    }

    fn must_be_written(&self) -> bool {
        self.audit.must_be_durable(&self.record) && !self.record.written() && !self.record.nonsense()
    }

    async fn write(&self) -> Result<(), ServiceError> {
        let mut tx = self.audit.core.store().write().await?;
        tx.append_audit(&[self.audit.entry(&self.record, OK)]).await?;
        tx.commit().await?;
        self.record.set_written();
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.closed || self.record.written() || self.record.nonsense() {
            return;
        }
        let outcome = if std::thread::panicking() { FAULT.as_str() } else { CANCELLED };
        let entry = self.audit.entry(&self.record, outcome);
        self.audit.batch.add(entry);
    }
}

impl Audit {
    /// Commits a change. Where it is part of an act whose entry has to be durable before the answer, the entry is
    /// written in the same transaction: either both are there afterwards, or neither. For the commit that makes the
    /// act happen; what only prepares it, or records a failure, is committed without.
    pub(crate) async fn commit(&self, mut tx: Box<dyn Tx>) -> Result<(), ServiceError> {
        let record = trail::record().filter(|it| self.must_be_durable(it) && !it.written());
        if let Some(record) = &record {
            tx.append_audit(&[self.entry(record, OK)]).await.map_err(|error| refused(error.into()))?;
        }
        tx.commit().await?;
        if let Some(record) = record {
            record.set_written();
        }
        Ok(())
    }

    fn must_be_durable(&self, record: &Record) -> bool {
        record.act.durable && self.core.settings().audit_required
    }

    fn entry(&self, record: &Record, outcome: &str) -> AuditEntry {
        let (trail, now) = (record.trail(), self.core.now());
        let duration = self.core.clock().elapsed().saturating_sub(record.begun);
        AuditEntry {
            id: AuditId::generate(now, self.core.distinct()),
            at: now,
            actor: record.actor.clone(),
            action: record.act.action.to_owned(),
            account_id: trail.account_id,
            connection_id: trail.connection_id,
            subject: trail.made.or_else(|| record.act.subject.clone()),
            outcome: outcome.to_owned(),
            provider_status: trail.provider_status,
            provider_request_id: trail.provider_request_id,
            execution_id: trail.execution_id,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        }
    }

    async fn batch_entry(&self, record: &Record, outcome: &str) {
        self.batch.add(self.entry(record, outcome));
        if record.actor == Actor::Operator
            && let Err(error) = self.write().await
        {
            // A command line ends soon, so nothing may wait; what it did stands.
            tracing::error!(%error, "the audit log could not be written");
        }
    }
}

/// The act was not done, because the log could not take its entry.
fn refused(cause: ServiceError) -> ServiceError {
    let message = "nothing was changed: the audit log cannot be written, and changes are not made without it \
                   (audit.required). Ask the operator to look at the log";
    ServiceError::new(ErrorKind::Unavailable, ErrorCode::AuditUnavailable, message).caused_by(cause)
}

/// The answer is not given, because the log could not take its entry.
fn withheld(cause: ServiceError) -> ServiceError {
    let message = "the answer is withheld: the audit log cannot be written, and this is not answered without it \
                   (audit.required). Ask the operator to look at the log";
    ServiceError::new(ErrorKind::Unavailable, ErrorCode::AuditUnavailable, message).caused_by(cause)
}
