//! Versions of content.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Body;
use crate::storage::versions;
use crate::timestamp::iso;

/// A version as it is shown inside content.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    created_at: String,
    message: String,
    number: i64,
    minor_edit: bool,
    author_id: String,
    /// The step of collaborative editing; always null, because the sandbox has no editor.
    ncs_step_version: Option<String>,
}

/// A version in a list of versions, with the content as it was.
#[derive(Debug, Serialize)]
pub(crate) struct VersionOf {
    #[serde(flatten)]
    pub(crate) version: Version,
    /// One member, which is named after the kind of the content.
    #[serde(flatten)]
    pub(crate) content: BTreeMap<&'static str, VersionedContent>,
}

/// Content as it was in one version.
#[derive(Debug, Serialize)]
pub(crate) struct VersionedContent {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) body: Body,
}

/// A version by itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VersionDetails {
    number: i64,
    author_id: String,
    message: String,
    created_at: String,
    minor_edit: bool,
    content_type_modified: bool,
    collaborators: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev_version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_version: Option<i64>,
}

impl From<&versions::Version> for Version {
    fn from(version: &versions::Version) -> Self {
        Self {
            created_at: iso(version.created_at),
            message: version.message.clone(),
            number: version.number,
            minor_edit: version.minor_edit,
            author_id: version.author_id.clone(),
            ncs_step_version: None,
        }
    }
}

impl VersionDetails {
    /// Takes the version and the number of the content's newest one.
    pub(crate) fn new(version: &versions::Version, newest: i64) -> Self {
        Self {
            number: version.number,
            author_id: version.author_id.clone(),
            message: version.message.clone(),
            created_at: iso(version.created_at),
            minor_edit: version.minor_edit,
            content_type_modified: false,
            collaborators: vec![version.author_id.clone()],
            prev_version: (version.number > 1).then_some(version.number - 1),
            next_version: (version.number < newest).then_some(version.number + 1),
        }
    }
}
