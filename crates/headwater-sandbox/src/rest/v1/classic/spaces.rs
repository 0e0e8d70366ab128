//! Spaces as v1 read them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::super::offset::Offset;
use super::super::spaces::{find, show};
use super::check_answered;
use crate::access;
use crate::request::{Call, Refusal};

/// The default and the greatest number of rows of a list.
const LIMITS: (usize, usize) = (25, 1000);

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let offset = Offset::read(&call.query, LIMITS.0, LIMITS.1)?;
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let mut found = access::spaces(&call, &mut tx).await?;
    let keys: Vec<String> = call.query.list("spaceKey").into_iter().map(str::to_lowercase).collect();
    let wanted = |name: &str, value: &str| call.query.first(name).is_none_or(|it| it == value);
    found.retain(|space| {
        (keys.is_empty() || keys.contains(&space.key.to_lowercase()))
            && wanted("type", &space.kind)
            && wanted("status", &space.status)
    });
    let (found, has_more) = offset.cut(found);
    let rows: Vec<Value> = found.iter().map(|space| show(&call, space)).collect();
    Ok(offset.reply(&call, &rows, has_more))
}

pub(super) async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let space = find(&call, &mut tx).await?;
    Ok(Json(show(&call, &space)).into_response())
}
