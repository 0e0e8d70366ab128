//! The attachments of content.

use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::paging::{Page, Paging, Sort, down, up};
use super::parameter::{Statuses, path_id, statuses};
use super::{documents, entity};
use crate::rest::{Call, Refusal};
use crate::storage::attachments::{self, Attachment};
use crate::storage::content::{Kind, Status};
use crate::storage::listing::{self, By, Filter, Listed};
use crate::timestamp::iso;

const SORTS: &[Sort] = &[
    up("id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
];

/// The attachments of content of this kind.
pub(crate) async fn list(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let paging = Paging::read(&call.query, 50, Sort::read(&call.query, SORTS, "AttachmentSortOrder")?)?;
    let allowed = ["current", "archived", "trashed"];
    let Statuses(wanted) = statuses(&call.query, &allowed, &[Status::Current, Status::Archived])?;
    let wanted = wanted.unwrap_or_default();
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, kind, id).await?;
    let filter = Filter {
        statuses: &wanted,
        container_id: Some(id),
        title: call.query.first("filename"),
        media_type: call.query.first("mediaType"),
        ..documents::list::everything(&call, Kind::Attachment)
    };
    let rows = listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), paging.fetch()).await?;
    let Page { rows, next } = paging.cut(rows);
    let mut shown = Vec::new();
    for row in rows {
        if let Some(file) = attachments::find(&mut tx, row.content.id).await? {
            shown.push(show(&row, &file, kind, id));
        }
    }
    Ok(Page { rows: shown, next }.reply(&call, |row| row))
}

/// The id of an attachment as clients see it.
pub(crate) fn public_id(id: i64) -> String {
    format!("att{id}")
}

fn show(row: &Listed, file: &Attachment, container: Kind, container_id: i64) -> Value {
    let content = &row.content;
    let name = utf8_percent_encode(&content.title, NON_ALPHANUMERIC).to_string();
    let download = format!(
        "/download/attachments/{container_id}/{name}?version={}&modificationDate={}&cacheVersion=1&api=v2",
        content.version, row.version.created_at
    );
    let web = format!(
        "/pages/viewpageattachments.action?pageId={container_id}&preview=%2F{container_id}%2F{}%2F{name}",
        content.id
    );
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", json!(public_id(content.id)));
    put("status", json!(content.status.as_str()));
    put("title", json!(content.title));
    put("createdAt", json!(iso(content.created_at)));
    put(if container == Kind::BlogPost { "blogPostId" } else { "pageId" }, json!(container_id.to_string()));
    put("mediaType", json!(file.media_type));
    put("mediaTypeDescription", json!(describe(&file.media_type)));
    put("comment", json!(file.comment));
    put("fileId", json!(file.file_id));
    put("fileSize", json!(file.file_size));
    put("webuiLink", json!(web));
    put("downloadLink", json!(download));
    put("version", entity::version(&row.version));
    put("_links", json!({ "webui": web, "download": download }));
    Value::Object(shown)
}

/// The words for common media types; other types have none.
fn describe(media_type: &str) -> Option<&'static str> {
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
