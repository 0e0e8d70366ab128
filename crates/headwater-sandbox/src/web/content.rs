//! A page or blog post, with its comments and attachments.

use askama::Template;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;
use sqlx::SqliteConnection;

use super::comments::{self, CommentView};
use super::files::{self, FileView};
use super::page::{self, Link, WebError, day, link, name};
use super::readable::readable;
use super::{spaces as space_pages, tree};
use crate::formats::storage_format::view_html;
use crate::links::web_path;
use crate::references::{self, Reader};
use crate::state::State;
use crate::storage::content::{Content, Kind};
use crate::storage::spaces::Space;
use crate::storage::{contents, labels, likes, restrictions, spaces, users, versions, views};

/// The decoder of short ids, which come without padding and in either alphabet of base64.
const TINY: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

#[derive(Template)]
#[template(path = "web/content.html")]
struct ContentPage {
    space: Space,
    tree: Vec<Link>,
    above: Vec<Link>,
    title: String,
    id: i64,
    kind: &'static str,
    status: &'static str,
    is_restricted: bool,
    author: String,
    edited_at: String,
    version: i64,
    message: String,
    labels: Vec<String>,
    likes: usize,
    html: String,
    storage: String,
    children: Vec<Link>,
    files: Vec<FileView>,
    comments: Vec<CommentView>,
}

pub(super) async fn show_titled(
    state: Extract<State>,
    Path((key, id, _)): Path<(String, i64, String)>,
) -> Result<Response, WebError> {
    show_content(&state, &key, id).await
}

pub(super) async fn show_dated(
    state: Extract<State>,
    Path((key, _, _, _, id, _)): Path<(String, String, String, String, i64, String)>,
) -> Result<Response, WebError> {
    show_content(&state, &key, id).await
}

pub(super) async fn show(
    state: Extract<State>,
    Path((key, id)): Path<(String, i64)>,
) -> Result<Response, WebError> {
    show_content(&state, &key, id).await
}

/// Shows folders, whiteboards and other nodes with an address of their kind.
pub(super) async fn show_other(
    state: Extract<State>,
    Path((key, _, id)): Path<(String, String, i64)>,
) -> Result<Response, WebError> {
    show_content(&state, &key, id).await
}

async fn show_content(state: &State, key: &str, id: i64) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let space = space_pages::find(&mut tx, key).await?;
    let content = find(&mut tx, &space, id).await?;
    count_view(state, &mut tx, &content).await?;
    let latest = versions::find(&mut tx, id, content.version).await?;
    let (editor, edited_at, message) = match latest {
        Some(version) => (version.author_id, version.created_at, version.message),
        None => (content.author_id.clone(), content.created_at, String::new()),
    };
    let page = ContentPage {
        tree: tree::of_space(&mut tx, &space, Some(id)).await?,
        above: above(&mut tx, &content, &space).await?,
        title: if content.title.is_empty() { "(no title)".to_owned() } else { content.title.clone() },
        id,
        kind: if content.kind == Kind::Page { "" } else { content.kind.as_str() },
        status: content.status.as_str(),
        is_restricted: !restrictions::of_content(&mut tx, id).await?.is_empty(),
        author: name(&mut tx, &editor).await?,
        edited_at: day(edited_at),
        version: content.version,
        message,
        labels: labels::of_content(&mut tx, id).await?.into_iter().map(|label| label.name).collect(),
        likes: likes::of_content(&mut tx, id).await?.len(),
        html: html(&mut tx, &content).await?,
        children: children(&mut tx, &content, &space).await?,
        files: files::of_content(&mut tx, id).await?,
        comments: comments::of_content(&mut tx, id).await?,
        storage: content.body,
        space,
    };
    tx.commit().await?;
    Ok(page::show(&page))
}

/// Shows a body with what it refers to.
pub(super) async fn html(connection: &mut SqliteConnection, content: &Content) -> Result<String, WebError> {
    let wiki = || "/wiki".to_owned();
    let reader = Reader { viewer: None, base: wiki(), files: wiki(), for_people: true };
    let references = references::look_up(connection, &reader, content).await?;
    Ok(readable(&view_html(&content.body, &references)))
}

/// Counts a view by the first user, because the web view has no login.
async fn count_view(
    state: &State,
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<(), WebError> {
    if let Some(user) = users::all(connection).await?.first() {
        views::add(connection, content.id, &user.account_id, state.clock.now_ms()).await?;
    }
    Ok(())
}

pub(super) async fn follow_tiny(
    Extract(state): Extract<State>,
    Path(tiny): Path<String>,
) -> Result<Response, WebError> {
    let bytes = TINY.decode(tiny.replace('/', "_").replace('+', "-")).map_err(|_| WebError::Missing)?;
    let mut whole = [0; 8];
    whole.get_mut(..bytes.len()).ok_or(WebError::Missing)?.copy_from_slice(&bytes);
    let id = i64::from_le_bytes(whole);
    let mut tx = state.storage.begin().await?;
    let row = sqlx::query("SELECT * FROM contents WHERE id = ?1").bind(id).fetch_optional(&mut *tx).await?;
    let content = Content::read(&row.ok_or(WebError::Missing)?)?;
    let space = spaces::find(&mut tx, &content.cloud_id, content.space_id).await?.ok_or(WebError::Missing)?;
    Ok(Redirect::temporary(&format!("/wiki{}", web_path(&content, &space))).into_response())
}

/// Finds content of a space, whatever its status.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    space: &Space,
    id: i64,
) -> Result<Content, WebError> {
    let content = contents::find(connection, &space.cloud_id, id).await?.ok_or(WebError::Missing)?;
    if content.space_id == space.id { Ok(content) } else { Err(WebError::Missing) }
}

/// Lists the pages above, the topmost first.
async fn above(
    connection: &mut SqliteConnection,
    content: &Content,
    space: &Space,
) -> Result<Vec<Link>, WebError> {
    let mut links = Vec::new();
    let mut next = content.parent_id;
    while let Some(id) = next {
        let Some(parent) = contents::find(&mut *connection, &space.cloud_id, id).await? else { break };
        // The homepage is the space itself, which stands before all of them.
        if space.homepage_id != Some(parent.id) {
            links.push(link(&parent, space, 0, String::new()));
        }
        next = parent.parent_id;
    }
    links.reverse();
    Ok(links)
}

async fn children(
    connection: &mut SqliteConnection,
    content: &Content,
    space: &Space,
) -> Result<Vec<Link>, WebError> {
    let rows = sqlx::query("SELECT * FROM contents WHERE parent_id = ?1 AND type <> 'comment' AND status = 'current' ORDER BY position LIMIT 200")
        .bind(content.id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(link(&Content::read(row)?, space, 0, String::new()))).collect()
}

/// Lists the content of a type that is attached to content.
pub(super) async fn attached(
    connection: &mut SqliteConnection,
    id: i64,
    kind: &'static str,
) -> Result<Vec<Content>, WebError> {
    let rows = sqlx::query(
        "SELECT * FROM contents WHERE container_id = ?1 AND type = ?2 AND status = 'current' ORDER BY id",
    )
    .bind(id)
    .bind(kind)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(Content::read(row)?)).collect()
}
