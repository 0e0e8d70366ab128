//! Children and descendants of content, one kind at a time.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::super::contents::find;
use super::super::offset::Offset;
use super::super::show;
use super::check_answered;
use crate::access;
use crate::request::v1_error::bad_request;
use crate::request::{Call, Refusal};
use crate::rest::v2::documents::list::everything;
use crate::storage::content::{Content, Kind, Status};
use crate::storage::listing::{self, By, Filter, Listed, Order, Parent};
use crate::storage::tree;

/// The greatest depth of a page tree that is handled.
const DEEPEST: i64 = 1000;

/// The kinds that can be asked for.
const KINDS: [Kind; 7] = [
    Kind::Page,
    Kind::Comment,
    Kind::Attachment,
    Kind::Folder,
    Kind::Whiteboard,
    Kind::Database,
    Kind::Embed,
];

/// Shows the address of each kind of children.
pub(super) async fn kinds(call: Call) -> Result<Response, Refusal> {
    let id = call.parameter("id");
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, id).await?;
    let path = call.path.strip_prefix("/wiki").unwrap_or(&call.path);
    let expanded = call.query.list("expand");
    let mut shown = Map::new();
    let mut expandable = Map::new();
    for kind in [Kind::Page, Kind::Comment, Kind::Attachment] {
        let word = kind.as_str();
        if expanded.contains(&word) {
            let rows = rows(&call, &mut tx, &content, kind, 26).await?;
            let offset = Offset { start: 0, limit: 25 };
            let (rows, _) = offset.cut(rows);
            let results = show_all(&call, &mut tx, rows).await?;
            let size = results.len();
            shown.insert(
                word.to_owned(),
                json!({ "results": results, "start": 0, "limit": 25, "size": size }),
            );
        } else {
            expandable.insert(word.to_owned(), json!(format!("{path}/{word}")));
        }
    }
    shown.insert("_expandable".to_owned(), Value::Object(expandable));
    let links = json!({ "base": call.base(), "context": "/wiki", "self": format!("{}{path}", call.base()) });
    shown.insert("_links".to_owned(), links);
    Ok(Json(Value::Object(shown)).into_response())
}

/// Lists the direct children of one kind.
pub(super) async fn children(call: Call) -> Result<Response, Refusal> {
    let kind = kind(&call)?;
    let offset = Offset::read(&call.query, 25, 1000)?;
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let rows = rows(&call, &mut tx, &content, kind, offset.fetch()).await?;
    let (rows, has_more) = offset.cut(rows);
    let shown = show_all(&call, &mut tx, rows).await?;
    Ok(offset.reply(&call, &shown, has_more))
}

/// Lists everything of one kind below content, however deep. This is still documented.
pub(super) async fn descendants(call: Call) -> Result<Response, Refusal> {
    let kind = kind(&call)?;
    let depth = depth(&call)?;
    let offset = Offset::read(&call.query, 25, 1000)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let mut found: Vec<Content> = Vec::new();
    if kind.is_in_tree() {
        let below = tree::descendants(&mut tx, content.id, depth).await?;
        found.extend(below.into_iter().map(|node| node.content).filter(|it| it.kind == kind));
    } else {
        let rows = everything_on(&call, &mut tx, &content, kind).await?;
        found.extend(rows.into_iter().map(|row| row.content));
    }
    found.retain(|it| it.status == Status::Current);
    access::retain(&call, &mut tx, &mut found, |content| content).await?;
    let (found, has_more) = offset.cut(found);
    let mut shown = Vec::new();
    for content in &found {
        shown.push(show::content(&call, &mut tx, content).await?);
    }
    Ok(offset.reply(&call, &shown, has_more))
}

/// Reads the depth: all levels, the children only, or a number of levels.
fn depth(call: &Call) -> Result<i64, Refusal> {
    match call.query.first("depth") {
        None | Some("all") => Ok(DEEPEST),
        Some("root") => Ok(1),
        Some(text) => {
            text.parse().ok().filter(|depth| (1..=100).contains(depth)).ok_or_else(|| {
                bad_request(&format!("Depth {text} is not all, root or a number from 1 to 100"))
            })
        }
    }
}

fn kind(call: &Call) -> Result<Kind, Refusal> {
    let word = call.parameter("type");
    let known = Kind::parse(word).filter(|kind| KINDS.contains(kind));
    known.ok_or_else(|| bad_request(&format!("No ContentType found for value: {word}")))
}

/// Lists the first children of one kind, in their order.
async fn rows(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    kind: Kind,
    limit: u32,
) -> Result<Vec<Listed>, Refusal> {
    let (parent, container_id) = match kind {
        Kind::Comment if content.kind == Kind::Comment => (Parent::Is(content.id), None),
        // With `depth=all` the answers are among them.
        Kind::Comment if call.query.first("depth") == Some("all") => (Parent::Any, Some(content.id)),
        Kind::Comment => (Parent::Nothing, Some(content.id)),
        Kind::Attachment => (Parent::Any, Some(content.id)),
        _ => (Parent::Is(content.id), None),
    };
    let filter = Filter {
        statuses: &[Status::Current],
        title: call.query.first("filename").filter(|_| kind == Kind::Attachment),
        media_type: call.query.first("mediaType").filter(|_| kind == Kind::Attachment),
        parent,
        container_id,
        ..everything(call, kind)
    };
    let by = if kind.is_in_tree() { By::Position } else { By::Id };
    Ok(listing::list(connection, &filter, Order { by, descending: false }, None, limit).await?)
}

/// Lists all comments or files on content.
async fn everything_on(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    kind: Kind,
) -> Result<Vec<Listed>, Refusal> {
    let filter =
        Filter { statuses: &[Status::Current], container_id: Some(content.id), ..everything(call, kind) };
    let order = Order { by: By::Id, descending: false };
    Ok(listing::list(connection, &filter, order, None, u32::MAX).await?)
}

async fn show_all(
    call: &Call,
    connection: &mut SqliteConnection,
    rows: Vec<Listed>,
) -> Result<Vec<Value>, Refusal> {
    let mut shown = Vec::new();
    for row in rows {
        shown.push(show::content(call, connection, &row.content).await?);
    }
    Ok(shown)
}
