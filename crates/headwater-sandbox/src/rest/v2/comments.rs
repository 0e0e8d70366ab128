//! Footer comments: what is written below pages and blog posts, and the answers to it.

use std::collections::HashMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{LINK, LOCATION};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::documents::{self, list::spaces_of};
use super::error::{invalid_body, not_found};
use super::fields::Fields;
use super::paging::{Page, Paging, Sort, down, up};
use super::parameter::{LIST_FORMATS, body_format, path_id};
use super::{attachments, entity, representation};
use crate::rest::{Call, Refusal, Route};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::listing::{self, By, Filter, Parent};
use crate::storage::spaces::Space;
use crate::storage::versions::Version;

const SORTS: &[Sort] = &[
    up("id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
];

/// The operations on footer comments.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/v2/footer-comments", &[&["read:comment:confluence"]], list_all),
        Route::new(Method::POST, "/api/v2/footer-comments", &[&["write:comment:confluence"]], create),
    ]
}

/// The comments at the root of content of this kind; answers are not in it.
pub(super) async fn list_of(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, kind, id).await?;
    drop(tx);
    list(call, Some(id)).await
}

async fn list_all(call: Call) -> Result<Response, Refusal> {
    list(call, None).await
}

async fn list(call: Call, container_id: Option<i64>) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, SORTS, "CommentSortOrder")?)?;
    let format = body_format(&call.query, LIST_FORMATS)?;
    let filter = Filter {
        statuses: &[Status::Current],
        subtype: Some("footer"),
        parent: if container_id.is_some() { Parent::Nothing } else { Parent::Any },
        container_id,
        ..documents::list::everything(&call, Kind::Comment)
    };
    let mut tx = call.begin().await?;
    let rows = listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), paging.fetch()).await?;
    let spaces = spaces_of(&call, &mut tx).await?;
    let Page { rows, next } = paging.cut(rows);
    let mut shown = Vec::new();
    for row in rows {
        let mut comment = show(&call, &mut tx, &row.content, &row.version, &spaces, format).await?;
        if let Some(comment) = comment.as_object_mut() {
            comment.insert("resolutionStatus".to_owned(), json!("open"));
        }
        shown.push(comment);
    }
    Ok(Page { rows: shown, next }.reply(&call, |row| row))
}

async fn create(call: Call) -> Result<Response, Refusal> {
    let fields = Fields::read(&call.body)?;
    let target = Target::read(&fields)?;
    let Some(body) = fields.value("body") else { return Err(invalid_body("body: must not be null")) };
    let body = representation::read(body)?;
    let mut tx = call.begin().await?;
    let (container, parent_id) = target.find(&call, &mut tx).await?;
    let share_id = call.new_uuid();
    let new = NewContent {
        id: None,
        cloud_id: &call.site.cloud_id,
        kind: Kind::Comment,
        subtype: Some("footer"),
        status: Status::Current,
        title: &format!("Re: {}", container.title),
        space_id: container.space_id,
        parent_id,
        container_id: Some(container.id),
        author_id: &call.account_id,
        created_at: call.now(),
        body: &body.storage,
        // What only one person may read, only that person can have commented.
        private: container.private,
        share_id: &share_id,
    };
    let comment = contents::insert(&mut tx, &new).await?;
    let version = documents::newest_version(&mut tx, &comment).await?;
    let spaces = spaces_of(&call, &mut tx).await?;
    let format = Some(body.representation);
    let mut shown = show(&call, &mut tx, &comment, &version, &spaces, format).await?;
    entity::add_base(&mut shown, &call.base());
    tx.commit().await?;
    let location = format!("/wiki/api/v2/footer-comments/{}", comment.id);
    let link = format!("<{}>; rel=\"base\"", call.base());
    Ok((StatusCode::CREATED, [(LOCATION, location), (LINK, link)], Json(shown)).into_response())
}

/// What a new comment hangs on.
enum Target {
    Document(Kind, i64),
    Attachment(i64),
    Comment(i64),
}

impl Target {
    fn read(fields: &Fields) -> Result<Self, Refusal> {
        let attachment = match fields.value("attachmentId").and_then(Value::as_str) {
            Some(id) => Some(Self::Attachment(attachment_id(id)?)),
            None => None,
        };
        let mut targets = [
            fields.id("pageId")?.map(|id| Self::Document(Kind::Page, id)),
            fields.id("blogPostId")?.map(|id| Self::Document(Kind::BlogPost, id)),
            fields.id("parentCommentId")?.map(Self::Comment),
            attachment,
        ]
        .into_iter()
        .flatten();
        match (targets.next(), targets.next()) {
            (Some(target), None) => Ok(target),
            _ => Err(invalid_body(
                "Exactly one of pageId, blogPostId, attachmentId, customContentId or parentCommentId must be provided",
            )),
        }
    }

    /// The content below which the comment appears, and the comment that it answers.
    async fn find(
        self,
        call: &Call,
        connection: &mut SqliteConnection,
    ) -> Result<(Content, Option<i64>), Refusal> {
        let no_comment = |id: i64| not_found(format!("Cannot find a comment with id [{id}]"));
        let (kind, id) = match self {
            Self::Document(kind, id) => (kind, id),
            Self::Attachment(id) => (Kind::Attachment, id),
            Self::Comment(id) => {
                let parent = documents::find(call, connection, Kind::Comment, id).await?;
                let container_id = parent.container_id.ok_or_else(|| no_comment(id))?;
                let container = contents::find(connection, &call.site.cloud_id, container_id).await?;
                return Ok((container.ok_or_else(|| no_comment(id))?, Some(id)));
            }
        };
        let container = documents::find(call, connection, kind, id).await?;
        if container.status == Status::Trashed {
            return Err(super::error::no_content(kind, id));
        }
        Ok((container, None))
    }
}

/// Reads `att` and digits, or digits alone.
fn attachment_id(text: &str) -> Result<i64, Refusal> {
    let digits = text.strip_prefix("att").unwrap_or(text);
    digits.parse().map_err(|_| super::error::wrong_type("attachmentId", text, "ContentId"))
}

async fn show(
    call: &Call,
    connection: &mut SqliteConnection,
    comment: &Content,
    version: &Version,
    spaces: &HashMap<i64, Space>,
    format: Option<&str>,
) -> Result<Value, Refusal> {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", json!(comment.id.to_string()));
    put("status", json!(comment.status.as_str()));
    put("title", json!(comment.title));
    if let Some(parent_id) = comment.parent_id {
        put("parentCommentId", json!(parent_id.to_string()));
    }
    put("version", entity::version(version));
    put("body", entity::body(&comment.body, format)?);
    let container = match comment.container_id {
        Some(id) => contents::find(connection, &call.site.cloud_id, id).await?,
        None => None,
    };
    if let (Some(container), Some(space)) = (container, spaces.get(&comment.space_id)) {
        match container.kind {
            Kind::BlogPost => put("blogPostId", json!(container.id.to_string())),
            Kind::Attachment => put("attachmentId", json!(attachments::public_id(container.id))),
            _ => put("pageId", json!(container.id.to_string())),
        }
        let web = format!("{}?focusedCommentId={}", entity::web_path(&container, space), comment.id);
        put("_links", json!({ "webui": web }));
    }
    Ok(Value::Object(shown))
}
