//! Whiteboards, databases, folders and smart links.

use serde::Serialize;

use super::Version;
use crate::storage::content::{Content, Kind};
use crate::storage::versions;
use crate::timestamp::iso;

/// A node of the page tree that is no page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TreeNode {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    title: String,
    parent_id: Option<String>,
    /// The kind of the parent: `page`, `folder` and so on.
    parent_type: Option<&'static str>,
    position: Option<i64>,
    author_id: String,
    owner_id: String,
    created_at: String,
    space_id: String,
    version: Version,
    #[serde(rename = "_links")]
    links: TreeNodeLinks,
    #[serde(flatten)]
    smart_link: Option<SmartLink>,
}

/// The further members of smart links.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SmartLink {
    /// The address that the link shows, if it has one.
    embed_url: Option<String>,
}

/// The addresses of a node, below the base.
#[derive(Debug, Serialize)]
struct TreeNodeLinks {
    webui: String,
    /// Of whiteboards only.
    #[serde(skip_serializing_if = "Option::is_none")]
    editui: Option<String>,
    base: String,
}

impl TreeNode {
    /// Takes a node in one version, its path below the site's `/wiki`, which is `base`, and the address of a smart
    /// link.
    pub(crate) fn new(
        content: &Content,
        version: &versions::Version,
        webui: String,
        base: String,
        embed_url: Option<String>,
    ) -> Self {
        let editui = (content.kind == Kind::Whiteboard).then(|| format!("{webui}/edit"));
        Self {
            id: content.id.to_string(),
            kind: content.kind.as_str(),
            status: content.status.as_str(),
            title: content.title.clone(),
            parent_id: content.parent_id.map(|id| id.to_string()),
            parent_type: content.parent_kind.map(Kind::as_str),
            position: content.position,
            author_id: content.author_id.clone(),
            owner_id: content.owner_id.clone(),
            created_at: iso(content.created_at),
            space_id: content.space_id.to_string(),
            version: Version::from(version),
            links: TreeNodeLinks { webui, editui, base },
            smart_link: (content.kind == Kind::Embed).then_some(SmartLink { embed_url }),
        }
    }
}
