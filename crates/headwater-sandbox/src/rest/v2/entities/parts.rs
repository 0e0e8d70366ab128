//! The parts of an entity that a reader asks for with `include-` switches.

use serde::Serialize;
use serde_json::Value;

use super::{ContentProperty, Label, Version};

/// How many rows of a part are shown inside an entity.
pub(crate) const LIMIT: usize = 50;

/// The parts of content that were asked for.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ContentParts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) labels: Option<Part<Label>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<Part<ContentProperty>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operations: Option<Part<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) versions: Option<Part<Version>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) collaborators: Option<Part<Account>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) direct_children: Option<Part<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) likes: Option<Part<Account>>,
    #[serde(rename = "isFavoritedByCurrentUser", skip_serializing_if = "Option::is_none")]
    pub(crate) favorited: Option<bool>,
}

/// The parts of a space that were asked for.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpaceParts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) labels: Option<Part<Label>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<Part<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operations: Option<Part<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) permissions: Option<Part<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role_assignments: Option<Part<Value>>,
}

/// A list inside an entity: the first rows, and whether there are more.
#[derive(Debug, Serialize)]
pub(crate) struct Part<T> {
    results: Vec<T>,
    meta: Meta,
    #[serde(rename = "_links")]
    links: PartLinks,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    has_more: bool,
    /// Of likes only: how many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

#[derive(Debug, Serialize)]
struct PartLinks {
    #[serde(rename = "self")]
    this: String,
}

/// A user in a part.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    pub(crate) account_id: String,
}

impl<T> Part<T> {
    /// Takes all rows, or at least one more than are shown, and the path of the list below the site's `/wiki`.
    pub(crate) fn new(path: String, mut results: Vec<T>) -> Self {
        let has_more = results.len() > LIMIT;
        results.truncate(LIMIT);
        Self { results, meta: Meta { has_more, count: None }, links: PartLinks { this: path } }
    }

    /// Takes all rows, and shows how many they are.
    pub(crate) fn counted(path: String, results: Vec<T>) -> Self {
        let count = results.len();
        let mut part = Self::new(path, results);
        part.meta.count = Some(count);
        part
    }
}
