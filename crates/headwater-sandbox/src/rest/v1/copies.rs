//! Copying one page, or a page with all that is below it.

mod hierarchy;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use sqlx::SqliteConnection;

use super::contents::{check_title_is_free, find_node, find_page, read_body};
use super::show;
use crate::access;
use crate::formats::storage_format;
use crate::request::v1_error::{bad_request, forbidden, not_found};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, Edit, NewContent};
use crate::storage::copies::{self, Copier};

/// The operations.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "v1.copyPage" => copy(call),
    "v1.copyPageHierarchy" => hierarchy::copy(call),
};

/// The parts that are copied besides title and body.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "these are the switches of the request")]
struct Extras {
    copy_attachments: bool,
    copy_properties: bool,
    copy_labels: bool,
    copy_custom_contents: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(flatten)]
    extras: Extras,
    destination: Destination,
    page_title: Option<String>,
    body: Option<Bodies>,
}

#[derive(Deserialize)]
struct Destination {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

#[derive(Deserialize)]
struct Bodies {
    storage: Option<Body>,
    editor2: Option<Body>,
}

#[derive(Deserialize)]
struct Body {
    value: String,
}

async fn copy(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    let mut tx = call.begin().await?;
    let page = find_page(&call, &mut tx, call.parameter("id")).await?;
    let title = request.page_title.as_deref().unwrap_or(&page.title);
    if title.trim().is_empty() {
        return Err(bad_request("The title of a page cannot be empty"));
    }
    let body = request.body().unwrap_or(&page.body);
    storage_format::check_storage(body).map_err(|problem| bad_request(&problem))?;
    let copied = match request.destination.kind.as_str() {
        "existing_page" => {
            overwrite(&call, &mut tx, &request.destination.value, request.page_title.as_deref(), body).await?
        }
        kind => {
            let (space_id, parent_id) = place(&call, &mut tx, kind, &request.destination.value).await?;
            check_title_is_free(&mut tx, space_id, title).await?;
            insert(&call, &mut tx, &page, (space_id, parent_id), title, body).await?
        }
    };
    request.extras.copy(&call, &mut tx, &page, &copied).await?;
    let shown = show::content(&call, &mut tx, &copied).await?;
    tx.commit().await?;
    Ok((StatusCode::OK, Json(shown)).into_response())
}

impl Request {
    fn body(&self) -> Option<&str> {
        let bodies = self.body.as_ref()?;
        bodies.storage.as_ref().or(bodies.editor2.as_ref()).map(|body| body.value.as_str())
    }
}

impl Extras {
    /// Copies what is wanted from one page to its copy.
    async fn copy(
        self,
        call: &Call,
        connection: &mut SqliteConnection,
        from: &Content,
        to: &Content,
    ) -> Result<(), Refusal> {
        let copier = Copier { account_id: &call.account_id, at: call.now() };
        if self.copy_labels {
            copies::labels(connection, copier, from, to).await?;
        }
        if self.copy_properties {
            copies::properties(connection, copier, from, to).await?;
        }
        if self.copy_attachments {
            copies::attachments(connection, copier, from, to, || call.new_uuid()).await?;
        }
        if self.copy_custom_contents {
            copies::custom_contents(connection, copier, from, to, || call.new_uuid()).await?;
        }
        Ok(())
    }
}

/// Returns the space and the parent of the copy.
async fn place(
    call: &Call,
    connection: &mut SqliteConnection,
    kind: &str,
    value: &str,
) -> Result<(i64, Option<i64>), Refusal> {
    match kind {
        "space" => {
            let space = access::find_space_by_key(call, connection, value).await?;
            let space = space.ok_or_else(|| not_found(&format!("No space found with key : {value}")))?;
            Ok((space.id, None))
        }
        "parent_page" => {
            let parent = find_page(call, connection, value).await?;
            Ok((parent.space_id, Some(parent.id)))
        }
        "parent_content" => {
            let parent = find_node(call, connection, value).await?;
            Ok((parent.space_id, Some(parent.id)))
        }
        other => Err(bad_request(&format!(
            "destination.type '{other}' is not one of space, existing_page, parent_page, parent_content"
        ))),
    }
}

/// Copies into an existing page, as a new version of it.
async fn overwrite(
    call: &Call,
    connection: &mut SqliteConnection,
    id: &str,
    title: Option<&str>,
    body: &str,
) -> Result<Content, Refusal> {
    let target = find_page(call, connection, id).await?;
    if !access::may_update(call, connection, &target).await? {
        return Err(forbidden("The user does not have permission to update the destination page"));
    }
    let title = title.unwrap_or(&target.title);
    if title.to_lowercase() != target.title.to_lowercase() {
        check_title_is_free(connection, target.space_id, title).await?;
    }
    let edit =
        Edit { title, body, author_id: &call.account_id, message: "", minor_edit: false, at: call.now() };
    Ok(contents::edit(connection, target.id, &edit).await?)
}

/// Adds a node of the tree that is like another one.
async fn insert(
    call: &Call,
    connection: &mut SqliteConnection,
    like: &Content,
    (space_id, parent_id): (i64, Option<i64>),
    title: &str,
    body: &str,
) -> Result<Content, Refusal> {
    if !access::may_create(call, connection, space_id, like.kind).await? {
        return Err(forbidden(
            "The user does not have permission to create content in the destination space",
        ));
    }
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind: like.kind,
        subtype: like.subtype.as_deref().filter(|_| like.kind == Kind::Page),
        status: Status::Current,
        title,
        space_id,
        parent_id,
        container_id: None,
        author_id: &call.account_id,
        created_at: call.now(),
        body,
        private: like.private,
        share_id: &share_id,
    };
    Ok(contents::insert(connection, &new).await?)
}
