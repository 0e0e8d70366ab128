//! Updating pages and blog posts: publishing, new versions, drafts, moves, and restoring from the trash.

use axum::response::Response;
use sqlx::SqliteConnection;

use super::super::fields::Fields;
use super::super::parameter::path_id;
use super::super::representation::{self, Written};
use super::create::read_time;
use super::{Claim, check_parent, check_title, check_title_is_free, find, read_status};
use crate::access;
use crate::references;
use crate::request::v2_error::{invalid_body, invalid_parameter, no_content, version_conflict};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, Edit};
use crate::storage::drafts::{self, Draft};
use crate::storage::users;

/// The body of an update.
struct Request {
    id: i64,
    status: Status,
    title: String,
    body: Written,
    number: i64,
    message: String,
    space_id: Option<i64>,
    parent_id: Option<i64>,
    owner_id: Option<String>,
    created_at: Option<i64>,
}

/// Updates content of this kind: publishes, revises, restores it or saves a draft, as its present and its wanted
/// status say.
pub(crate) async fn update(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut request = Request::read(&call.body)?;
    if request.id != id {
        return Err(invalid_body(format!("id: {} does not match the id {id} in the path", request.id)));
    }
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, kind, id).await?;
    if request.space_id.is_some_and(|space_id| space_id != content.space_id) {
        return Err(invalid_body("spaceId: moving content to a different space is not supported"));
    }
    // Clients send back the ids of files that documents show; storage format refers to files by name.
    request.body.storage = references::name_files(&mut tx, id, request.body.storage).await?;
    match (content.status, request.status) {
        (Status::Trashed, Status::Current) => restore(&call, &mut tx, &content).await?,
        (Status::Trashed | Status::Archived, _) => return Err(no_content(kind, id)),
        (Status::Draft, Status::Draft) => save_unpublished(&call, &mut tx, &content, &request).await?,
        (Status::Draft, _) => publish(&call, &mut tx, &content, &request).await?,
        (Status::Current, Status::Draft) => {
            let entity = save_draft(&call, &mut tx, &content, &request).await?;
            tx.commit().await?;
            return Ok(super::answer(&call, entity));
        }
        (Status::Current, _) => revise(&call, &mut tx, &content, &request).await?,
    }
    let entity = super::reply(&call, &mut tx, id, Some(request.body.representation)).await?;
    tx.commit().await?;
    Ok(super::answer(&call, entity))
}

/// Gives a page another title; the body stays.
pub(crate) async fn retitle(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let fields = Fields::read(&call.body)?;
    fields.require(&["status", "title"])?;
    let status = read_status(fields.text("status")?)?;
    let title = fields.text("title")?.unwrap_or_default();
    check_title(title, status)?;
    let mut tx = call.begin().await?;
    let content = find(&call, &mut tx, Kind::Page, id).await?;
    if content.status != status {
        return Err(no_content(Kind::Page, id));
    }
    // Only published content holds its title.
    if status == Status::Current {
        check_title_is_free(&call, &mut tx, claim(&content, title, None)).await?;
    }
    let edit = Edit {
        title,
        body: &content.body,
        author_id: &call.account_id,
        message: "",
        minor_edit: false,
        at: call.now(),
    };
    match status {
        Status::Draft => drop(contents::overwrite(&mut tx, id, &edit).await?),
        _ if title != content.title => drop(contents::edit(&mut tx, id, &edit).await?),
        _ => {}
    }
    let entity = super::reply(&call, &mut tx, id, None).await?;
    tx.commit().await?;
    Ok(super::answer(&call, entity))
}

impl Request {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let fields = Fields::read(body)?;
        fields.require(&["id", "status", "title", "body", "version"])?;
        let status = read_status(fields.text("status")?)?;
        let title = fields.text("title")?.unwrap_or_default().to_owned();
        check_title(&title, status)?;
        let Some(version) = fields.object("version")? else {
            return Err(invalid_body("version: must not be null"));
        };
        let number = version.id("number")?.ok_or_else(|| invalid_body("version.number: must not be null"))?;
        Ok(Self {
            id: fields.id("id")?.unwrap_or_default(),
            status,
            title,
            body: fields
                .value("body")
                .map_or_else(|| Err(invalid_body("body: must not be null")), representation::read)?,
            number,
            message: version.text("message")?.unwrap_or_default().to_owned(),
            space_id: fields.id("spaceId")?,
            parent_id: fields.id("parentId")?,
            owner_id: fields.text("ownerId")?.map(str::to_owned),
            created_at: fields.text("createdAt")?.map(read_time).transpose()?,
        })
    }

    fn edit<'a>(&'a self, call: &'a Call) -> Edit<'a> {
        Edit {
            title: &self.title,
            body: &self.body.storage,
            author_id: &call.account_id,
            message: &self.message,
            minor_edit: false,
            at: call.now(),
        }
    }

    /// Checks the version of drafts and first publications, which is always 1.
    fn check_first_number(&self, content: &Content) -> Result<(), Refusal> {
        if self.number == 1 {
            return Ok(());
        }
        Err(invalid_parameter(format!(
            "Version number must be 1 when publishing a {} for the first time. Provided version: [{}]",
            content.kind.as_str(),
            self.number
        )))
    }
}

