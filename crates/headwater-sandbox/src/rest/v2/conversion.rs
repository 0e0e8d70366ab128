//! Conversion of content ids to content types, for clients that keep only ids.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use crate::access;
use crate::request::v2_error::{invalid_body, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind};

/// The most ids of one request.
const MOST: usize = 100;

/// The one operation.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "convertContentIdsToContentTypes" => convert(call),
};

async fn convert(call: Call) -> Result<Response, Refusal> {
    let ids = read_ids(&Fields::read(&call.body)?)?;
    let mut tx = call.begin().await?;
    let mut results = Map::new();
    for (text, id) in ids {
        let found = access::find(&call, &mut tx, id).await?;
        let found = found.filter(|content| content.visible_to(&call.account_id));
        results.insert(text, found.map_or(Value::Null, |content| json!(type_of(&content))));
    }
    Ok(Json(json!({ "results": results })).into_response())
}

/// Reads the ids, as they were sent and as numbers. Ids of attachments may start with `att`.
fn read_ids(fields: &Fields) -> Result<Vec<(String, i64)>, Refusal> {
    let Some(Value::Array(entries)) = fields.value("contentIds") else {
        return Err(invalid_body("contentIds: must not be null"));
    };
    if entries.len() > MOST {
        return Err(invalid_body(format!("contentIds: size must be between 0 and {MOST}")));
    }
    entries
        .iter()
        .map(|entry| {
            let text = entry.as_str().map_or_else(|| entry.to_string(), str::to_owned);
            let digits = text.strip_prefix("att").unwrap_or(&text);
            let id = digits.parse().map_err(|_| wrong_type("contentIds", &text, "ContentId"))?;
            Ok((text, id))
        })
        .collect()
}

/// Returns the type as v2 calls it.
fn type_of(content: &Content) -> &str {
    match (content.kind, content.subtype.as_deref()) {
        (Kind::Comment, Some("inline")) => "inline-comment",
        (Kind::Comment, _) => "footer-comment",
        (Kind::Custom, Some(custom_type)) => custom_type,
        (kind, _) => kind.as_str(),
    }
}
