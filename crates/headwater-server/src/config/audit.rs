//! How binding the audit log is.

use serde::Deserialize;

/// The audit log.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct AuditConfig {
    /// Whether reading credentials, and changing accounts, connections, API clients and webhooks, is refused while the
    /// audit log cannot be written. Without it, their entries are written when that is possible again, and are lost
    /// when the server ends first. `HEADWATER_AUDIT__REQUIRED`; default `true`.
    pub required: bool,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { required: true }
    }
}
