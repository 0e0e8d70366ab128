//! Lists of comments.

use axum::response::Response;
use sqlx::SqliteConnection;

use super::super::documents::list::{everything, spaces_of};
use super::super::entities::Container;
use super::super::paging::{Page, Paging, Sort, down, up};
use super::super::parameter::{LIST_FORMATS, Statuses, body_format, path_id, statuses};
use super::super::{attachments, documents};
use super::{CommentKind, show};
use crate::request::v2_error::{no_content, wrong_type};
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::inline_comments;
use crate::storage::listing::{self, By, Filter, Listed, Parent};
use crate::storage::versions;

const SORTS: &[Sort] = &[
    up("id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
];
const STATUSES: &[&str] = &["current", "archived", "trashed", "deleted", "historical", "draft"];
const RESOLUTIONS: &[&str] = &["resolved", "open", "dangling", "reopened"];

/// Lists the root comments on content of this kind, without the answers to them.
pub(in crate::rest::v2) async fn of_container(
    call: Call,
    container: Kind,
    kind: CommentKind,
) -> Result<Response, Refusal> {
    let id = match container {
        Kind::Attachment => attachments::path_id(&call)?,
        _ => path_id(&call, "id")?,
    };
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, container, id).await?;
    if let Some(number) = call.query.first("version")
        && container == Kind::Attachment
    {
        let number = number.parse().map_err(|_| wrong_type("version", number, "int"))?;
        versions::find(&mut tx, id, number).await?.ok_or_else(|| no_content(container, id))?;
    }
    drop(tx);
    list(call, kind, Some(id), Parent::Nothing).await
}

/// Lists all comments of a kind on the site, with answers.
pub(super) async fn everywhere(call: Call, kind: CommentKind) -> Result<Response, Refusal> {
    list(call, kind, None, Parent::Any).await
}

/// Lists the answers to one comment.
pub(super) async fn children(call: Call, kind: CommentKind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    super::find(&call, &mut tx, kind, id).await?;
    drop(tx);
    list(call, kind, None, Parent::Is(id)).await
}

async fn list(
    call: Call,
    kind: CommentKind,
    container_id: Option<i64>,
    parent: Parent,
) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, SORTS, "CommentSortOrder")?)?;
    let format = body_format(&call.query, LIST_FORMATS)?;
    let Statuses(wanted) = statuses(&call.query, STATUSES, &[Status::Current])?;
    let resolutions = resolutions(&call)?;
    let statuses = wanted.unwrap_or_default();
    let filter = Filter {
        statuses: &statuses,
        subtype: Some(kind.as_str()),
        parent,
        container_id,
        ..everything(&call, Kind::Comment)
    };
    let mut tx = call.begin().await?;
    // How far a comment is resolved is found out row by row, so all rows are needed to fill a page.
    let fetch = if resolutions.is_empty() { paging.fetch() } else { u32::MAX };
    let mut rows = if statuses.is_empty() {
        Vec::new()
    } else {
        listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), fetch).await?
    };
    if !resolutions.is_empty() {
        rows = resolved(&call, &mut tx, rows, &resolutions).await?;
    }
    let spaces = spaces_of(&call, &mut tx).await?;
    let Page { rows, next } = paging.cut(rows);
    let mut shown = Vec::new();
    for row in rows {
        let mut comment = show::comment(&call, &mut tx, &row.content, &row.version, &spaces, format).await?;
        comment.resolution = Some(show::read_resolution(&call, &mut tx, &row.content).await?);
        if matches!(parent, Parent::Is(_)) {
            // Answers in the list below a comment do not repeat its container [spec].
            comment.container = Container::default();
        }
        shown.push(comment);
    }
    Ok(Page { rows: shown, next }.reply(&call, |row| row))
}

fn resolutions(call: &Call) -> Result<Vec<&str>, Refusal> {
    let wanted = call.query.list("resolution-status");
    match wanted.iter().find(|word| !RESOLUTIONS.contains(word)) {
        Some(unknown) => Err(wrong_type("resolution-status", unknown, "InlineCommentResolutionStatus")),
        None => Ok(wanted),
    }
}

async fn resolved(
    call: &Call,
    connection: &mut SqliteConnection,
    rows: Vec<Listed>,
    wanted: &[&str],
) -> Result<Vec<Listed>, Refusal> {
    let mut kept = Vec::new();
    for row in rows {
        let resolution = match inline_comments::find(connection, row.content.id).await? {
            Some(place) => show::resolution(call, connection, &row.content, &place).await?,
            None => "open".to_owned(),
        };
        if wanted.contains(&resolution.as_str()) {
            kept.push(row);
        }
    }
    Ok(kept)
}
