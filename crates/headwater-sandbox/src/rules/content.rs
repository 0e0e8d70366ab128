//! Rules of content that the vendor does not state, or that differ from site to site.

use serde::{Deserialize, Serialize};

/// The behaviour of content where the vendor's is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContentRules {
    /// The answer to a stale version number.
    pub version_conflict: VersionConflict,
    /// The new parent of the children of trashed content.
    pub children_of_trashed: ChildrenOfTrashed,
    /// The scope in which titles of blog posts are unique.
    pub blog_titles: BlogTitles,
    /// The meaning of a limit of zero in lists of v2.
    pub zero_limit: ZeroLimit,
}

/// The body of a 409 of v2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionConflict {
    /// A message with both numbers.
    #[default]
    Numbers,
    /// The message of v1, with its Java class.
    Classic,
    /// No body.
    Empty,
}

/// The new parent of the children of trashed nodes of the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildrenOfTrashed {
    /// The former parent of the trashed node.
    #[default]
    MoveUp,
    /// The trashed node itself.
    Stay,
}

/// The scope in which titles of blog posts are unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlogTitles {
    /// Titles are unique among the posts of a day.
    #[default]
    UniqueByDay,
    /// Titles may repeat.
    Free,
}

/// The meaning of a limit of zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroLimit {
    /// An error: it is below the minimum.
    #[default]
    Refused,
    /// The default limit.
    Default,
}
