//! Rules of automatic consents: how they end and what they cover.

use serde::Deserialize;

/// How an automatic consent ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentOutcome {
    /// The user allows.
    Allow,
    /// The user declines.
    Deny,
}

/// What an automatic consent covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSites {
    /// The first site only.
    One,
    /// Every site.
    All,
}
