//! Creating, changing and deleting spaces.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::long_tasks;
use crate::access;
use crate::formats::storage_format;
use crate::request::v1_error::{bad_request, not_found};
use crate::request::{Call, Refusal};
use crate::rest::v2::spaces::create::{self, SpaceRequest};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents;
use crate::storage::spaces::{self, Space};

/// The operations on spaces.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.createSpace" => create(call, false),
    "v1.createPrivateSpace" => create(call, true),
    "v1.updateSpace" => update(call),
    "v1.deleteSpace" => remove(call),
};

/// Finds the space that the path names.
pub(super) async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<Space, Refusal> {
    let key = call.parameter("spaceKey");
    let space = access::find_space_by_key(call, connection, key).await?;
    space.ok_or_else(|| not_found(&format!("No space with key : {key}")))
}

fn read(call: &Call) -> Result<Value, Refusal> {
    let body: Value = serde_json::from_slice(&call.body)
        .map_err(|error| bad_request(&format!("Could not read the request body: {error}")))?;
    if body.is_object() { Ok(body) } else { Err(bad_request("The request body must be an object")) }
}

fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str)
}

async fn create(call: Call, is_private: bool) -> Result<Response, Refusal> {
    let body = read(&call)?;
    let key = text(&body, "/key").or_else(|| text(&body, "/alias")).unwrap_or_default();
    let request = SpaceRequest {
        key,
        name: text(&body, "/name").unwrap_or_default(),
        description: text(&body, "/description/plain/value").unwrap_or_default(),
        is_private,
    };
    let mut tx = call.begin().await?;
    let space = create::insert(&call, &mut tx, &request).await?.map_err(|it| bad_request(&it.text()))?;
    tx.commit().await?;
    Ok(Json(show(&call, &space)).into_response())
}

async fn update(call: Call) -> Result<Response, Refusal> {
    let body = read(&call)?;
    let mut tx = call.begin().await?;
    let mut space = find(&call, &mut tx).await?;
    if let Some(name) = text(&body, "/name") {
        if name.trim().is_empty() || name.chars().count() > 200 {
            return Err(bad_request("name: size must be between 1 and 200"));
        }
        name.clone_into(&mut space.name);
    }
    if let Some(description) = text(&body, "/description/plain/value") {
        space.description = create::as_paragraph(description);
    }
    match text(&body, "/status").map(str::to_lowercase).as_deref() {
        None => {}
        Some(status @ ("current" | "archived")) => status.clone_into(&mut space.status),
        Some(other) => return Err(bad_request(&format!("status: {other} is not current or archived"))),
    }
    if let Some(id) = body.pointer("/homepage/id") {
        let id = id.as_str().map_or_else(|| id.as_i64(), |text| text.parse().ok());
        let page = contents::find(&mut tx, &call.site.cloud_id, id.unwrap_or_default()).await?;
        let fits =
            |it: &Content| it.kind == Kind::Page && it.status == Status::Current && it.space_id == space.id;
        let page = page.filter(fits).ok_or_else(|| bad_request("homepage: must be a page of the space"))?;
        spaces::set_homepage(&mut tx, space.id, page.id).await?;
        space.homepage_id = Some(page.id);
    }
    spaces::update(&mut tx, &space).await?;
    tx.commit().await?;
    Ok(Json(show(&call, &space)).into_response())
}

/// Deletes a space for good, with everything in it. The reply names a long-running task.
async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let space = find(&call, &mut tx).await?;
    for id in spaces::content_ids(&mut tx, space.id).await? {
        contents::destroy(&mut tx, id).await?;
    }
    spaces::remove(&mut tx, space.id).await?;
    let message = format!("Deleted space {}.", space.key);
    let reply = long_tasks::start(&call, &mut tx, "space.delete", &message, &json!({})).await?;
    tx.commit().await?;
    Ok(reply)
}

/// Shows a space in the form of v1.
pub(super) fn show(call: &Call, space: &Space) -> Value {
    let homepage = space.homepage_id.map(|id| format!("/rest/api/content/{id}"));
    json!({
        "id": space.id,
        "key": space.key,
        "alias": space.key,
        "name": space.name,
        "type": space.kind,
        "status": space.status,
        "description": {
            "plain": {
                "value": storage_format::plain_text(&space.description),
                "representation": "plain",
                "embeddedContent": [],
            },
            "_expandable": { "view": "" },
        },
        "_expandable": {
            "settings": format!("/rest/api/space/{}/settings", space.key), "metadata": "", "operations": "",
            "lookAndFeel": format!("/rest/api/settings/lookandfeel?spaceKey={}", space.key), "permissions": "",
            "icon": "", "theme": format!("/rest/api/space/{}/theme", space.key), "history": "",
            "homepage": homepage, "identifiers": "",
        },
        "_links": {
            "webui": format!("/spaces/{}", space.key),
            "self": format!("{}/rest/api/space/{}", call.base(), space.key),
            "base": call.base(),
            "context": "/wiki",
        },
    })
}
