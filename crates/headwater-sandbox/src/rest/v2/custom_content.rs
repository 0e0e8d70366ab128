//! Custom content: content of apps, in types of their own, in a space, a page, a blog post or other custom content.

pub(super) mod body;
mod create;
mod list;
mod update;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::documents::{self, read::include};
use super::entities::{self, CustomContent};
use super::fields::Fields;
use super::paging;
use super::parameter::{boolean, path_id};
use crate::access;
use crate::request::v2_error::{invalid_parameter, no_content, not_found, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::spaces::Space;
use crate::storage::versions::{self, Version};
use crate::storage::{content_details, contents};

/// The operations on custom content.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getCustomContentByType" => list::everywhere(call),
    "createCustomContent" => create::create(call),
    "getCustomContentById" => read(call),
    "updateCustomContent" => update::update(call),
    "deleteCustomContent" => remove(call),
    "getChildCustomContent" => list::children(call),
    "getCustomContentByTypeInPage" => list::of_container(call, Kind::Page),
    "getCustomContentByTypeInBlogPost" => list::of_container(call, Kind::BlogPost),
    "getCustomContentByTypeInSpace" => list::of_space(call),
};

async fn read(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let format = body::wanted(&call.query, body::SINGLE_FORMATS)?;
    let mut tx = call.begin().await?;
    let mut content = documents::find(&call, &mut tx, Kind::Custom, id).await?;
    let mut version = documents::newest_version(&mut tx, &content).await?;
    if let Some(number) = call.query.first("version") {
        let number = number.parse().map_err(|_| wrong_type("version", number, "int"))?;
        let then = versions::find(&mut tx, id, number).await?;
        version = then.ok_or_else(|| no_content(Kind::Custom, id))?;
        content.title.clone_from(&version.title);
        content.body.clone_from(&version.body);
    }
    let mut shown = show_single(&call, &mut tx, &content, &version, format).await?;
    include(&call, &mut tx, &content, &mut shown).await?;
    Ok(paging::single(&call, shown))
}

async fn remove(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let purge = boolean(&call.query, "purge", false)?;
    let mut tx = call.begin().await?;
    let content = documents::find(&call, &mut tx, Kind::Custom, id).await?;
    match (content.status, purge) {
        (Status::Trashed, true) => contents::destroy(&mut tx, id).await?,
        (Status::Trashed, false) => return Err(no_content(Kind::Custom, id)),
        (_, true) => {
            return Err(invalid_parameter(format!(
                "Cannot purge content with id [{id}]: it is not in the trash"
            )));
        }
        (_, false) => contents::trash(&mut tx, &content, call.content_rules().children_of_trashed).await?,
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The container of custom content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Space(i64),
    Content(Kind, i64),
}

impl Place {
    /// Reads the containers that a body names.
    fn read(fields: &Fields) -> Result<Vec<Self>, Refusal> {
        let places = [
            fields.id("spaceId")?.map(Self::Space),
            fields.id("pageId")?.map(|id| Self::Content(Kind::Page, id)),
            fields.id("blogPostId")?.map(|id| Self::Content(Kind::BlogPost, id)),
            fields.id("customContentId")?.map(|id| Self::Content(Kind::Custom, id)),
        ];
        Ok(places.into_iter().flatten().collect())
    }

    /// Returns the ids of the space and, if it is content, of the container.
    async fn find(
        self,
        call: &Call,
        connection: &mut SqliteConnection,
    ) -> Result<(i64, Option<i64>), Refusal> {
        match self {
            Self::Space(id) => Ok((documents::find_space(call, connection, id).await?.id, None)),
            Self::Content(kind, id) => {
                let container = documents::find(call, connection, kind, id).await?;
                if container.status == Status::Trashed {
                    return Err(no_content(kind, id));
                }
                Ok((container.space_id, Some(id)))
            }
        }
    }
}

/// Refuses types that are not those of installed apps: `ac:{app}:{type}` and `forge:{app}:{environment}:{type}`.
fn check_type(name: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = name.split(':').collect();
    let is_named = parts.iter().all(|part| !part.is_empty() && !part.contains(char::is_whitespace));
    match (parts.first(), parts.len()) {
        (Some(&"ac"), 3) | (Some(&"forge"), 3..) if is_named => Ok(()),
        _ => Err(not_found(format!("Cannot find a custom content type [{name}]"))),
    }
}

/// Shows custom content for a reply of its own.
async fn show_single(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    version: &Version,
    format: Option<&str>,
) -> Result<Value, Refusal> {
    let space = documents::find_space(call, connection, content.space_id).await?;
    let shown = show(call, connection, content, version, &space, format).await?;
    let mut shown = entities::json(&shown);
    entities::add_base(&mut shown, &call.base());
    Ok(shown)
}

async fn show(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    version: &Version,
    space: &Space,
    format: Option<&str>,
) -> Result<CustomContent, Refusal> {
    let stored = stored_format(connection, content.id).await?;
    let references = documents::references(call, connection, content, format).await?;
    let container = match content.container_id {
        Some(id) => access::find(call, connection, id).await?,
        None => None,
    };
    let body = body::show(&content.body, stored, format, &references)?;
    Ok(CustomContent::new(content, version, space, container.as_ref(), body))
}

/// Returns the format that a body is stored in: raw or storage.
pub(super) async fn stored_format(
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<&'static str, Refusal> {
    let format = content_details::find(connection, id, content_details::BODY_FORMAT).await?;
    Ok(if format.as_deref() == Some("raw") { "raw" } else { "storage" })
}
