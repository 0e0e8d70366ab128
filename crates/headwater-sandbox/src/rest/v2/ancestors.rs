//! Ancestors of a node of the page tree, the highest first.

use axum::response::Response;
use serde_json::{Value, json};

use super::children::find_node;
use super::paging::{Paging, single, up};
use super::parameter::path_id;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::listing::By;
use crate::storage::tree;

/// The lists of ancestors.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getPageAncestors" => list(call, Kind::Page),
    "getWhiteboardAncestors" => list(call, Kind::Whiteboard),
    "getDatabaseAncestors" => list(call, Kind::Database),
    "getFolderAncestors" => list(call, Kind::Folder),
    "getSmartLinkAncestors" => list(call, Kind::Embed),
};

/// Lists the nearest ancestors. There is no cursor: more are found by asking for the ancestors of the first row.
async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let limit = Paging::read(&call.query, 25, up("id", By::Id))?.limit;
    let mut tx = call.begin().await?;
    let content = find_node(&call, &mut tx, kind, id).await?;
    let mut above = tree::ancestors(&mut tx, &content).await?;
    drop(tx);
    above.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let rows: Vec<Value> = above
        .iter()
        .rev()
        .map(|above| json!({ "id": above.id.to_string(), "type": above.kind.as_str() }))
        .collect();
    // Only the operation on pages is described with links.
    let reply = match kind {
        Kind::Page => json!({ "results": rows, "_links": { "base": call.base() } }),
        _ => json!({ "results": rows }),
    };
    Ok(single(&call, reply))
}
