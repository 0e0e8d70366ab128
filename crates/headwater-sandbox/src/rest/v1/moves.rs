//! Moving pages in the tree: before or after another page, or below it, in any space.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::SqliteConnection;

use super::contents::{check_title_is_free, find_node};
use crate::access;
use crate::request::v1_error::{bad_request, forbidden};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind};
use crate::storage::{contents, tree};

/// The greatest depth of a page tree that is handled.
const DEEPEST: i64 = 1000;

/// The new place of a page, as seen from the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Before,
    After,
    Append,
}

/// The operation that moves.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.movePage" => move_page(call),
};

async fn move_page(call: Call) -> Result<Response, Refusal> {
    let position = Position::read(call.parameter("position"))?;
    let mut tx = call.begin().await?;
    let page = find_node(&call, &mut tx, call.parameter("pageId")).await?;
    let target = find_node(&call, &mut tx, call.parameter("targetId")).await?;
    check_no_circle(&mut tx, &page, &target).await?;
    if page.space_id != target.space_id {
        if !access::may_create(&call, &mut tx, target.space_id, page.kind).await? {
            return Err(forbidden("The user does not have permission to move content to this space"));
        }
        change_space(&mut tx, &page, target.space_id).await?;
    }
    let page = contents::reread(&mut tx, page.id).await?;
    match position {
        Position::Append => contents::set_parent(&mut tx, &page, Some(target.id)).await?,
        Position::Before => tree::put_beside(&mut tx, &page, &target, false).await?,
        Position::After => tree::put_beside(&mut tx, &page, &target, true).await?,
    }
    tx.commit().await?;
    Ok(Json(json!({ "pageId": page.id.to_string() })).into_response())
}

impl Position {
    fn read(word: &str) -> Result<Self, Refusal> {
        match word {
            "before" => Ok(Self::Before),
            "after" => Ok(Self::After),
            "append" => Ok(Self::Append),
            other => {
                Err(bad_request(&format!("Position '{other}' is not valid. Use before, after or append")))
            }
        }
    }
}

/// Refuses to move a page below or beside itself.
async fn check_no_circle(
    connection: &mut SqliteConnection,
    page: &Content,
    target: &Content,
) -> Result<(), Refusal> {
    let above = tree::ancestors(connection, target).await?;
    if page.id == target.id || above.iter().any(|node| node.id == page.id) {
        return Err(bad_request(
            "Cannot move a page to be a child or sibling of itself or of its descendant",
        ));
    }
    Ok(())
}

/// Moves a node and all below it to another space, where the titles of its pages must be free.
async fn change_space(
    connection: &mut SqliteConnection,
    node: &Content,
    space_id: i64,
) -> Result<(), Refusal> {
    let below = tree::descendants(connection, node.id, DEEPEST).await?;
    for content in below.iter().map(|below| &below.content).chain([node]) {
        if content.kind == Kind::Page {
            check_title_is_free(connection, space_id, &content.title).await?;
        }
    }
    Ok(tree::set_space(connection, node.id, space_id).await?)
}
