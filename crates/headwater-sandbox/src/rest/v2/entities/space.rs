//! Spaces.

use serde::Serialize;

use super::{Body, WebLink};
use crate::storage::spaces;
use crate::timestamp::iso;

/// A space.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Space {
    id: String,
    key: String,
    name: String,
    /// `global`, `personal` and so on.
    #[serde(rename = "type")]
    kind: String,
    status: String,
    author_id: String,
    space_owner_id: String,
    /// The key as it is in addresses.
    current_active_alias: String,
    created_at: String,
    homepage_id: Option<String>,
    /// Null unless a format was asked for.
    description: Option<Body>,
    /// Null unless it was asked for.
    icon: Option<Icon>,
    #[serde(rename = "_links")]
    links: WebLink,
}

/// The icon of a space.
#[derive(Debug, Serialize)]
pub(crate) struct Icon {
    path: &'static str,
}

impl Icon {
    /// The icon of every space: the sandbox keeps no others.
    pub(crate) const DEFAULT: Self = Self { path: "/wiki/images/logo/default-space-logo.svg" };
}

impl Space {
    /// Takes a space, and its description and icon if they were asked for.
    pub(crate) fn new(space: &spaces::Space, description: Option<Body>, icon: Option<Icon>) -> Self {
        Self {
            id: space.id.to_string(),
            key: space.key.clone(),
            name: space.name.clone(),
            kind: space.kind.clone(),
            status: space.status.clone(),
            author_id: space.author_id.clone(),
            space_owner_id: space.author_id.clone(),
            current_active_alias: space.key.clone(),
            created_at: iso(space.created_at),
            homepage_id: space.homepage_id.map(|id| id.to_string()),
            description,
            icon,
            links: WebLink::new(format!("/spaces/{}", space.key)),
        }
    }
}