/// Returns the claim of existing content to a title; blog posts can get another date.
fn claim<'a>(content: &Content, title: &'a str, created_at: Option<i64>) -> Claim<'a> {
    Claim {
        kind: content.kind,
        space_id: content.space_id,
        title,
        own_id: Some(content.id),
        created_at: created_at.unwrap_or(content.created_at),
    }
}

/// Restores content from the trash. Only the status changes; what else was sent is ignored.
async fn restore(call: &Call, connection: &mut SqliteConnection, content: &Content) -> Result<(), Refusal> {
    check_title_is_free(call, connection, claim(content, &content.title, None)).await?;
    Ok(contents::restore(connection, content).await?)
}

/// Saves content that was never published.
async fn save_unpublished(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    request: &Request,
) -> Result<(), Refusal> {
    request.check_first_number(content)?;
    relocate(call, connection, content, request).await?;
    contents::overwrite(connection, content.id, &request.edit(call)).await?;
    Ok(())
}

/// Publishes content for the first time, as version 1.
async fn publish(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    request: &Request,
) -> Result<(), Refusal> {
    request.check_first_number(content)?;
    check_title_is_free(call, connection, claim(content, &request.title, request.created_at)).await?;
    relocate(call, connection, content, request).await?;
    contents::overwrite(connection, content.id, &request.edit(call)).await?;
    Ok(contents::set_status(connection, content.id, Status::Current).await?)
}

/// Saves a draft of published content, in place of an earlier one, and shows it.
async fn save_draft(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    request: &Request,
) -> Result<serde_json::Value, Refusal> {
    request.check_first_number(content)?;
    let draft = Draft {
        content_id: content.id,
        title: request.title.clone(),
        body: request.body.storage.clone(),
        author_id: call.account_id.clone(),
        created_at: call.now(),
    };
    drafts::save(connection, &draft).await?;
    let (content, version) = super::read::as_draft(content, &draft);
    super::show(call, connection, &content, &version, Some(request.body.representation)).await
}

/// Adds a version and discards drafts. Content that stays the same keeps its number.
async fn revise(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    request: &Request,
) -> Result<(), Refusal> {
    if request.number != content.version + 1 {
        return Err(version_conflict(call, content.kind, content.version, request.number));
    }
    check_title_is_free(call, connection, claim(content, &request.title, request.created_at)).await?;
    relocate(call, connection, content, request).await?;
    if request.title != content.title || request.body.storage != content.body {
        contents::edit(connection, content.id, &request.edit(call)).await?;
    }
    drafts::discard(connection, content.id).await?;
    Ok(())
}

/// Changes what is no part of a version: parent and owner of pages, the date of blog posts.
async fn relocate(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    request: &Request,
) -> Result<(), Refusal> {
    if content.kind != Kind::Page {
        if let Some(at) = request.created_at {
            contents::set_created_at(connection, content.id, at).await?;
        }
        return Ok(());
    }
    if let Some(owner_id) = &request.owner_id {
        if users::find(connection, owner_id).await?.is_none() {
            return Err(invalid_body(format!("ownerId: there is no user with account id {owner_id}")));
        }
        contents::set_owner(connection, content.id, owner_id).await?;
    }
    match request.parent_id {
        Some(parent_id) if Some(parent_id) != content.parent_id => {
            check_parent(call, connection, content.space_id, parent_id).await?;
            check_no_circle(call, connection, content, parent_id).await?;
            Ok(contents::set_parent(connection, content, Some(parent_id)).await?)
        }
        _ => Ok(()),
    }
}

/// Refuses to move a page below itself.
async fn check_no_circle(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    parent_id: i64,
) -> Result<(), Refusal> {
    // Walks up from the new parent: meeting the page itself would close a circle.
    let mut above = Some(parent_id);
    while let Some(id) = above {
        if id == content.id {
            return Err(invalid_body("parentId: a page cannot be moved below itself"));
        }
        above = access::find(call, connection, id).await?.and_then(|page| page.parent_id);
    }
    Ok(())
}
