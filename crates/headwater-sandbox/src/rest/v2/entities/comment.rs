//! Comments.

use serde::Serialize;

use super::{Body, Container, Version, WebLink};
use crate::storage::content::Content;
use crate::storage::inline_comments::InlineComment;
use crate::storage::versions;
use crate::timestamp::iso;

/// A comment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comment {
    id: String,
    status: &'static str,
    title: String,
    /// The comment that this one answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_comment_id: Option<String>,
    version: Version,
    body: Body,
    /// The content that was commented on; left out where the reader may not see it.
    #[serde(flatten)]
    pub(crate) container: Container,
    #[serde(rename = "_links", skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<WebLink>,
    #[serde(flatten)]
    pub(crate) resolution: Option<Resolution>,
}

/// How far a comment is resolved.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resolution {
    /// `open`, `reopened`, `resolved`, or `dangling` when the text it was made on is gone.
    resolution_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution_last_modifier_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution_last_modified_at: Option<String>,
    /// Of inline comments only.
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<InlineProperties>,
}

/// The place of an inline comment. The names with hyphens are older and still there.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InlineProperties {
    inline_marker_ref: String,
    inline_original_selection: String,
    #[serde(rename = "inline-marker-ref")]
    old_inline_marker_ref: String,
    #[serde(rename = "inline-original-selection")]
    old_inline_original_selection: String,
}

impl Comment {
    /// Takes a comment in one version and its body in the wanted format. The caller adds its container, links and
    /// resolution.
    pub(crate) fn new(comment: &Content, version: &versions::Version, body: Body) -> Self {
        Self {
            id: comment.id.to_string(),
            status: comment.status.as_str(),
            title: comment.title.clone(),
            parent_comment_id: comment.parent_id.map(|id| id.to_string()),
            version: Version::from(version),
            body,
            container: Container::default(),
            links: None,
            resolution: None,
        }
    }
}

impl Resolution {
    /// The resolution of a footer comment: it cannot be resolved, and is shown as open.
    pub(crate) fn footer() -> Self {
        Self {
            resolution_status: "open".to_owned(),
            resolution_last_modifier_id: None,
            resolution_last_modified_at: None,
            properties: None,
        }
    }

    /// The resolution of an inline comment, with its status.
    pub(crate) fn inline(status: String, place: &InlineComment) -> Self {
        let last = place.resolver_id.clone().zip(place.resolved_at);
        Self {
            resolution_status: status,
            resolution_last_modified_at: last.as_ref().map(|(_, at)| iso(*at)),
            resolution_last_modifier_id: last.map(|(by, _)| by),
            properties: Some(InlineProperties {
                inline_marker_ref: place.marker_ref.clone(),
                inline_original_selection: place.selection.clone(),
                old_inline_marker_ref: place.marker_ref.clone(),
                old_inline_original_selection: place.selection.clone(),
            }),
        }
    }
}
