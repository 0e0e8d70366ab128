//! Uploading and changing attachments, which v2 cannot do.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::upload::{self, Part, Upload};
use super::{contents as any, show};
use crate::access;
use crate::links::download_path;
use crate::request::v1_error::{bad_request, forbidden, not_found};
use crate::request::{Call, Refusal};
use crate::rest::v2::attachments::{describe, public_id};
use crate::rest::v2::documents;
use crate::rest::{Handlers, handlers};
use crate::storage::attachments::{self, Attachment};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, Edit, NewContent};

/// The operations on attachments of content.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.createAttachment" => put(call, OnTaken::Refuse),
    "v1.createOrUpdateAttachments" => put(call, OnTaken::NewVersion),
    "v1.updateAttachmentProperties" => change(call),
    "v1.updateAttachmentData" => replace(call),
};

/// The treatment of a file whose name another attachment of the content has already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnTaken {
    Refuse,
    NewVersion,
}

async fn put(call: Call, on_taken: OnTaken) -> Result<Response, Refusal> {
    check_token(&call)?;
    let upload = upload::read(&call).await?;
    let mut tx = call.begin().await?;
    let container = container(&call, &mut tx).await?;
    let mut results = Vec::new();
    for part in &upload.files {
        let known = named(&call, &mut tx, &container, &part.name).await?;
        let content = match known {
            None => add(&call, &mut tx, &container, part).await?,
            Some(known) if on_taken == OnTaken::NewVersion => {
                renew(&call, &mut tx, &known, part, &upload).await?
            }
            Some(_) => {
                return Err(bad_request(&format!(
                    "Cannot add a new attachment with same file name as an existing attachment: {}",
                    part.name
                )));
            }
        };
        results.push(shown(&call, &mut tx, &content).await?);
    }
    tx.commit().await?;
    let size = results.len();
    let body = json!({
        "results": results,
        "start": 0,
        "limit": size.max(50),
        "size": size,
        "_links": {
            "base": call.base(),
            "context": "/wiki",
            "self": format!("{}/rest/api/content/{}/child/attachment", call.base(), container.id),
        },
    });
    Ok(Json(body).into_response())
}

/// Uploads a new version of one attachment, which keeps its name.
async fn replace(call: Call) -> Result<Response, Refusal> {
    check_token(&call)?;
    let upload = upload::read(&call).await?;
    let [part] = &upload.files[..] else { return Err(bad_request("Exactly one file is required")) };
    let mut tx = call.begin().await?;
    let container = container(&call, &mut tx).await?;
    let content = find(&call, &mut tx, &container).await?;
    let content = renew(&call, &mut tx, &content, part, &upload).await?;
    let shown = shown(&call, &mut tx, &content).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

#[derive(Deserialize)]
struct Change {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    version: Number,
    title: Option<String>,
    metadata: Option<Metadata>,
    container: Option<Place>,
}

#[derive(Deserialize)]
struct Number {
    number: i64,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "mediaType")]
    media_type: Option<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct Place {
    id: Value,
}

