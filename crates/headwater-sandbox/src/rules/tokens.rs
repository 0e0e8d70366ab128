//! The rules of tokens that the vendor does not state, or that tests want shorter: each can be switched while the
//! sandbox runs.

use serde::{Deserialize, Serialize};

/// How tokens live and die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenRules {
    /// What a refresh token that was exchanged a moment ago gives when it comes again.
    pub repeated_refresh: RepeatedRefresh,
    /// What happens when it comes after the leeway, or after its successor was exchanged.
    pub late_refresh: LateRefresh,
    /// Whether a refresh gives a new refresh token.
    pub rotation: Rotation,
    /// How long an authorization code is good.
    pub code_seconds: u32,
    /// How long an access token is good.
    pub access_token_seconds: u32,
    /// How long a refresh token works on after its exchange.
    pub leeway_seconds: u32,
    /// How long a refresh token is good without being used.
    pub idle_seconds: u32,
    /// How long a family of refresh tokens lives at most.
    pub family_seconds: u32,
}

/// What a repeated refresh inside the leeway gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedRefresh {
    /// Another pair of the same family.
    FreshPair,
    /// The pair that was given before.
    SamePair,
}

/// What a refresh token does that comes too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateRefresh {
    /// It is refused, and its family lives on.
    Refused,
    /// It is refused, and its whole family ends.
    EndsFamily,
    /// It is refused, and everything this user allowed this app ends.
    EndsGrants,
}

/// Whether refresh tokens rotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// Every refresh gives a new one.
    EveryRefresh,
    /// A refresh gives an access token only, and the refresh token stays good.
    Never,
}

/// What the gateway answers to an access token that has expired or was revoked. Both have been seen at the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaleTokens {
    /// 404 on v2 paths, 403 on v1 paths.
    Masked,
    /// 401 everywhere.
    Unauthorized,
}

impl Default for TokenRules {
    fn default() -> Self {
        const DAY: u32 = 24 * 60 * 60;
        Self {
            repeated_refresh: RepeatedRefresh::FreshPair,
            late_refresh: LateRefresh::Refused,
            rotation: Rotation::EveryRefresh,
            code_seconds: 5 * 60,
            access_token_seconds: 60 * 60,
            leeway_seconds: 10 * 60,
            idle_seconds: 90 * DAY,
            family_seconds: 365 * DAY,
        }
    }
}

/// Seconds, as clocks count here.
pub(crate) fn milliseconds(seconds: u32) -> i64 {
    i64::from(seconds) * 1000
}
