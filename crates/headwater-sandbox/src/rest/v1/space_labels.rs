//! The labels of spaces, and the details of a label by its name.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::labels::{list_of, read};
use crate::access;
use crate::request::v1_error::{bad_request, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::labels::{self, Label};
use crate::storage::spaces::Space;

/// The operations on the labels of spaces.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.getLabelsForSpace" => list(call),
    "v1.addLabelsToSpace" => add(call),
    "v1.deleteLabelFromSpace" => remove(call),
    "v1.getAllLabelContent" => details(call),
};

async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<Space, Refusal> {
    let key = call.parameter("spaceKey");
    let found = access::find_space_by_key(call, connection, key).await?;
    found.ok_or_else(|| not_found(&format!("No space with key : {key}")))
}

fn reply(call: &Call, space: &Space, labels: &[Label]) -> Response {
    let path = format!("{}/rest/api/space/{}/label", call.base(), space.key);
    Json(list_of(call, &path, labels)).into_response()
}

async fn list(call: Call) -> Result<Response, Refusal> {
    let prefix = call.query.first("prefix");
    let mut tx = call.begin().await?;
    let space = find(&call, &mut tx).await?;
    let mut all = labels::of_space(&mut tx, space.id).await?;
    drop(tx);
    all.retain(|label| prefix.is_none_or(|prefix| label.prefix == prefix));
    Ok(reply(&call, &space, &all))
}

async fn add(call: Call) -> Result<Response, Refusal> {
    let wanted = read(&call.body)?;
    let mut tx = call.begin().await?;
    let space = find(&call, &mut tx).await?;
    for (prefix, name) in &wanted {
        labels::attach_to_space(&mut tx, space.id, prefix, name, &call.account_id, call.now()).await?;
    }
    let all = labels::of_space(&mut tx, space.id).await?;
    tx.commit().await?;
    Ok(reply(&call, &space, &all))
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let name = call.query.first("name").unwrap_or_default().to_owned();
    let prefix = call.query.first("prefix").unwrap_or("global").to_owned();
    if name.is_empty() {
        return Err(bad_request("Label name is required"));
    }
    let mut tx = call.begin().await?;
    let space = find(&call, &mut tx).await?;
    if !labels::detach_from_space(&mut tx, space.id, &prefix, &name).await? {
        return Err(not_found(&format!("Label '{prefix}:{name}' is not on space {}", space.key)));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Shows a label by its name. It exists as long as something carries it.
async fn details(call: Call) -> Result<Response, Refusal> {
    let name = call.query.first("name").unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(bad_request("Label name is required"));
    }
    let mut tx = call.begin().await?;
    let found = labels::named(&mut tx, &name).await?;
    let Some(label) = found.first() else { return Err(not_found(&format!("No label with name : {name}"))) };
    let carriers = labels::carriers(&mut tx, &call.site.cloud_id, label.id, call.viewer()).await?;
    let kind = call.query.first("type");
    let contents: Vec<Value> = carriers
        .iter()
        .filter(|it| kind.is_none_or(|kind| it.kind == kind))
        .map(|it| json!({ "contentType": it.kind, "contentId": it.id, "title": it.title }))
        .collect();
    Ok(Json(json!({
        "label": { "prefix": label.prefix, "name": label.name, "id": label.id.to_string(), "label": label.name },
        "associatedContents": { "size": contents.len(), "start": 0, "limit": 200, "results": contents },
    }))
    .into_response())
}
