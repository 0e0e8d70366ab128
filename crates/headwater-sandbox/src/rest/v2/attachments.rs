//! Attachments: of content, and by themselves.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use sqlx::SqliteConnection;

use super::documents::read::include;
use super::paging::{self, Page, Paging, Sort, down, up};
use super::parameter::{Statuses, boolean, statuses};
use super::{documents, entities};
use crate::access;
use crate::random;
use crate::request::v2_error::{invalid_parameter, no_content, not_found, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::attachments::{self, Attachment};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::listing::{self, By, Filter};
use crate::storage::versions::{self, Version};
use crate::storage::{contents, labels};

/// The time during which a link to a file works.
const LINK_MILLISECONDS: i64 = 10 * 60 * 1000;

const SORTS: &[Sort] = &[
    up("id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
];

/// The operations on attachments of any content.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getAttachments" => everywhere(call),
    "getAttachmentById" => read(call),
    "deleteAttachment" => remove(call),
    "getAttachmentThumbnailById" => thumbnail(call),
    "getLabelAttachments" => of_label(call),
    "getBlogpostAttachments" => list(call, Kind::BlogPost),
    "getCustomContentAttachments" => list(call, Kind::Custom),
};

/// Lists the attachments of content of this kind.
pub(crate) async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = super::parameter::path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, kind, id).await?;
    drop(tx);
    page(call, Some(id), None).await
}

async fn everywhere(call: Call) -> Result<Response, Refusal> {
    page(call, None, None).await
}

async fn of_label(call: Call) -> Result<Response, Refusal> {
    let id = super::parameter::path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    let label = labels::find(&mut tx, id).await?;
    drop(tx);
    if label.is_none() {
        return Err(not_found(format!("Cannot find a label with id [{id}]")));
    }
    page(call, None, Some(id)).await
}

async fn page(call: Call, container_id: Option<i64>, label_id: Option<i64>) -> Result<Response, Refusal> {
    let default = if label_id.is_some() { 25 } else { 50 };
    let paging = Paging::read(&call.query, default, Sort::read(&call.query, SORTS, "AttachmentSortOrder")?)?;
    let allowed = ["current", "archived", "trashed"];
    let Statuses(wanted) = statuses(&call.query, &allowed, &[Status::Current, Status::Archived])?;
    let wanted = wanted.unwrap_or_default();
    let filter = Filter {
        statuses: &wanted,
        container_id,
        label_id,
        title: call.query.first("filename"),
        media_type: call.query.first("mediaType"),
        ..documents::list::everything(&call, Kind::Attachment)
    };
    let mut tx = call.begin().await?;
    let rows = listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), paging.fetch()).await?;
    let Page { rows, next } = paging.cut(rows);
    let mut shown = Vec::new();
    for row in rows {
        if let Some(file) = attachments::find(&mut tx, row.content.id).await? {
            shown.push(show(&call, &mut tx, &row.content, &row.version, &file).await?);
        }
    }
    Ok(Page { rows: shown, next }.reply(&call, |row| row))
}

/// Finds the attachment that the path names, if the user may see it.
async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<(Content, Attachment), Refusal> {
    let id = path_id(call)?;
    let content = documents::find(call, connection, Kind::Attachment, id).await?;
    let file = attachments::find(connection, id).await?;
    Ok((content, file.ok_or_else(|| no_content(Kind::Attachment, id))?))
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let mut tx = call.begin().await?;
    let (content, file) = find(&call, &mut tx).await?;
    let mut version = documents::newest_version(&mut tx, &content).await?;
    if let Some(number) = call.query.first("version") {
        let number = number.parse().map_err(|_| wrong_type("version", number, "int"))?;
        let then = versions::find(&mut tx, content.id, number).await?;
        version = then.ok_or_else(|| no_content(Kind::Attachment, content.id))?;
    }
    let mut shown = entities::json(&show(&call, &mut tx, &content, &version, &file).await?);
    include(&call, &mut tx, &content, &mut shown).await?;
    entities::add_base(&mut shown, &call.base());
    Ok(paging::single(&call, shown))
}

/// Moves an attachment to the trash, or deletes it from there.
async fn remove(call: Call) -> Result<Response, Refusal> {
    let purge = boolean(&call.query, "purge", false)?;
    let mut tx = call.begin().await?;
    let (content, _) = find(&call, &mut tx).await?;
    match (content.status, purge) {
        (Status::Trashed, true) => contents::destroy(&mut tx, content.id).await?,
        (Status::Trashed, false) => return Err(no_content(Kind::Attachment, content.id)),
        (_, true) => {
            return Err(invalid_parameter(format!(
                "Cannot purge content with id [{}]: it is not in the trash",
                content.id
            )));
        }
        (_, false) => contents::trash(&mut tx, &content, call.content_rules().children_of_trashed).await?,
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Redirects to a thumbnail. The sandbox draws none: pictures are given as they are, and nothing else has one.
async fn thumbnail(call: Call) -> Result<Response, Refusal> {
    for name in ["version", "height", "width"] {
        if let Some(value) = call.query.first(name).filter(|value| value.parse::<u32>().is_err()) {
            return Err(wrong_type(name, value, "int"));
        }
    }
    let mut tx = call.begin().await?;
    let (content, file) = find(&call, &mut tx).await?;
    if !file.media_type.starts_with("image/") {
        return Err(not_found(format!("There is no thumbnail of the attachment with id [{}]", content.id)));
    }
    let location = media_link(&call, &mut tx, content.id).await?;
    tx.commit().await?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}

/// Makes a link to the bytes of a file that works without a token, for a while.
pub(crate) async fn media_link(
    call: &Call,
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<String, Refusal> {
    let token = random::token(&*call.state.random);
    attachments::insert_link(connection, &token, content_id, call.now() + LINK_MILLISECONDS).await?;
    Ok(format!("{}/media/{token}", call.state.settings.public_url))
}

/// Reads the id of the attachment in the path.
pub(super) fn path_id(call: &Call) -> Result<i64, Refusal> {
    let (name, text) = call.first_parameter();
    read_id(name, text)
}

/// Reads `att` and digits, or digits alone.
pub(super) fn read_id(name: &str, text: &str) -> Result<i64, Refusal> {
    let digits = text.strip_prefix("att").unwrap_or(text);
    let is_number = digits.chars().all(|digit| digit.is_ascii_digit());
    let id = if is_number { digits.parse().ok() } else { None };
    id.ok_or_else(|| wrong_type(name, text, "ContentId"))
}

/// Returns the id of an attachment as clients see it.
pub(crate) fn public_id(id: i64) -> String {
    format!("att{id}")
}

async fn show(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    version: &Version,
    file: &Attachment,
) -> Result<entities::Attachment, Refusal> {
    let container = access::find(call, connection, file.container_id).await?;
    let container_kind = container.map_or(Kind::Page, |container| container.kind);
    Ok(entities::Attachment::new(content, version, container_kind, file))
}

/// Returns the description of a common media type; other types have none.
pub(crate) fn describe(media_type: &str) -> Option<&'static str> {
    match media_type {
        "image/png" => Some("PNG Image"),
        "image/jpeg" => Some("JPEG Image"),
        "image/gif" => Some("GIF Image"),
        "application/pdf" => Some("PDF Document"),
        "text/plain" => Some("Text File"),
        "text/csv" => Some("CSV File"),
        "application/zip" => Some("Zip Archive"),
        _ => None,
    }
}
