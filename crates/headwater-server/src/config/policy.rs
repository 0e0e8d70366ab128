//! The most that agents may do, whatever their users could.

use headwater_service::policy::{Credentials, Effect, Policy};
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
    /// Which credentials of accounts API clients with the role `credentials` may read: `nothing`, `access` (the access
    /// token), or `all` (the refresh token too: whoever has it can take the grant away).
    /// `HEADWATER_POLICY__CREDENTIALS`; default `access`, and `all` for `headwater dev`.
    pub credentials: Readable,
}

/// Which credentials can be read at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Readable {
    /// None.
    Nothing,
    /// The access token.
    #[default]
    Access,
    /// The refresh token too.
    All,
}

impl Readable {
    fn credentials(self) -> Credentials {
        match self {
            Self::Nothing => Credentials::Nothing,
            Self::Access => Credentials::Access,
            Self::All => Credentials::All,
        }
    }
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
        Policy {
            tools: self.tools.effect(),
            raw_requests: self.raw_requests.effect(),
            credentials: self.credentials.credentials(),
        }
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
