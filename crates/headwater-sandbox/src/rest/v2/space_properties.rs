//! Properties of spaces. They work like those of content, and are shown with who made them and when.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use sqlx::SqliteConnection;

use super::documents;
use super::entities::SpaceProperty;
use super::parameter::path_id;
use super::properties::{Sent, key_taken, no_property, page};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::properties::{self, Property};

const CONTAINER: &str = "space";

/// The operations on the properties of spaces.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getSpaceProperties" => list(call),
    "createSpaceProperty" => create(call),
    "getSpacePropertyById" => read(call),
    "updateSpacePropertyById" => update(call),
    "deleteSpacePropertyById" => remove(call),
};

async fn find_space(call: &Call, connection: &mut SqliteConnection) -> Result<i64, Refusal> {
    let id = path_id(call, "space-id")?;
    Ok(documents::find_space(call, connection, id).await?.id)
}

async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<(i64, Property), Refusal> {
    let space_id = find_space(call, connection).await?;
    let id = path_id(call, "property-id")?;
    let found = properties::find(connection, CONTAINER, space_id, id).await?;
    Ok((space_id, found.ok_or_else(|| no_property(id))?))
}

async fn list(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let id = find_space(&call, &mut tx).await?;
    let rows = properties::of_container(&mut tx, CONTAINER, id).await?;
    drop(tx);
    page(&call, rows, |property| SpaceProperty::from(property))
}

async fn create(call: Call) -> Result<Response, Refusal> {
    let sent = Sent::read(&call)?;
    let mut tx = call.begin().await?;
    let id = find_space(&call, &mut tx).await?;
    let made = properties::insert(&mut tx, CONTAINER, id, &sent.key, &sent.change(&call)).await?;
    let made = made.ok_or_else(|| key_taken(&sent.key))?;
    tx.commit().await?;
    let mut reply = Json(SpaceProperty::from(&made)).into_response();
    *reply.status_mut() = StatusCode::CREATED;
    Ok(reply)
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (_, property) = find(&call, &mut tx).await?;
    Ok(Json(SpaceProperty::from(&property)).into_response())
}

async fn update(call: Call) -> Result<Response, Refusal> {
    let sent = Sent::read(&call)?;
    let mut tx = call.begin().await?;
    let (space_id, present) = find(&call, &mut tx).await?;
    sent.check_version(&present)?;
    let all = properties::of_container(&mut tx, CONTAINER, space_id).await?;
    sent.check_key(&present, &all)?;
    let changed = properties::update(&mut tx, present.id, &sent.key, &sent.change(&call)).await?;
    tx.commit().await?;
    Ok(Json(SpaceProperty::from(&changed)).into_response())
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (_, property) = find(&call, &mut tx).await?;
    properties::remove(&mut tx, property.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
