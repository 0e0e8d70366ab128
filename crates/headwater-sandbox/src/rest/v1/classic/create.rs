//! Creating pages, blog posts and comments.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::super::contents::{check_title_is_free, find, find_node, read_body};
use super::super::{expand, show};
use super::{Bodies, check_answered, id_text};
use crate::access;
use crate::request::v1_error::{bad_request, forbidden, not_found};
use crate::request::{Call, Refusal};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::spaces::Space;

/// The longest title.
const TITLE_LIMIT: usize = 255;

/// The body of a create request.
#[derive(Deserialize)]
struct Request {
    #[serde(rename = "type")]
    kind: String,
    title: Option<String>,
    space: Option<SpaceName>,
    status: Option<String>,
    #[serde(default)]
    ancestors: Vec<Named>,
    container: Option<Named>,
    #[serde(default)]
    body: Bodies,
}

#[derive(Deserialize)]
struct SpaceName {
    key: Option<String>,
    id: Option<i64>,
}

#[derive(Deserialize)]
struct Named {
    id: Value,
}

/// The place of new content.
struct Place {
    space_id: i64,
    parent_id: Option<i64>,
    container: Option<Content>,
}

pub(super) async fn create(call: Call) -> Result<Response, Refusal> {
    let request: Request = read_body(&call.body)?;
    let kind = request.kind()?;
    let status = match request.status.as_deref() {
        None | Some("current") => Status::Current,
        Some("draft") => Status::Draft,
        Some(other) => return Err(bad_request(&format!("Content cannot be created with status {other}"))),
    };
    let body = request.body.storage()?.unwrap_or_default();
    let mut tx = call.begin().await?;
    check_answered(&call, &mut tx).await?;
    let place = request.place(&call, &mut tx, kind).await?;
    let title = match &place.container {
        Some(container) => format!("Re: {}", container.title),
        None => request.title.clone().unwrap_or_default(),
    };
    check_title(&title, status)?;
    if kind == Kind::Page && status == Status::Current {
        check_title_is_free(&mut tx, place.space_id, &title).await?;
    }
    if !access::may_create(&call, &mut tx, place.space_id, kind).await? {
        return Err(forbidden("The user does not have permission to create content in this space"));
    }
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind,
        subtype: (kind == Kind::Comment).then_some("footer"),
        status,
        title: &title,
        space_id: place.space_id,
        parent_id: place.parent_id,
        container_id: place.container.as_ref().map(|container| container.id),
        author_id: &call.account_id,
        created_at: call.now(),
        body: &body,
        private: place.container.as_ref().is_some_and(|container| container.private),
        share_id: &share_id,
    };
    let content = contents::insert(&mut tx, &new).await?;
    let mut shown = show::content(&call, &mut tx, &content).await?;
    // The reply shows everything that was written [report].
    expand::add_body(&call, &mut tx, &content, "storage", &mut shown).await?;
    tx.commit().await?;
    Ok(Json(shown).into_response())
}

/// Checks the length of a title.
pub(super) fn check_title(title: &str, status: Status) -> Result<(), Refusal> {
    if status != Status::Draft && title.trim().is_empty() {
        return Err(bad_request("Title is required"));
    }
    if title.chars().count() > TITLE_LIMIT {
        return Err(bad_request(&format!("Title cannot be longer than {TITLE_LIMIT} characters")));
    }
    Ok(())
}

impl Request {
    fn kind(&self) -> Result<Kind, Refusal> {
        match self.kind.as_str() {
            "page" => Ok(Kind::Page),
            "blogpost" => Ok(Kind::BlogPost),
            "comment" => Ok(Kind::Comment),
            other => Err(bad_request(&format!("Content of type {other} cannot be created here"))),
        }
    }

    async fn place(
        &self,
        call: &Call,
        connection: &mut SqliteConnection,
        kind: Kind,
    ) -> Result<Place, Refusal> {
        if kind == Kind::Comment {
            return self.place_of_comment(call, connection).await;
        }
        let space = self.space(call, connection).await?;
        let parent_id = match (kind, self.ancestors.last()) {
            (Kind::Page, Some(parent)) => {
                let parent = find_node(call, connection, &id_text(&parent.id)).await?;
                if parent.space_id != space.id {
                    return Err(bad_request("The parent must be in the same space as the page"));
                }
                Some(parent.id)
            }
            (Kind::Page, None) => space.homepage_id,
            _ => None,
        };
        Ok(Place { space_id: space.id, parent_id, container: None })
    }

    async fn place_of_comment(
        &self,
        call: &Call,
        connection: &mut SqliteConnection,
    ) -> Result<Place, Refusal> {
        let container = self.container.as_ref().ok_or_else(|| bad_request("A comment needs a container"))?;
        let container = find(call, connection, &id_text(&container.id)).await?;
        let parent_id = match self.ancestors.last() {
            None => None,
            Some(parent) => {
                let parent = find(call, connection, &id_text(&parent.id)).await?;
                let is_beside = parent.kind == Kind::Comment && parent.container_id == Some(container.id);
                is_beside.then_some(Some(parent.id)).ok_or_else(|| {
                    bad_request("The parent of a comment must be a comment in its container")
                })?
            }
        };
        Ok(Place { space_id: container.space_id, parent_id, container: Some(container) })
    }

    async fn space(&self, call: &Call, connection: &mut SqliteConnection) -> Result<Space, Refusal> {
        let name = self.space.as_ref().ok_or_else(|| bad_request("A space is required to create content"))?;
        let found = match (&name.key, name.id) {
            (Some(key), _) => access::find_space_by_key(call, connection, key).await?,
            (None, Some(id)) => access::find_space(call, connection, id).await?,
            (None, None) => None,
        };
        let key = name.key.clone().unwrap_or_default();
        found.ok_or_else(|| not_found(&format!("No space with key : {key}")))
    }
}
