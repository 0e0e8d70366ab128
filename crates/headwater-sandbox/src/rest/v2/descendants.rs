//! Descendants of a node of the page tree, down to a depth, higher nodes first.

use std::collections::HashSet;

use axum::response::Response;
use serde_json::{Value, json};

use super::children::find_node;
use super::paging::{Paging, Sort, up};
use super::parameter::path_id;
use crate::access;
use crate::request::v2_error::{invalid_parameter, wrong_type};
use crate::request::{Call, Query, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::listing::{After, By, Key};
use crate::storage::tree::{self, Descendant};

/// The only order there is; the key is text.
const TOP_TO_BOTTOM: Sort = up("depth", By::Title);

const DEPTH: i64 = 2;
const DEPTH_MOST: i64 = 10;

/// The lists of descendants.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPageDescendants" => list(call, Kind::Page),
    "getWhiteboardDescendants" => list(call, Kind::Whiteboard),
    "getDatabaseDescendants" => list(call, Kind::Database),
    "getFolderDescendants" => list(call, Kind::Folder),
    "getSmartLinkDescendants" => list(call, Kind::Embed),
};

async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let paging = Paging::read(&call.query, 25, TOP_TO_BOTTOM)?;
    let depth = depth(&call.query)?;
    let mut tx = call.begin().await?;
    find_node(&call, &mut tx, kind, id).await?;
    let mut found = tree::descendants(&mut tx, id, depth).await?;
    access::retain(&call, &mut tx, &mut found, |node| &node.content).await?;
    drop(tx);
    // Who may not see a node may not see what is below it either. Parents come before their children.
    let mut open = HashSet::from([id]);
    found.retain(|node| {
        let is_open = node.content.parent_id.is_some_and(|parent_id| open.contains(&parent_id));
        if is_open {
            open.insert(node.content.id);
        }
        is_open
    });
    Ok(paging.cut_all(found, place).reply(&call, |node| show(&node)))
}

fn depth(query: &Query) -> Result<i64, Refusal> {
    let Some(value) = query.first("depth") else { return Ok(DEPTH) };
    let depth: i64 = value.parse().map_err(|_| wrong_type("depth", value, "int"))?;
    match depth {
        1..=DEPTH_MOST => Ok(depth),
        ..1 => Err(invalid_parameter(format!(
            "Provided value {{{depth}}} for 'depth' is less than the min allowed: 1"
        ))),
        _ => Err(invalid_parameter(format!(
            "Provided value {{{depth}}} for 'depth' is greater than the max allowed: {DEPTH_MOST}"
        ))),
    }
}

fn place(node: &Descendant) -> After {
    After { id: node.content.id, key: Key::Text(format!("{:02}:{}", node.depth, node.place)) }
}

fn show(node: &Descendant) -> Value {
    let content = &node.content;
    json!({
        "id": content.id.to_string(),
        "status": content.status.as_str(),
        "title": content.title,
        "type": content.kind.as_str(),
        "parentId": content.parent_id.map(|id| id.to_string()),
        "depth": node.depth,
        "childPosition": content.position,
    })
}
