//! Custom content.

use serde::Serialize;

use super::{Body, Container, Version, WebLink};
use crate::links::web_path;
use crate::storage::content::Content;
use crate::storage::spaces::Space;
use crate::storage::versions;
use crate::timestamp::iso;

/// Custom content: what an app keeps in Confluence.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomContent {
    id: String,
    /// The type that its app has given it.
    #[serde(rename = "type")]
    kind: Option<String>,
    status: &'static str,
    title: String,
    space_id: String,
    #[serde(flatten)]
    container: Container,
    author_id: String,
    created_at: String,
    version: Version,
    body: Body,
    #[serde(rename = "_links")]
    links: WebLink,
}

impl CustomContent {
    /// Takes custom content in one version, its container if the reader sees it, and its body in the wanted format.
    pub(crate) fn new(
        content: &Content,
        version: &versions::Version,
        space: &Space,
        container: Option<&Content>,
        body: Body,
    ) -> Self {
        let container = container.map(|container| Container::new(container.kind, container.id));
        Self {
            id: content.id.to_string(),
            kind: content.subtype.clone(),
            status: content.status.as_str(),
            title: content.title.clone(),
            space_id: content.space_id.to_string(),
            container: container.unwrap_or_default(),
            author_id: content.author_id.clone(),
            created_at: iso(content.created_at),
            version: Version::from(version),
            body,
            links: WebLink::new(web_path(content, space)),
        }
    }
}
