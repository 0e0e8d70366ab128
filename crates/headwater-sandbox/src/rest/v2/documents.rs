//! Pages and blog posts: the same life cycle from draft to trash, and the same rules for versions.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod remove;
pub(crate) mod update;

use serde_json::Value;
use sqlx::SqliteConnection;

use super::{entities, paging, representation};
use crate::access;
use crate::formats::storage_format::References;
use crate::references::{self, Reader};
use crate::request::v2_error::{invalid_body, invalid_parameter, no_content, not_found};
use crate::request::{Call, Refusal};
use crate::rules::BlogTitles;
use crate::storage::content::{Content, Kind, Status};
use crate::storage::spaces::Space;
use crate::storage::versions::Version;
use crate::storage::{contents, versions};

/// The longest title.
const TITLE_LIMIT: usize = 255;

/// Finds the content of this kind, if the user may see it; the 404 names it.
pub(crate) async fn find(
    call: &Call,
    connection: &mut SqliteConnection,
    kind: Kind,
    id: i64,
) -> Result<Content, Refusal> {
    let found = access::find(call, connection, id).await?;
    found
        .filter(|content| content.kind == kind && content.visible_to(&call.account_id))
        .ok_or_else(|| no_content(kind, id))
}

/// Finds the space with this id, if the user may see it; the 404 names it.
pub(crate) async fn find_space(
    call: &Call,
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Space, Refusal> {
    let space = access::find_space(call, connection, id).await?;
    space.ok_or_else(|| not_found(format!("Cannot find a space with id [{id}]")))
}

/// Checks that the user may add content of this kind to a space that it sees.
pub(crate) async fn check_creation(
    call: &Call,
    connection: &mut SqliteConnection,
    space_id: i64,
    kind: Kind,
) -> Result<(), Refusal> {
    if access::may_create(call, connection, space_id, kind).await? {
        return Ok(());
    }
    Err(not_found(format!("Cannot find a space with id [{space_id}]")))
}

/// Finds the newest version of content.
pub(crate) async fn newest_version(
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Version, Refusal> {
    let version = versions::find(connection, content.id, content.version).await?;
    version.ok_or_else(|| no_content(content.kind, content.id))
}

/// Builds the reply to a write: the whole entity, with the body in the format it was sent in.
pub(crate) async fn reply(
    call: &Call,
    connection: &mut SqliteConnection,
    id: i64,
    format: Option<&str>,
) -> Result<Value, Refusal> {
    let content = contents::reread(connection, id).await?;
    let version = newest_version(connection, &content).await?;
    show(call, connection, &content, &version, format).await
}

/// Shows one entity with its links.
pub(crate) async fn show(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    version: &Version,
    format: Option<&str>,
) -> Result<Value, Refusal> {
    let space = find_space(call, connection, content.space_id).await?;
    let references = references(call, connection, content, format).await?;
    let mut shown = entities::document(content, version, &space, format, &references)?;
    entities::add_base(&mut shown, &call.base());
    Ok(shown)
}

/// Looks up what a body refers to, if the wanted format shows more of it than its name.
pub(crate) async fn references(
    call: &Call,
    connection: &mut SqliteConnection,
    content: &Content,
    format: Option<&str>,
) -> Result<References, Refusal> {
    let Some(format) = format.filter(|format| representation::resolves(format)) else {
        return Ok(References::default());
    };
    // What is shown on the site links to the site; what is exported is read elsewhere.
    let base = if format == "view" { "/wiki".to_owned() } else { call.base() };
    let reader = Reader { viewer: call.viewer(), base, files: call.base(), for_people: false };
    Ok(references::look_up(connection, &reader, content).await?)
}

/// Checks the length of a title.
pub(crate) fn check_title(title: &str, status: Status) -> Result<(), Refusal> {
    if status != Status::Draft && title.trim().is_empty() {
        return Err(invalid_body("Non-drafts cannot have empty titles"));
    }
    if title.chars().count() > TITLE_LIMIT {
        return Err(invalid_body(format!("title: size must be between 0 and {TITLE_LIMIT}")));
    }
    Ok(())
}

/// A title that content is to get.
#[derive(Clone, Copy, Debug)]
struct Claim<'a> {
    kind: Kind,
    space_id: i64,
    title: &'a str,
    /// The id of the content that takes the title, if it exists already.
    own_id: Option<i64>,
    created_at: i64,
}

/// Checks that nothing else holds the title: no page of the space, or no blog post of the same day.
async fn check_title_is_free(
    call: &Call,
    connection: &mut SqliteConnection,
    claim: Claim<'_>,
) -> Result<(), Refusal> {
    let Claim { kind, space_id, title, own_id, created_at } = claim;
    let (holders, noun, scope): (Vec<i64>, _, _) = match kind {
        Kind::Page => {
            let holder = contents::find_page_by_title(connection, space_id, title).await?;
            (holder.into_iter().collect(), "page", "in this space")
        }
        Kind::BlogPost if call.content_rules().blog_titles == BlogTitles::Free => return Ok(()),
        Kind::BlogPost => {
            let holders = contents::find_blog_posts_by_title(connection, space_id, title, created_at).await?;
            (holders, "blog post", "in this space on the same day")
        }
        _ => return Ok(()),
    };
    if holders.iter().any(|holder| Some(*holder) != own_id) {
        return Err(invalid_parameter(format!(
            "A {noun} with this title already exists: A {noun} already exists with the same TITLE {scope}"
        )));
    }
    Ok(())
}

/// Checks the wanted parent of a node: it must be in the same space, visible, and not in the trash.
pub(crate) async fn check_parent(
    call: &Call,
    connection: &mut SqliteConnection,
    space_id: i64,
    parent_id: i64,
) -> Result<(), Refusal> {
    let parent = access::find(call, connection, parent_id).await?;
    let usable = |content: &Content| {
        content.kind.is_in_tree() && content.status != Status::Trashed && content.visible_to(&call.account_id)
    };
    let parent = parent
        .filter(usable)
        .ok_or_else(|| not_found(format!("Cannot find a parent with id [{parent_id}]")))?;
    if parent.space_id != space_id {
        return Err(invalid_body("parentId: the parent must be in the same space as its children"));
    }
    Ok(())
}

/// Reads the status that a body asks for: published or draft.
pub(crate) fn read_status(word: Option<&str>) -> Result<Status, Refusal> {
    match word {
        None | Some("current") => Ok(Status::Current),
        Some("draft") => Ok(Status::Draft),
        Some(other) => Err(invalid_body(format!(
            "Provided value {{{other}}} for 'status' is not the correct type. Expected one of [current, draft]"
        ))),
    }
}

/// Builds the reply with one entity.
fn answer(call: &Call, entity: Value) -> axum::response::Response {
    paging::single(call, entity)
}
