//! The labels of content as v1 listed them.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::super::contents::find;
use super::super::labels::show;
use super::super::offset::Offset;
use super::check_answered;
use crate::request::v1_error::exception;
use crate::request::{Call, Refusal};
use crate::storage::labels;

/// The largest limit. A larger one is reduced silently.
const LIMIT: usize = 200;

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, LIMIT, LIMIT)?;
    if offset.limit == 0 {
        return Err(exception(StatusCode::BAD_REQUEST, "java.lang.IllegalArgumentException", "null"));
    }
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let content = find(&call, &mut tx, call.parameter("id")).await?;
    let mut found = labels::of_content(&mut tx, content.id).await?;
    if let Some(prefix) = call.query.first("prefix") {
        found.retain(|label| label.prefix == prefix);
    }
    let (found, has_more) = offset.cut(found);
    let rows: Vec<Value> = found.iter().map(show).collect();
    Ok(offset.reply(&call, &rows, has_more))
}
