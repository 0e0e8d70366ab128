//! Attachments.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::super::attachments::{describe, public_id};
use super::{Container, Version};
use crate::links::download_path;
use crate::storage::content::{Content, Kind};
use crate::storage::{attachments, versions};
use crate::timestamp::iso;

/// An attachment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment {
    id: String,
    status: &'static str,
    title: String,
    created_at: String,
    #[serde(flatten)]
    container: Container,
    media_type: String,
    media_type_description: Option<&'static str>,
    comment: String,
    /// The id by which the bodies of documents name it.
    file_id: String,
    /// In bytes.
    file_size: i64,
    webui_link: String,
    download_link: String,
    version: Version,
    #[serde(rename = "_links")]
    links: AttachmentLinks,
}

/// The addresses of an attachment, below the site's `/wiki`.
#[derive(Debug, Serialize)]
struct AttachmentLinks {
    webui: String,
    download: String,
}

impl Attachment {
    /// Takes the attachment as content, in one version, the kind of its container, and its file.
    pub(crate) fn new(
        content: &Content,
        version: &versions::Version,
        container_kind: Kind,
        file: &attachments::Attachment,
    ) -> Self {
        let container_id = file.container_id;
        let name = utf8_percent_encode(&content.title, NON_ALPHANUMERIC).to_string();
        let webui = format!(
            "/pages/viewpageattachments.action?pageId={container_id}&preview=%2F{container_id}%2F{}%2F{name}",
            content.id
        );
        let download = download_path(content, version.created_at, container_id);
        Self {
            id: public_id(content.id),
            status: content.status.as_str(),
            title: content.title.clone(),
            created_at: iso(content.created_at),
            container: Container::new(container_kind, container_id),
            media_type: file.media_type.clone(),
            media_type_description: describe(&file.media_type),
            comment: file.comment.clone(),
            file_id: file.file_id.clone(),
            file_size: file.file_size,
            webui_link: webui.clone(),
            download_link: download.clone(),
            version: Version::from(version),
            links: AttachmentLinks { webui, download },
        }
    }
}
