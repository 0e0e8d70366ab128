//! The form of the content files.

use serde::Deserialize;

use crate::storage::StorageError;

/// One space.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceFile {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) author: String,
    pub(super) days: i64,
    pub(super) description: String,
    #[serde(default)]
    pub(super) page: Vec<Entry>,
    #[serde(default)]
    pub(super) blog: Vec<Entry>,
    #[serde(default)]
    pub(super) comment: Vec<CommentEntry>,
    #[serde(default)]
    pub(super) attachment: Vec<FileEntry>,
}

/// A page or a blog post.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) title: String,
    /// The kind of node of the tree, unless it is a page.
    pub(super) kind: Option<String>,
    /// The target of a smart link.
    pub(super) embed_url: Option<String>,
    pub(super) parent: Option<String>,
    pub(super) author: String,
    /// The age in days.
    pub(super) days: i64,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    /// The accounts that like it.
    #[serde(default)]
    pub(super) likes: Vec<String>,
    #[serde(default)]
    pub(super) private: bool,
    pub(super) body: String,
    #[serde(default)]
    pub(super) edit: Vec<EditEntry>,
}

/// A later version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditEntry {
    pub(super) author: String,
    pub(super) days: i64,
    pub(super) message: String,
    pub(super) body: String,
}

/// A comment at the foot of a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentEntry {
    pub(super) on: String,
    pub(super) author: String,
    pub(super) days: i64,
    pub(super) body: String,
}

/// A file on a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileEntry {
    pub(super) on: String,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) author: String,
    pub(super) days: i64,
    pub(super) data: String,
}

/// Reads a file. The files are compiled in, and a test reads them all.
pub(super) fn read(text: &str) -> Result<SpaceFile, StorageError> {
    toml::from_str(text).map_err(|error| unknown("demo content", &error.to_string()))
}

/// Something in a file that does not fit.
pub(super) fn unknown(column: &'static str, value: &str) -> StorageError {
    StorageError::Unknown { column, value: value.to_owned() }
}
