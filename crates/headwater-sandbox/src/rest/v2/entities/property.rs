//! Properties of content and of spaces.

use serde::Serialize;
use serde_json::Value;

use crate::storage::properties::Property;
use crate::timestamp::iso;

/// A property of content.
#[derive(Debug, Serialize)]
pub(crate) struct ContentProperty {
    id: String,
    key: String,
    /// Whatever JSON an app has put there.
    value: Value,
    version: ContentPropertyVersion,
}

/// The newest version of a property of content.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ContentPropertyVersion {
    created_at: String,
    message: String,
    number: i64,
    minor_edit: bool,
    author_id: String,
}

/// A property of a space, which also has its author and date.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpaceProperty {
    id: String,
    key: String,
    /// Whatever JSON an app has put there.
    value: Value,
    created_at: String,
    author_id: String,
    version: SpacePropertyVersion,
}

/// The newest version of a property of a space.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SpacePropertyVersion {
    created_at: String,
    created_by: String,
    message: String,
    number: i64,
}

impl From<&Property> for ContentProperty {
    fn from(property: &Property) -> Self {
        Self {
            id: property.id.to_string(),
            key: property.key.clone(),
            value: property.value.clone(),
            version: ContentPropertyVersion {
                created_at: iso(property.changed_at),
                message: property.message.clone(),
                number: property.version,
                minor_edit: property.minor_edit,
                author_id: property.editor_id.clone(),
            },
        }
    }
}

impl From<&Property> for SpaceProperty {
    fn from(property: &Property) -> Self {
        Self {
            id: property.id.to_string(),
            key: property.key.clone(),
            value: property.value.clone(),
            created_at: iso(property.created_at),
            author_id: property.author_id.clone(),
            version: SpacePropertyVersion {
                created_at: iso(property.changed_at),
                created_by: property.editor_id.clone(),
                message: property.message.clone(),
                number: property.version,
            },
        }
    }
}
