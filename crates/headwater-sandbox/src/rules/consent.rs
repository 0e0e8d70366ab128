//! Rules of automatic consents: how they end and what they cover.

use serde::Deserialize;

/// The outcome of an automatic consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentOutcome {
    /// The user allows.
    Allow,
    /// The user declines.
    Deny,
}

/// The sites that an automatic consent covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSites {
    /// The first site only.
    One,
    /// Every site.
    All,
}
