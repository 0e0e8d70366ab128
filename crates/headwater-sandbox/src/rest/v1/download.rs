//! Downloads of attachments: a redirect to a link that works without a token, for a while.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;

use super::contents::find;
use crate::access;
use crate::request::v1_error::not_found;
use crate::request::{Call, Refusal};
use crate::rest::v2::attachments::media_link;
use crate::rest::{Handlers, handlers};
use crate::storage::attachments;
use crate::storage::content::{Kind, Status};

/// The operations on the bytes of attachments.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.downloadAttatchment" => download(call),
    "v1.downloadByName" => download_by_name(call),
};

async fn download_by_name(call: Call) -> Result<Response, Refusal> {
    let (id, name) = (call.parameter("id"), call.parameter("filename"));
    let missing = || not_found(&format!("No attachment found with name : {name}"));
    let mut tx = call.begin().await?;
    let container = find(&call, &mut tx, id).await?;
    let attachment = attachments::named(&mut tx, container.id, name).await?.ok_or_else(missing)?;
    let location = media_link(&call, &mut tx, attachment).await?;
    tx.commit().await?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}

async fn download(call: Call) -> Result<Response, Refusal> {
    let attachment = call.parameter("attachment");
    let missing = || not_found(&format!("No attachment found with id : {attachment}"));
    let digits = attachment.strip_prefix("att").unwrap_or(attachment);
    let id: i64 = digits.parse().map_err(|_| missing())?;
    let container_id: i64 = call.parameter("id").parse().map_err(|_| missing())?;
    let mut tx = call.begin().await?;
    let content = access::find(&call, &mut tx, id).await?;
    let content = content
        .filter(|content| content.kind == Kind::Attachment && content.status != Status::Trashed)
        .filter(|content| content.container_id == Some(container_id) && content.visible_to(&call.account_id))
        .ok_or_else(missing)?;
    let location = media_link(&call, &mut tx, content.id).await?;
    tx.commit().await?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}
