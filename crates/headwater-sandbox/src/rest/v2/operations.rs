//! Permitted operations: what the user may do with content and with spaces.

use axum::response::Response;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::documents::{self, find_space};
use super::parameter::path_id;
use super::{attachments, paging};
use crate::access;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind};
use crate::storage::space_permissions::RIGHTS;

/// The operations that tell what is permitted.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPageOperations" => permitted(call, Kind::Page),
    "getBlogPostOperations" => permitted(call, Kind::BlogPost),
    "getCustomContentOperations" => permitted(call, Kind::Custom),
    "getWhiteboardOperations" => permitted(call, Kind::Whiteboard),
    "getDatabaseOperations" => permitted(call, Kind::Database),
    "getSmartLinkOperations" => permitted(call, Kind::Embed),
    "getFolderOperations" => permitted(call, Kind::Folder),
    "getAttachmentOperations" => permitted(call, Kind::Attachment),
    "getFooterCommentOperations" => permitted(call, Kind::Comment),
    "getInlineCommentOperations" => permitted(call, Kind::Comment),
    "getSpaceOperations" => permitted_on_space(call),
};

async fn permitted(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = match kind {
        Kind::Attachment => attachments::path_id(&call)?,
        _ => path_id(&call, "id")?,
    };
    let mut tx = call.begin().await?;
    let content = documents::find(&call, &mut tx, kind, id).await?;
    let asked = call.path.split('/').nth(4).unwrap_or_default();
    if kind == Kind::Comment && content.subtype.as_deref() != asked.split('-').next() {
        return Err(crate::request::v2_error::no_content(kind, id));
    }
    let operations = of_content(&call, &mut tx, &content).await?;
    Ok(paging::single(&call, json!({ "operations": operations })))
}

async fn permitted_on_space(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    find_space(&call, &mut tx, id).await?;
    let operations = of_space(&call, &mut tx, id).await?;
    Ok(paging::single(&call, json!({ "operations": operations })))
}

/// Returns the operations permitted on content that the user sees.
pub(super) async fn of_content(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Vec<Value>, Refusal> {
    let target = content.kind.as_str();
    let is_document = matches!(content.kind, Kind::Page | Kind::BlogPost);
    let mut permitted = vec![show("read", target)];
    if access::may_update(call, connection, content).await? {
        permitted.push(show("update", target));
    }
    if access::may_delete(call, connection, content).await? {
        permitted.push(show("delete", target));
    }
    if access::may_restrict(call, connection, content).await? && content.container_id.is_none() {
        permitted.extend([show("restrict_content", target), show("clear_permissions", target)]);
    }
    if content.kind == Kind::Page
        && access::may(call, connection, content.space_id, "archive", "page").await?
        && access::may_update(call, connection, content).await?
    {
        permitted.push(show("archive", target));
    }
    if is_document {
        permitted.push(show("view_analytics", target));
    }
    for kind in below(content.kind) {
        if access::may_create(call, connection, content.space_id, *kind).await? {
            permitted.push(show("create", kind.as_str()));
            // Slides come with pages: the vendor lists them, and has no operation that creates one.
            if (content.kind, *kind) == (Kind::Page, Kind::Page) {
                permitted.push(show("create", "slide"));
            }
        }
    }
    Ok(permitted)
}

/// Returns the operations permitted on a space that the user sees.
pub(super) async fn of_space(
    call: &Call,
    connection: &mut SqliteConnection,
    space_id: i64,
) -> Result<Vec<Value>, Refusal> {
    let mut permitted = Vec::new();
    for right in RIGHTS {
        if access::may(call, connection, space_id, right.operation, right.target).await? {
            permitted.push(show(right.operation, right.target));
        }
    }
    Ok(permitted)
}

fn show(operation: &str, target: &str) -> Value {
    json!({ "operation": operation, "targetType": target })
}

/// Returns the kinds that can be added below content of a kind, or attached to it.
fn below(kind: Kind) -> &'static [Kind] {
    match kind {
        Kind::Page => &[
            Kind::Database,
            Kind::Folder,
            Kind::Attachment,
            Kind::Comment,
            Kind::Page,
            Kind::Embed,
            Kind::Whiteboard,
        ],
        Kind::Folder | Kind::Whiteboard | Kind::Database | Kind::Embed => {
            &[Kind::Database, Kind::Folder, Kind::Page, Kind::Embed, Kind::Whiteboard]
        }
        Kind::BlogPost => &[Kind::Attachment, Kind::Comment],
        Kind::Attachment | Kind::Custom | Kind::Comment => &[Kind::Comment],
    }
}
