//! Pages and blog posts.

use serde::Serialize;
use serde_json::Value;

use super::{Body, Version, json};
use crate::formats::storage_format::References;
use crate::links::{tiny_path, web_path};
use crate::request::Refusal;
use crate::storage::content::{Content, Kind, Status};
use crate::storage::spaces::Space;
use crate::storage::versions;
use crate::timestamp::iso;

/// A page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    id: String,
    status: &'static str,
    title: String,
    space_id: String,
    parent_id: Option<String>,
    /// The kind of the parent: `page`, `folder` and so on.
    parent_type: Option<&'static str>,
    position: Option<i64>,
    owner_id: String,
    last_owner_id: Option<String>,
    /// `live` for live docs; other pages have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    subtype: Option<String>,
    author_id: String,
    created_at: String,
    version: Version,
    body: Body,
    #[serde(rename = "_links")]
    links: DocumentLinks,
}

/// A blog post: a page without a place in the tree.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BlogPost {
    id: String,
    status: &'static str,
    title: String,
    space_id: String,
    author_id: String,
    created_at: String,
    version: Version,
    body: Body,
    #[serde(rename = "_links")]
    links: DocumentLinks,
}

/// The addresses of a page or blog post, below the site's `/wiki`.
#[derive(Debug, Serialize)]
struct DocumentLinks {
    editui: String,
    webui: String,
    edituiv2: String,
    tinyui: String,
}

/// Returns a page or blog post with its body in the wanted format. Fails when the body has no form in that format.
pub(crate) fn document(
    content: &Content,
    version: &versions::Version,
    space: &Space,
    format: Option<&str>,
    references: &References,
) -> Result<Value, Refusal> {
    let body = Body::of(&content.body, format, references)?;
    Ok(match content.kind {
        Kind::Page => json(&page(content, version, space, body)),
        _ => json(&blog_post(content, version, space, body)),
    })
}

fn page(content: &Content, version: &versions::Version, space: &Space, body: Body) -> Page {
    Page {
        id: content.id.to_string(),
        status: content.status.as_str(),
        title: content.title.clone(),
        space_id: content.space_id.to_string(),
        parent_id: content.parent_id.map(|id| id.to_string()),
        parent_type: content.parent_kind.map(Kind::as_str),
        position: content.position,
        owner_id: content.owner_id.clone(),
        last_owner_id: content.last_owner_id.clone(),
        subtype: content.subtype.clone(),
        author_id: content.author_id.clone(),
        created_at: iso(content.created_at),
        version: Version::from(version),
        body,
        links: DocumentLinks::of(content, space),
    }
}

fn blog_post(content: &Content, version: &versions::Version, space: &Space, body: Body) -> BlogPost {
    BlogPost {
        id: content.id.to_string(),
        status: content.status.as_str(),
        title: content.title.clone(),
        space_id: content.space_id.to_string(),
        author_id: content.author_id.clone(),
        created_at: iso(content.created_at),
        version: Version::from(version),
        body,
        links: DocumentLinks::of(content, space),
    }
}

impl DocumentLinks {
    fn of(content: &Content, space: &Space) -> Self {
        let webui = web_path(content, space);
        let editui = match content.status {
            // The page of a draft is its editor.
            Status::Draft => webui.clone(),
            Status::Current | Status::Trashed | Status::Archived => {
                format!("/pages/resumedraft.action?draftId={}", content.id)
            }
        };
        let edituiv2 = format!("/spaces/{}/pages/edit-v2/{}", space.key, content.id);
        Self { editui, webui, edituiv2, tinyui: tiny_path(content.id) }
    }
}
