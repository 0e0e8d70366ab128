//! Analytics: how often content was viewed. Visits in the web view count, calls of the API do not.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::contents;
use crate::request::v1_error::bad_request;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::views;
use crate::timestamp;

/// The operations of analytics.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getViews" => count(call, false),
    "v1.getViewers" => count(call, true),
};

async fn count(call: Call, people: bool) -> Result<Response, Refusal> {
    let since = match call.query.first("fromDate").filter(|it| !it.is_empty()) {
        None => i64::MIN,
        Some(text) => since(text).ok_or_else(|| {
            bad_request(&format!(
                "fromDate '{text}' is not a date such as 2026-01-31 or 2026-01-31T08:00:00.000Z"
            ))
        })?,
    };
    let mut tx = call.begin().await?;
    let content = contents::find(&call, &mut tx, call.parameter("contentId")).await?;
    let (views, viewers) = views::count(&mut tx, content.id, since).await?;
    Ok(Json(json!({ "id": content.id, "count": if people { viewers } else { views } })).into_response())
}

fn since(text: &str) -> Option<i64> {
    timestamp::parse(text).or_else(|| timestamp::day(text))
}
