//! Whiteboards, databases, folders and smart links: the nodes of the page tree beside pages. They are created, read
//! and trashed; nothing updates or lists them.

mod create;
mod template;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::documents::{self, read::include};
use super::entities::{self, TreeNode};
use super::paging;
use super::parameter::path_id;
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

/// Shows a node with its links.
async fn show(call: &Call, connection: &mut SqliteConnection, content: &Content) -> Result<Value, Refusal> {
    let version = documents::newest_version(connection, content).await?;
    let space = documents::find_space(call, connection, content.space_id).await?;
    let embed_url = match content.kind {
        Kind::Embed => content_details::find(connection, content.id, content_details::EMBED_URL).await?,
        _ => None,
    };
    let webui = links::web_path(content, &space);
    Ok(entities::json(&TreeNode::new(content, &version, webui, call.base(), embed_url)))
}
