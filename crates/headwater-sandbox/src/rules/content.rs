//! What nobody knows of the vendor's content, or what differs from site to site: each can be switched while the
//! sandbox runs.

use serde::{Deserialize, Serialize};

/// How content behaves where that is an open question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContentRules {
    /// What a stale version number is told.
    pub version_conflict: VersionConflict,
    /// Where the children of trashed content go.
    pub children_of_trashed: ChildrenOfTrashed,
    /// For how long the title of a blog post is taken.
    pub blog_titles: BlogTitles,
    /// What a limit of zero means to lists of v2.
    pub zero_limit: ZeroLimit,
}

/// The words of a 409 of v2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionConflict {
    /// Both numbers are told.
    #[default]
    Numbers,
    /// As v1 says it, with its Java class.
    Classic,
    /// Nothing is said besides the status.
    Empty,
}

/// Where the children of trashed nodes of the tree go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildrenOfTrashed {
    /// To where it was.
    #[default]
    MoveUp,
    /// They keep their parent, although it is in the trash.
    Stay,
}

/// For how long the title of a blog post is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlogTitles {
    /// On the day of its publication.
    #[default]
    UniqueByDay,
    /// Never: titles repeat freely.
    Free,
}

/// What a limit of zero means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroLimit {
    /// It is less than the least.
    #[default]
    Refused,
    /// The same as none.
    Default,
}
