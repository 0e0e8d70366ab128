//! Audit entries in a form that every database can hold.

use headwater_domain::audit::AuditEntry;

/// An entry as it will be read: PostgreSQL has no texts with a NUL, and neither database counts beyond 2⁶³−1.
///
/// Entries tell what clients sent. What cannot be stored is written otherwise instead of refused, because a refusal would
/// take the whole batch along.
pub fn storable(entry: &AuditEntry) -> AuditEntry {
    let text = |text: &String| text.replace('\0', "\u{fffd}");
    AuditEntry {
        action: text(&entry.action),
        subject: entry.subject.as_ref().map(text),
        outcome: text(&entry.outcome),
        provider_request_id: entry.provider_request_id.as_ref().map(text),
        execution_id: entry.execution_id.as_ref().map(text),
        duration_ms: entry.duration_ms.min(i64::MAX.unsigned_abs()),
        ..entry.clone()
    }
}
