//! How content, versions and links look in v2 replies.

use serde_json::{Map, Value, json};

use super::representation;
use crate::formats::storage_format::References;
use crate::links::{tiny_path, web_path};
use crate::request::Refusal;
use crate::storage::content::{Content, Kind, Status};
use crate::storage::spaces::Space;
use crate::storage::versions::Version;
use crate::timestamp::iso;

/// A page or blog post. `format` is the wanted body; without one the body is an empty object.
pub(crate) fn document(
    content: &Content,
    version: &Version,
    space: &Space,
    format: Option<&str>,
    references: &References,
) -> Result<Value, Refusal> {
    let mut entity = Map::new();
    let mut put = |name: &str, value: Value| drop(entity.insert(name.to_owned(), value));
    put("id", json!(content.id.to_string()));
    put("status", json!(content.status.as_str()));
    put("title", json!(content.title));
    put("spaceId", json!(content.space_id.to_string()));
    if content.kind == Kind::Page {
        put("parentId", json!(content.parent_id.map(|id| id.to_string())));
        put("parentType", json!(content.parent_kind.map(Kind::as_str)));
        put("position", json!(content.position));
        put("ownerId", json!(content.owner_id));
        put("lastOwnerId", json!(content.last_owner_id));
        if let Some(subtype) = &content.subtype {
            put("subtype", json!(subtype));
        }
    }
    put("authorId", json!(content.author_id));
    put("createdAt", json!(iso(content.created_at)));
    put("version", self::version(version));
    put("body", body(&content.body, format, references)?);
    put("_links", document_links(content, space));
    Ok(Value::Object(entity))
}

/// The name of the collection in addresses.
pub(crate) fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Page => "pages",
        Kind::BlogPost => "blogposts",
        Kind::Comment => "footer-comments",
        Kind::Attachment => "attachments",
        Kind::Custom => "custom-content",
        Kind::Whiteboard => "whiteboards",
        Kind::Database => "databases",
        Kind::Folder => "folders",
        Kind::Embed => "embeds",
    }
}

/// A version as it is shown inside content.
pub(crate) fn version(version: &Version) -> Value {
    json!({
        "createdAt": iso(version.created_at),
        "message": version.message,
        "number": version.number,
        "minorEdit": version.minor_edit,
        "authorId": version.author_id,
        "ncsStepVersion": null,
    })
}

/// The body in the wanted format; an empty object when none is wanted.
pub(crate) fn body(storage: &str, format: Option<&str>, references: &References) -> Result<Value, Refusal> {
    let Some(format) = format else { return Ok(json!({})) };
    let value = representation::write(storage, format, references)?;
    Ok(json!({ format: { "representation": format, "value": value } }))
}

/// Adds the base of links, which single entities carry and rows of lists do not.
pub(crate) fn add_base(entity: &mut Value, base: &str) {
    if let Some(links) = entity.get_mut("_links").and_then(Value::as_object_mut) {
        links.insert("base".to_owned(), json!(base));
    }
}

fn document_links(content: &Content, space: &Space) -> Value {
    let web = web_path(content, space);
    let edit = match content.status {
        Status::Draft => web.clone(),
        Status::Current | Status::Trashed | Status::Archived => {
            format!("/pages/resumedraft.action?draftId={}", content.id)
        }
    };
    json!({
        "editui": edit,
        "webui": web,
        "edituiv2": format!("/spaces/{}/pages/edit-v2/{}", space.key, content.id),
        "tinyui": tiny_path(content.id),
    })
}
