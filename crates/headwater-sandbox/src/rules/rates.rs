//! How much an app may ask for. Both limits are off until they are given.

use serde::{Deserialize, Serialize};

/// The limits of rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateRules {
    /// The points an app may spend in an hour of the clock, on all sites together.
    pub points_per_hour: Option<u32>,
    /// The requests an operation of a site answers in a second.
    pub requests_per_second: Option<u32>,
    /// What a refusal looks like: nobody has written the vendor's down.
    pub refusal: RateRefusal,
}

/// The body of a 429.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateRefusal {
    /// A short object.
    #[default]
    Json,
    /// A page of the edge.
    Html,
    /// Nothing.
    Empty,
}
