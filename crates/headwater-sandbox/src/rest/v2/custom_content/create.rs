//! Creating custom content.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::super::documents::{self, check_title, read_status};
use super::super::fields::Fields;
use super::super::paging;
use super::{Place, body, check_type, show_single};
use crate::request::v2_error::invalid_body;
use crate::request::{Call, Refusal};
use crate::storage::content::Kind;
use crate::storage::content_details;
use crate::storage::contents::{self, NewContent};

/// Creates custom content as version 1.
pub(super) async fn create(call: Call) -> Result<Response, Refusal> {
    let fields = Fields::read(&call.body)?;
    fields.require(&["type", "title", "body"])?;
    let custom_type = fields.text("type")?.unwrap_or_default();
    let status = read_status(fields.text("status")?)?;
    let title = fields.text("title")?.unwrap_or_default();
    check_title(title, status)?;
    let [place] = Place::read(&fields)?[..] else {
        return Err(invalid_body(
            "Exactly one of spaceId, pageId, blogPostId and customContentId is required",
        ));
    };
    check_type(custom_type)?;
    let Some(sent) = fields.value("body") else { return Err(invalid_body("body: must not be null")) };
    let written = body::read(sent)?;
    let mut tx = call.begin().await?;
    let (space_id, container_id) = place.find(&call, &mut tx).await?;
    documents::check_creation(&call, &mut tx, space_id, Kind::Custom).await?;
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind: Kind::Custom,
        subtype: Some(custom_type),
        status,
        title,
        space_id,
        parent_id: None,
        container_id,
        author_id: &call.account_id,
        created_at: call.now(),
        body: &written.storage,
        private: false,
        share_id: &share_id,
    };
    let content = contents::insert(&mut tx, &new).await?;
    let name = content_details::BODY_FORMAT;
    content_details::set(&mut tx, content.id, name, body::kept_as(&written)).await?;
    let version = documents::newest_version(&mut tx, &content).await?;
    let shown = show_single(&call, &mut tx, &content, &version, Some(written.representation)).await?;
    tx.commit().await?;
    let mut reply = paging::single(&call, shown);
    *reply.status_mut() = StatusCode::CREATED;
    Ok(reply.into_response())
}
