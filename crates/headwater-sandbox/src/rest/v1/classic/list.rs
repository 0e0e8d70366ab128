//! Lists of pages or blog posts, by space and title.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::super::offset::Offset;
use super::super::show;
use super::check_answered;
use crate::access;
use crate::request::v1_error::{bad_request, exception, not_found};
use crate::request::{Call, Refusal};
use crate::rest::v2::documents::list::everything;
use crate::storage::content::{Kind, Status};
use crate::storage::listing::{self, By, Filter, Order};

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, 25, 1000)?;
    let kind = match call.query.first("type") {
        None | Some("page") => Kind::Page,
        Some("blogpost") => Kind::BlogPost,
        Some(kind @ ("folder" | "whiteboard" | "database" | "embed")) => {
            return Err(exception(
                StatusCode::NOT_IMPLEMENTED,
                "com.atlassian.confluence.api.service.exceptions.api.NotImplementedServiceException",
                &format!("Content of type {kind} cannot be listed"),
            ));
        }
        Some(other) => return Err(bad_request(&format!("No ContentType found for value: {other}"))),
    };
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let space_ids = match call.query.first("spaceKey").filter(|key| !key.is_empty()) {
        None => Vec::new(),
        Some(key) => {
            let space = access::find_space_by_key(&call, &mut tx, key).await?;
            vec![space.ok_or_else(|| not_found(&format!("No space with key : {key}")))?.id]
        }
    };
    let statuses = statuses(&call)?;
    let filter = Filter {
        statuses: &statuses,
        space_ids: &space_ids,
        title: call.query.first("title").filter(|title| !title.is_empty()),
        ..everything(&call, kind)
    };
    let order = Order { by: By::Id, descending: false };
    let rows = listing::list(&mut tx, &filter, order, None, offset.fetch()).await?;
    let (rows, has_more) = offset.cut(rows);
    let mut shown: Vec<Value> = Vec::new();
    for row in rows {
        shown.push(show::content(&call, &mut tx, &row.content).await?);
    }
    Ok(offset.reply(&call, &shown, has_more))
}

fn statuses(call: &Call) -> Result<Vec<Status>, Refusal> {
    let words = call.query.list("status");
    if words.is_empty() {
        return Ok(vec![Status::Current]);
    }
    if words.contains(&"any") {
        return Ok(vec![Status::Current, Status::Archived, Status::Trashed]);
    }
    let unknown = |word: &str| bad_request(&format!("No ContentStatus found for value: {word}"));
    words.into_iter().map(|word| Status::parse(word).ok_or_else(|| unknown(word))).collect()
}
