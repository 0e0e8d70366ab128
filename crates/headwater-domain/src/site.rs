//! Atlassian sites: the tenants that a grant reaches.

use serde::{Deserialize, Serialize};

/// One site that an end user granted access to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The cloud id: a UUID that stands in the path of every API call.
    pub cloud_id: String,
    /// Where people open it, such as `https://example.atlassian.net`.
    pub url: String,
    /// Its short name.
    pub name: String,
    /// The scopes granted on this site; they can differ between the sites of one grant.
    pub scopes: Vec<String>,
}
