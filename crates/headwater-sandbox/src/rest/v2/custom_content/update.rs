//! Updating custom content: a new version, another container, or the first publication of a draft.

use axum::response::Response;

use super::super::documents::{self, check_title};
use super::super::fields::Fields;
use super::super::paging;
use super::super::parameter::path_id;
use super::super::representation::Written;
use super::{Place, body, show_single};
use crate::request::v2_error::{invalid_body, no_content, version_conflict};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::content_details;
use crate::storage::contents::{self, Edit};

/// The body of an update.
struct Request {
    title: String,
    place: Option<Place>,
    written: Written,
    number: i64,
    message: String,
}

/// Updates custom content. Without a change the version stays the same.
pub(super) async fn update(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let fields = Fields::read(&call.body)?;
    let mut tx = call.begin().await?;
    let content = documents::find(&call, &mut tx, Kind::Custom, id).await?;
    let request = Request::read(&fields, &content)?;
    if content.status == Status::Trashed {
        return Err(no_content(Kind::Custom, id));
    }
    let expected = if content.status == Status::Draft { 1 } else { content.version + 1 };
    if request.number != expected {
        return Err(version_conflict(&call, Kind::Custom, content.version, request.number));
    }
    if let Some(place) = request.place {
        let (space_id, container_id) = place.find(&call, &mut tx).await?;
        if space_id != content.space_id {
            return Err(invalid_body("spaceId: moving custom content to a different space is not supported"));
        }
        contents::set_container(&mut tx, id, container_id).await?;
    }
    let edit = request.edit(&call);
    if content.status == Status::Draft {
        contents::overwrite(&mut tx, id, &edit).await?;
        contents::set_status(&mut tx, id, Status::Current).await?;
    } else if request.title != content.title || request.written.storage != content.body {
        contents::edit(&mut tx, id, &edit).await?;
    }
    let name = content_details::BODY_FORMAT;
    content_details::set(&mut tx, id, name, body::kept_as(&request.written)).await?;
    let content = contents::reread(&mut tx, id).await?;
    let version = documents::newest_version(&mut tx, &content).await?;
    let format = Some(request.written.representation);
    let shown = show_single(&call, &mut tx, &content, &version, format).await?;
    tx.commit().await?;
    Ok(paging::single(&call, shown))
}

impl Request {
    fn read(fields: &Fields, content: &Content) -> Result<Self, Refusal> {
        fields.require(&["id", "type", "status", "title", "body", "version"])?;
        if fields.id("id")? != Some(content.id) {
            return Err(invalid_body(format!("id: must be the id {} in the path", content.id)));
        }
        if fields.text("type")? != content.subtype.as_deref() {
            return Err(invalid_body("type: the type of custom content cannot be changed"));
        }
        if fields.text("status")? != Some("current") {
            return Err(invalid_body("status: must be current"));
        }
        let title = fields.text("title")?.unwrap_or_default().to_owned();
        check_title(&title, Status::Current)?;
        let places = Place::read(fields)?;
        if places.len() > 1 {
            return Err(invalid_body(
                "At most one of spaceId, pageId, blogPostId and customContentId is allowed",
            ));
        }
        let Some(version) = fields.object("version")? else {
            return Err(invalid_body("version: must not be null"));
        };
        let Some(sent) = fields.value("body") else { return Err(invalid_body("body: must not be null")) };
        Ok(Self {
            title,
            // The space alone says nothing new: it is only checked.
            place: places.first().copied().filter(|place| *place != Place::Space(content.space_id)),
            written: body::read(sent)?,
            number: version.id("number")?.ok_or_else(|| invalid_body("version.number: must not be null"))?,
            message: version.text("message")?.unwrap_or_default().to_owned(),
        })
    }

    fn edit<'a>(&'a self, call: &'a Call) -> Edit<'a> {
        Edit {
            title: &self.title,
            body: &self.written.storage,
            author_id: &call.account_id,
            message: &self.message,
            minor_edit: false,
            at: call.now(),
        }
    }
}