/// Renames an attachment, moves it, or changes its type or comment. That is no new version of its file, so the number
/// is the present one.
async fn change(call: Call) -> Result<Response, Refusal> {
    let wanted: Change = any::read_body(&call.body)?;
    let mut tx = call.begin().await?;
    let container = container(&call, &mut tx).await?;
    let content = find(&call, &mut tx, &container).await?;
    if wanted.kind != "attachment" || wanted.id.trim_start_matches("att") != content.id.to_string() {
        return Err(bad_request("The id and the type must be those of the attachment in the path"));
    }
    if wanted.version.number != content.version {
        return Err(crate::request::v1_error::conflict(&format!(
            "Version must be the current one. Current version is: {}",
            content.version
        )));
    }
    let Some(mut file) = attachments::find(&mut tx, content.id).await? else { return Err(missing(&call)) };
    if let Some(metadata) = wanted.metadata {
        file.media_type = metadata.media_type.unwrap_or(file.media_type);
        file.comment = metadata.comment.unwrap_or(file.comment);
    }
    if let Some(place) = wanted.container {
        let id = place.id.as_str().map_or_else(|| place.id.to_string(), str::to_owned);
        let target = any::find(&call, &mut tx, &id).await?;
        file.container_id = target.id;
        contents::set_container(&mut tx, content.id, Some(target.id)).await?;
    }
    if let Some(title) = wanted.title.filter(|title| *title != content.title) {
        upload::check_name(&title)?;
        let version = documents::newest_version(&mut tx, &content).await?;
        let edit = Edit {
            title: &title,
            body: "",
            author_id: &version.author_id,
            message: &version.message,
            minor_edit: version.minor_edit,
            at: version.created_at,
        };
        contents::overwrite(&mut tx, content.id, &edit).await?;
    }
    attachments::describe(&mut tx, &file).await?;
    let content = contents::reread(&mut tx, content.id).await?;
    let shown = shown(&call, &mut tx, &content).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

/// Requires the header that excludes forged requests: no other site can make a browser send it.
fn check_token(call: &Call) -> Result<(), Refusal> {
    let value = call.headers.get("x-atlassian-token").and_then(|value| value.to_str().ok());
    if value.is_some_and(|value| ["nocheck", "no-check"].contains(&value.to_ascii_lowercase().as_str())) {
        return Ok(());
    }
    Err(forbidden("XSRF check failed: send the header X-Atlassian-Token: nocheck"))
}

async fn container(call: &Call, connection: &mut SqliteConnection) -> Result<Content, Refusal> {
    let id = call.parameter("id");
    let found = any::find(call, connection, id).await?;
    if found.status == Status::Trashed || matches!(found.kind, Kind::Attachment | Kind::Comment) {
        return Err(not_found(&format!("No content found with id : ContentId{{id={id}}}")));
    }
    Ok(found)
}

fn missing(call: &Call) -> Refusal {
    not_found(&format!("No attachment found with id : {}", call.parameter("attachmentId")))
}

async fn find(
    call: &Call,
    connection: &mut SqliteConnection,
    container: &Content,
) -> Result<Content, Refusal> {
    let digits = call.parameter("attachmentId").trim_start_matches("att");
    let id: i64 = digits.parse().map_err(|_| missing(call))?;
    let found = access::find(call, connection, id).await?;
    found
        .filter(|it| it.kind == Kind::Attachment && it.status == Status::Current)
        .filter(|it| it.container_id == Some(container.id))
        .ok_or_else(|| missing(call))
}

/// Finds the current attachment of this name.
async fn named(
    call: &Call,
    connection: &mut SqliteConnection,
    container: &Content,
    name: &str,
) -> Result<Option<Content>, Refusal> {
    let id = attachments::named(connection, container.id, name).await?;
    Ok(match id {
        Some(id) => access::find(call, connection, id).await?,
        None => None,
    })
}

async fn add(
    call: &Call,
    connection: &mut SqliteConnection,
    container: &Content,
    part: &Part,
) -> Result<Content, Refusal> {
    if !access::may_create(call, connection, container.space_id, Kind::Attachment).await? {
        return Err(forbidden("The user does not have permission to add attachments in this space"));
    }
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind: Kind::Attachment,
        subtype: None,
        status: Status::Current,
        title: &part.name,
        space_id: container.space_id,
        parent_id: None,
        container_id: Some(container.id),
        author_id: &call.account_id,
        created_at: call.now(),
        body: "",
        private: container.private,
        share_id: &share_id,
    };
    let content = contents::insert(connection, &new).await?;
    store(call, connection, content.id, container.id, part).await?;
    Ok(content)
}

async fn renew(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    part: &Part,
    upload: &Upload,
) -> Result<Content, Refusal> {
    let edit = Edit {
        title: &content.title,
        body: "",
        author_id: &call.account_id,
        message: &part.comment,
        minor_edit: upload.minor_edit,
        at: call.now(),
    };
    let content = contents::edit(connection, content.id, &edit).await?;
    store(call, connection, content.id, content.container_id.unwrap_or_default(), part).await?;
    Ok(content)
}

async fn store(
    call: &Call,
    connection: &mut SqliteConnection,
    content_id: i64,
    container_id: i64,
    part: &Part,
) -> Result<(), Refusal> {
    let file = Attachment {
        content_id,
        container_id,
        media_type: part.media_type.clone(),
        file_size: i64::try_from(part.data.len()).unwrap_or(i64::MAX),
        comment: part.comment.clone(),
        file_id: call.new_uuid(),
    };
    Ok(attachments::insert(connection, &file, &part.data).await?)
}

async fn shown(call: &Call, connection: &mut SqliteConnection, content: &Content) -> Result<Value, Refusal> {
    let Some(file) = attachments::find(connection, content.id).await? else { return Err(missing(call)) };
    let (id, container_id) = (public_id(content.id), file.container_id);
    let version = documents::newest_version(connection, content).await?;
    Ok(json!({
        "id": id,
        "type": "attachment",
        "status": content.status.as_str(),
        "title": content.title,
        "version": show::newest_version(call, connection, content).await?,
        "metadata": { "comment": file.comment, "mediaType": file.media_type, "labels": { "results": [], "size": 0 } },
        "extensions": {
            "mediaType": file.media_type,
            "mediaTypeDescription": describe(&file.media_type),
            "fileSize": file.file_size,
            "comment": file.comment,
            "fileId": file.file_id,
            "collectionName": format!("contentId-{container_id}"),
        },
        "container": { "id": container_id.to_string() },
        "_expandable": { "space": "", "history": format!("/rest/api/content/{id}/history") },
        "_links": {
            "webui": format!("/pages/viewpageattachments.action?pageId={container_id}"),
            "download": download_path(content, version.created_at, container_id),
            "self": format!("{}/rest/api/content/{id}", call.base()),
            "base": call.base(),
            "context": "/wiki",
        },
    }))
}
