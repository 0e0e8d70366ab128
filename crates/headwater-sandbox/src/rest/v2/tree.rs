//! Whiteboards, databases, folders and smart links: what hangs in the page tree beside pages. They are created, read
//! and trashed; nothing updates or lists them.

mod create;
mod template;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::documents::{self, read::include};
use super::parameter::path_id;
use super::{entity, paging};
use crate::links;
use crate::request::v2_error::no_content;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::{content_details, contents};

/// The operations on these four kinds.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "createWhiteboard" => create::create(call, Kind::Whiteboard),
    "getWhiteboardById" => read(call, Kind::Whiteboard),
    "deleteWhiteboard" => remove(call, Kind::Whiteboard),
    "createDatabase" => create::create(call, Kind::Database),
    "getDatabaseById" => read(call, Kind::Database),
    "deleteDatabase" => remove(call, Kind::Database),
    "createFolder" => create::create(call, Kind::Folder),
    "getFolderById" => read(call, Kind::Folder),
    "deleteFolder" => remove(call, Kind::Folder),
    "createSmartLink" => create::create(call, Kind::Embed),
    "getSmartLinkById" => read(call, Kind::Embed),
    "deleteSmartLink" => remove(call, Kind::Embed),
};

async fn read(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    let content = documents::find(&call, &mut tx, kind, id).await?;
    let mut shown = show(&call, &mut tx, &content).await?;
    include(&call, &mut tx, &content, &mut shown).await?;
    Ok(paging::single(&call, shown))
}

async fn remove(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    let content = documents::find(&call, &mut tx, kind, id).await?;
    if content.status == Status::Trashed {
        return Err(no_content(kind, id));
    }
    contents::trash(&mut tx, &content, call.content_rules().children_of_trashed).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// One of them, with its links.
async fn show(call: &Call, connection: &mut SqliteConnection, content: &Content) -> Result<Value, Refusal> {
    let version = documents::newest_version(connection, content).await?;
    let space = documents::find_space(call, connection, content.space_id).await?;
    let web = links::web_path(content, &space);
    let mut shown = json!({
        "id": content.id.to_string(),
        "type": content.kind.as_str(),
        "status": content.status.as_str(),
        "title": content.title,
        "parentId": content.parent_id.map(|id| id.to_string()),
        "parentType": content.parent_kind.map(Kind::as_str),
        "position": content.position,
        "authorId": content.author_id,
        "ownerId": content.owner_id,
        "createdAt": crate::timestamp::iso(content.created_at),
        "spaceId": content.space_id.to_string(),
        "version": entity::version(&version),
        "_links": { "webui": web, "base": call.base() },
    });
    if let Some(members) = shown.as_object_mut() {
        match content.kind {
            Kind::Embed => {
                let url = content_details::find(connection, content.id, content_details::EMBED_URL).await?;
                members.insert("embedUrl".to_owned(), json!(url));
            }
            Kind::Whiteboard => {
                let links = json!({ "webui": web, "editui": format!("{web}/edit"), "base": call.base() });
                members.insert("_links".to_owned(), links);
            }
            _ => {}
        }
    }
    Ok(shown)
}
