//! The default level of a space, for content without a level of its own.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::super::documents::find_space;
use super::super::fields::Fields;
use super::super::paging::single;
use super::super::parameter::path_id;
use super::{check_edition, find_level};
use crate::request::v2_error::not_found;
use crate::request::{Call, Refusal};
use crate::storage::classifications::{self, Target};

pub(super) async fn read(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    find_space(&call, &mut tx, id).await?;
    let level = classifications::find(&mut tx, Target::Space(id)).await?;
    let level = level.ok_or_else(|| {
        not_found(format!("Cannot find a default classification level of the space with id [{id}]"))
    })?;
    Ok(single(&call, find_level(&level)?.show()))
}

pub(super) async fn set(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let fields = Fields::read(&call.body)?;
    fields.require(&["id"])?;
    let level = fields.text("id")?.unwrap_or_default();
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    find_space(&call, &mut tx, id).await?;
    classifications::set(&mut tx, Target::Space(id), find_level(level)?.id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn clear(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    check_edition(&call, &mut tx).await?;
    find_space(&call, &mut tx, id).await?;
    classifications::clear(&mut tx, Target::Space(id)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
