//! Children of the nodes of the page tree, in their order.

use axum::response::Response;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::documents;
use super::paging::{Paging, Sort, down, up};
use super::parameter::path_id;
use crate::access;
use crate::request::v2_error::not_found;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::listing::{self, By, Filter, Kinds, Parent};

/// The order of the tree.
pub(crate) const BY_POSITION: Sort = up("child-position", By::Position);

const CHILD_PAGE_SORTS: &[Sort] = &[
    BY_POSITION,
    down("-child-position", By::Position),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("id", By::Id),
    down("-id", By::Id),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
];

const CHILD_SORTS: &[Sort] = &[
    BY_POSITION,
    down("-child-position", By::Position),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("id", By::Id),
    down("-id", By::Id),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
    up("title", By::Title),
    down("-title", By::Title),
];

/// Lists the child pages. This list is deprecated.
pub(crate) async fn child_pages(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, Kind::Page, id).await?;
    drop(tx);
    list(&call, id, Kinds::Only(Kind::Page), CHILD_PAGE_SORTS, "ChildPageSortOrder", show_page).await
}

/// The lists of direct children.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPageDirectChildren" => direct_children(call, Kind::Page),
    "getWhiteboardDirectChildren" => direct_children(call, Kind::Whiteboard),
    "getDatabaseDirectChildren" => direct_children(call, Kind::Database),
    "getFolderDirectChildren" => direct_children(call, Kind::Folder),
    "getSmartLinkDirectChildren" => direct_children(call, Kind::Embed),
};

async fn direct_children(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    find_node(&call, &mut tx, kind, id).await?;
    drop(tx);
    list(&call, id, Kinds::Tree, CHILD_SORTS, "ContentSortOrder", show_typed).await
}

/// Finds a node of the tree that the user may see; the 404 is that of the lists around it.
pub(super) async fn find_node(
    call: &Call,
    connection: &mut SqliteConnection,
    kind: Kind,
    id: i64,
) -> Result<Content, Refusal> {
    let found = access::find(call, connection, id).await?;
    found
        .filter(|content| content.kind == kind && content.visible_to(&call.account_id))
        .ok_or_else(|| not_found(format!("Cannot find [{}] entity with id [{id}]", kind.as_str())))
}

/// Shows a child with its type, as the list of direct children does.
pub(crate) fn show_typed(child: &Content) -> Value {
    json!({
        "id": child.id.to_string(),
        "status": child.status.as_str(),
        "title": child.title,
        "type": child.kind.as_str(),
        "childPosition": child.position,
    })
}

async fn list(
    call: &Call,
    id: i64,
    kind: Kinds,
    sorts: &'static [Sort],
    sort_kind: &str,
    show: fn(&Content) -> Value,
) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, sorts, sort_kind)?)?;
    let filter = Filter {
        kind,
        statuses: &[Status::Current, Status::Archived],
        parent: Parent::Is(id),
        ..documents::list::everything(call, Kind::Page)
    };
    let mut tx = call.begin().await?;
    let rows = listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), paging.fetch()).await?;
    Ok(paging.cut(rows).reply(call, |row| show(&row.content)))
}

fn show_page(child: &Content) -> Value {
    json!({
        "id": child.id.to_string(),
        "status": child.status.as_str(),
        "title": child.title,
        "spaceId": child.space_id.to_string(),
        "childPosition": child.position,
    })
}
