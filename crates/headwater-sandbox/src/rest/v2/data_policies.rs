//! Data policies, which block apps from content. The sandbox blocks nothing.

use std::future::ready;

use axum::response::Response;
use serde_json::{Value, json};

use super::entities;
use super::paging::{self, Paging, Sort};
use super::parameter::{ids, texts};
use super::spaces::{SORTS, Show, place};
use crate::access;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};

/// The operations on data policies.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getDataPolicyMetadata" => ready(Ok(metadata(&call))),
    "getDataPolicySpaces" => list(call),
};

fn metadata(call: &Call) -> Response {
    paging::single(call, json!({ "anyContentBlocked": false }))
}

async fn list(call: Call) -> Result<Response, Refusal> {
    let sort = Sort::read(&call.query, SORTS, "SpaceSortOrder")?;
    let paging = Paging::read(&call.query, 25, sort)?;
    let ids = ids(&call.query, "ids", 250)?;
    let keys: Vec<String> = texts(&call.query, "keys", 250)?.into_iter().map(str::to_lowercase).collect();
    let mut tx = call.begin().await?;
    let mut rows = access::spaces(&call, &mut tx).await?;
    rows.retain(|space| {
        (ids.is_empty() || ids.contains(&space.id))
            && (keys.is_empty() || keys.contains(&space.key.to_lowercase()))
    });
    let by_key = sort.word.ends_with("key");
    let page = paging.cut_all(rows, |space| place(space, sort, by_key));
    let show = Show { description: Some("plain".to_owned()), icon: true };
    Ok(page.reply(&call, |space| {
        let whole = entities::json(&show.space(&space));
        let mut shown = json!({ "dataPolicy": { "anyContentBlocked": false } });
        if let (Some(shown), Value::Object(whole)) = (shown.as_object_mut(), whole) {
            let wanted = ["id", "key", "name", "description", "icon", "_links"];
            shown.extend(whole.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())));
        }
        shown
    }))
}
