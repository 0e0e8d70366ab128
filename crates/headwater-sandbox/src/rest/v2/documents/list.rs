//! Lists of pages and blog posts.

use std::collections::HashMap;

use axum::response::Response;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::super::entities;
use super::super::paging::{Page, Paging, Sort, down, up};
use super::super::parameter::{LIST_FORMATS, Statuses, body_format, ids, path_id, statuses, word};
use crate::access;
use crate::formats::storage_format::References;
use crate::request::v2_error::not_found;
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::labels;
use crate::storage::listing::{self, By, Filter, Kinds, Listed, Parent};
use crate::storage::spaces::Space;

/// The words by which lists of pages can be sorted.
pub(crate) const PAGE_SORTS: &[Sort] = &[
    up("id", By::Id),
    down("-id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
    up("title", By::Title),
    down("-title", By::Title),
];

/// The words by which lists of blog posts can be sorted.
pub(crate) const BLOG_POST_SORTS: &[Sort] = &[
    up("id", By::Id),
    down("-id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
];

/// The filters of a list of pages or blog posts that come from the path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Within {
    pub(crate) space_id: Option<i64>,
    pub(crate) label_id: Option<i64>,
    /// True for content without a parent only.
    pub(crate) roots_only: bool,
}

/// Returns a filter for all content of a kind that the user may see.
pub(crate) fn everything(call: &Call, kind: Kind) -> Filter<'_> {
    Filter {
        cloud_id: &call.site.cloud_id,
        viewer: call.viewer(),
        kind: Kinds::Only(kind),
        statuses: &[],
        ids: &[],
        space_ids: &[],
        title: None,
        subtype: None,
        parent: Parent::Any,
        container_id: None,
        media_type: None,
        label_id: None,
    }
}

/// Lists content of this kind.
pub(crate) async fn list(call: Call, kind: Kind, within: Within) -> Result<Response, Refusal> {
    let (sorts, sort_kind) = match kind {
        Kind::Page => (PAGE_SORTS, "PageSortOrder"),
        _ => (BLOG_POST_SORTS, "BlogPostSortOrder"),
    };
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, sorts, sort_kind)?)?;
    let format = body_format(&call.query, LIST_FORMATS)?;
    let Some(wanted) = wanted(&call, kind)? else {
        return Ok(Page::<Value> { rows: Vec::new(), next: None }.reply(&call, |row| row));
    };
    let space_ids = match within.space_id {
        Some(space_id) => vec![space_id],
        None => ids(&call.query, "space-id", 100)?,
    };
    let filter = Filter {
        statuses: &wanted,
        ids: &ids(&call.query, "id", 250)?,
        space_ids: &space_ids,
        title: call.query.first("title"),
        subtype: word(&call.query, "subtype", &["live", "page"], "PageSubtype")?,
        label_id: within.label_id,
        parent: if within.roots_only { Parent::Nothing } else { Parent::Any },
        ..everything(&call, kind)
    };
    let mut tx = call.begin().await?;
    let rows = listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), paging.fetch()).await?;
    let spaces = spaces_of(&call, &mut tx).await?;
    let Page { rows, next } = paging.cut(rows);
    let mut shown = Vec::with_capacity(rows.len());
    for row in &rows {
        let references = super::references(&call, &mut tx, &row.content, format).await?;
        shown.push(show(row, &spaces, format, &references)?);
    }
    Ok(Page { rows: shown, next }.reply(&call, |row| row))
}

/// Lists the content that carries a label.
pub(crate) async fn of_label(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    let label = labels::find(&mut tx, id).await?;
    drop(tx);
    label.ok_or_else(|| not_found(format!("Cannot find a label with id [{id}]")))?;
    list(call, kind, Within { label_id: Some(id), ..Within::default() }).await
}

/// Lists the content of a space.
pub(crate) async fn of_space(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    super::find_space(&call, &mut tx, id).await?;
    drop(tx);
    list(call, kind, Within { space_id: Some(id), ..Within::default() }).await
}

/// Reads the statuses that are wanted; `None` when no content can have them.
fn wanted(call: &Call, kind: Kind) -> Result<Option<Vec<Status>>, Refusal> {
    let (allowed, default): (&[&str], &[Status]) = match kind {
        Kind::Page => (&["current", "archived", "deleted", "trashed"], &[Status::Current, Status::Archived]),
        _ => (&["current", "deleted", "trashed"], &[Status::Current]),
    };
    let Statuses(wanted) = statuses(&call.query, allowed, default)?;
    Ok(wanted)
}

/// Returns the spaces of the site by their ids, for links.
pub(crate) async fn spaces_of(
    call: &Call,
    connection: &mut SqliteConnection,
) -> Result<HashMap<i64, Space>, Refusal> {
    let spaces = access::spaces(call, connection).await?;
    Ok(spaces.into_iter().map(|space| (space.id, space)).collect())
}

fn show(
    row: &Listed,
    spaces: &HashMap<i64, Space>,
    format: Option<&str>,
    references: &References,
) -> Result<Value, Refusal> {
    match spaces.get(&row.content.space_id) {
        Some(space) => entities::document(&row.content, &row.version, space, format, references),
        // Foreign keys keep every content in a space, so there is nothing to show here.
        None => Ok(Value::Null),
    }
}
