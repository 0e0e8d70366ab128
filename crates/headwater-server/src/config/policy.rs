//! The most that agents may do, whatever their users could.

use headwater_service::policy::{Effect, Policy};
use serde::Deserialize;

/// Bounds on what tools and raw requests do. What an end user may not do, an agent cannot do anyway.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct PolicyConfig {
    /// The most that tools may do: `nothing`, `read`, `add` (what only adds), or `change` (everything, as far as the
    /// connection offers it). `HEADWATER_POLICY__TOOLS`; default `change`.
    pub tools: Bound,
    /// The most that raw requests may do, judged by their method: `nothing`, `read` (GET, HEAD, OPTIONS), `add` (POST
    /// too), or `change` (every method). `HEADWATER_POLICY__RAW_REQUESTS`; default `change`.
    pub raw_requests: Bound,
}

/// What is allowed at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// Nothing at all.
    Nothing,
    /// What changes nothing.
    Read,
    /// What also adds, and leaves what is there as it is.
    Add,
    /// What also changes and removes.
    #[default]
    Change,
}

impl PolicyConfig {
    /// The bounds as use cases know them.
    pub fn policy(&self) -> Policy {
        Policy { tools: self.tools.effect(), raw_requests: self.raw_requests.effect() }
    }
}

impl Bound {
    fn effect(self) -> Effect {
        match self {
            Self::Nothing => Effect::Nothing,
            Self::Read => Effect::Read,
            Self::Add => Effect::Add,
            Self::Change => Effect::Change,
        }
    }
}
