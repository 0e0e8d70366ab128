//! Rate limits of apps. Both limits are off until they are given.

use serde::{Deserialize, Serialize};

/// The rate limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateRules {
    /// The points an app may spend in an hour of the clock, on all sites together.
    pub points_per_hour: Option<u32>,
    /// The requests an operation of a site answers in a second.
    pub requests_per_second: Option<u32>,
    /// The form of a refusal: that of the vendor is not documented.
    pub refusal: RateRefusal,
}

/// The body of a 429.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateRefusal {
    /// A short object.
    #[default]
    Json,
    /// An HTML page of the edge.
    Html,
    /// No body.
    Empty,
}
