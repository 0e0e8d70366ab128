//! Rules of tokens that the vendor does not state, or that tests want shorter.

use serde::{Deserialize, Serialize};

/// The lifetimes of tokens, and how they are refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenRules {
    /// The result of presenting a refresh token again within the leeway.
    pub repeated_refresh: RepeatedRefresh,
    /// The result of presenting it after the leeway, or after its successor was exchanged.
    pub late_refresh: LateRefresh,
    /// The rotation of refresh tokens.
    pub rotation: Rotation,
    /// The lifetime of an authorization code.
    pub code_seconds: u32,
    /// The lifetime of an access token.
    pub access_token_seconds: u32,
    /// The time after its exchange during which a refresh token is still accepted.
    pub leeway_seconds: u32,
    /// The time after which an unused refresh token expires.
    pub idle_seconds: u32,
    /// The longest lifetime of a family of refresh tokens.
    pub family_seconds: u32,
}

/// The result of a repeated refresh within the leeway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedRefresh {
    /// Another pair of the same family.
    FreshPair,
    /// The pair that was given before.
    SamePair,
}

/// The consequence of presenting a refresh token too late.
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

/// The rotation of refresh tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// Every refresh gives a new one.
    EveryRefresh,
    /// A refresh gives an access token only, and the refresh token stays good.
    Never,
}

/// The gateway's answer to an access token that has expired or was revoked. Both have been seen at the vendor.
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

/// Converts seconds to milliseconds, the unit of the clock.
pub(crate) fn milliseconds(seconds: u32) -> i64 {
    i64::from(seconds) * 1000
}
