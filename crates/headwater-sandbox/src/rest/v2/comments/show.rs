//! How comments look.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::super::{attachments, documents, entity};
use super::marker;
use crate::access;
use crate::links;
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind};
use crate::storage::inline_comments::{self, InlineComment};
use crate::storage::spaces::Space;
use crate::storage::versions::Version;
use crate::timestamp::iso;

/// Members that name what a comment hangs on.
const CONTAINERS: [&str; 4] = ["pageId", "blogPostId", "attachmentId", "customContentId"];

/// A comment as every reply has it.
pub(super) async fn comment(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
    version: &Version,
    spaces: &HashMap<i64, Space>,
    format: Option<&str>,
) -> Result<Value, Refusal> {
    let references = documents::references(call, connection, comment, format).await?;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", json!(comment.id.to_string()));
    put("status", json!(comment.status.as_str()));
    put("title", json!(comment.title));
    if let Some(parent_id) = comment.parent_id {
        put("parentCommentId", json!(parent_id.to_string()));
    }
    put("version", entity::version(version));
    put("body", entity::body(&comment.body, format, &references)?);
    if let (Some(container), Some(space)) =
        (container(call, connection, comment).await?, spaces.get(&comment.space_id))
    {
        match container.kind {
            Kind::BlogPost => put("blogPostId", json!(container.id.to_string())),
            Kind::Attachment => put("attachmentId", json!(attachments::public_id(container.id))),
            Kind::Custom => put("customContentId", json!(container.id.to_string())),
            _ => put("pageId", json!(container.id.to_string())),
        }
        let web = format!("{}?focusedCommentId={}", links::web_path(&container, space), comment.id);
        put("_links", json!({ "webui": web }));
    }
    Ok(Value::Object(shown))
}

/// Answers in the list below a comment do not say again what it all hangs on [spec].
pub(super) fn leave_out_container(shown: &mut Value) {
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, _| !CONTAINERS.contains(&name.as_str()));
    }
}

/// Adds how far a comment is resolved. Footer comments cannot be, and are shown as open.
pub(super) async fn add_resolution(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
    shown: &mut Value,
) -> Result<(), Refusal> {
    let Some(members) = shown.as_object_mut() else { return Ok(()) };
    let Some(place) = inline_comments::find(connection, comment.id).await? else {
        members.insert("resolutionStatus".to_owned(), json!("open"));
        return Ok(());
    };
    let status = resolution(call, connection, comment, &place).await?;
    members.insert("resolutionStatus".to_owned(), json!(status));
    if let (Some(by), Some(at)) = (&place.resolver_id, place.resolved_at) {
        members.insert("resolutionLastModifierId".to_owned(), json!(by));
        members.insert("resolutionLastModifiedAt".to_owned(), json!(iso(at)));
    }
    // The names with hyphens are older and still there.
    let properties = json!({
        "inlineMarkerRef": place.marker_ref,
        "inlineOriginalSelection": place.selection,
        "inline-marker-ref": place.marker_ref,
        "inline-original-selection": place.selection,
    });
    members.insert("properties".to_owned(), properties);
    Ok(())
}

/// A comment dangles when the text it was made on is gone.
pub(super) async fn resolution(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
    place: &InlineComment,
) -> Result<String, Refusal> {
    let container = container(call, connection, comment).await?;
    let anchored = container.is_some_and(|it| marker::is_in(&it.body, &place.marker_ref));
    let keeps = anchored || place.resolution == "resolved";
    Ok(if keeps { place.resolution.clone() } else { "dangling".to_owned() })
}

/// What the comment hangs on.
pub(super) async fn container(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
) -> Result<Option<Content>, Refusal> {
    match comment.container_id {
        Some(id) => Ok(access::find(call, connection, id).await?),
        None => Ok(None),
    }
}
