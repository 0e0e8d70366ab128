//! Containers: content with comments, attachments or custom content.

use serde::Serialize;

use super::super::attachments::public_id;
use crate::storage::content::Kind;

/// The id of the container of a comment, an attachment or custom content: one of these, or none.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Container {
    #[serde(skip_serializing_if = "Option::is_none")]
    page_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blog_post_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_content_id: Option<String>,
}

impl Container {
    /// Names content of this kind. What is neither a blog post, an attachment nor custom content counts as a page.
    pub(crate) fn new(kind: Kind, id: i64) -> Self {
        let mut container = Self::default();
        match kind {
            Kind::BlogPost => container.blog_post_id = Some(id.to_string()),
            Kind::Attachment => container.attachment_id = Some(public_id(id)),
            Kind::Custom => container.custom_content_id = Some(id.to_string()),
            _ => container.page_id = Some(id.to_string()),
        }
        container
    }
}
