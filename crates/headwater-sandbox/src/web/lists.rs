//! Sites and spaces, the tree of a space, recent changes, search.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State as Extract};
use axum::response::Response;
use serde::Deserialize;
use sqlx::SqliteConnection;

use super::page::{Link, WebError, day, show};
use crate::cql::{self, Excerpt, Search};
use crate::rest::v2::entity::web_path;
use crate::state::State;
use crate::storage::content::{Content, Kind};
use crate::storage::spaces::{self, Space};
use crate::storage::{sites, users};

/// How many recent changes and search results are shown.
const SHOWN: i64 = 50;

#[derive(Template)]
#[template(path = "web/home.html")]
struct HomePage {
    sites: Vec<SiteView>,
}

struct SiteView {
    name: String,
    url: String,
    spaces: Vec<Space>,
}

#[derive(Template)]
#[template(path = "web/space.html")]
struct SpacePage {
    space: Space,
    pages: Vec<Link>,
    posts: Vec<Link>,
}

#[derive(Template)]
#[template(path = "web/links.html")]
struct LinksPage {
    title: &'static str,
    query: String,
    note: String,
    links: Vec<Link>,
}

#[derive(Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    q: String,
}

pub(super) async fn home(Extract(state): Extract<State>) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let mut views = Vec::new();
    for site in sites::all(&mut tx).await? {
        let spaces = spaces::all(&mut tx, &site.cloud_id).await?;
        views.push(SiteView { name: site.name, url: site.url, spaces });
    }
    Ok(show(&HomePage { sites: views }))
}

pub(super) async fn space(
    Extract(state): Extract<State>,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let space = find_space(&mut tx, &key).await?;
    let rows = sqlx::query("SELECT * FROM contents WHERE space_id = ?1 AND status = 'current' AND type IN ('page', 'blogpost') ORDER BY position, id")
        .bind(space.id)
        .fetch_all(&mut *tx)
        .await?;
    let contents = rows.iter().map(Content::read).collect::<Result<Vec<_>, _>>()?;
    let mut below: HashMap<Option<i64>, Vec<&Content>> = HashMap::new();
    for page in contents.iter().filter(|it| it.kind == Kind::Page) {
        below.entry(page.parent_id).or_default().push(page);
    }
    let mut pages = Vec::new();
    walk(&below, None, 0, &space, &mut pages);
    let mut posts: Vec<&Content> = contents.iter().filter(|it| it.kind == Kind::BlogPost).collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.created_at));
    let posts = posts.into_iter().map(|post| link(post, &space, 0, day(post.created_at))).collect();
    Ok(show(&SpacePage { space, pages, posts }))
}

/// Pages in the order of their tree. Pages cannot stand below themselves, so this ends.
fn walk(
    below: &HashMap<Option<i64>, Vec<&Content>>,
    parent: Option<i64>,
    depth: usize,
    space: &Space,
    into: &mut Vec<Link>,
) {
    for page in below.get(&parent).into_iter().flatten() {
        let note = if page.private { "private".to_owned() } else { String::new() };
        into.push(link(page, space, depth.min(6), note));
        walk(below, Some(page.id), depth + 1, space, into);
    }
}

pub(super) async fn recent(Extract(state): Extract<State>) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let rows = sqlx::query(
        "SELECT c.*, v.author_id AS editor, v.created_at AS edited_at FROM contents c \
         JOIN versions v ON v.content_id = c.id AND v.number = c.version \
         WHERE c.status IN ('current', 'draft') AND c.type IN ('page', 'blogpost') ORDER BY v.created_at DESC, c.id DESC LIMIT ?1",
    )
    .bind(SHOWN)
    .fetch_all(&mut *tx)
    .await?;
    let mut links = Vec::new();
    for row in &rows {
        use sqlx::Row as _;
        let content = Content::read(row)?;
        let Some(space) = spaces::find(&mut tx, &content.cloud_id, content.space_id).await? else { continue };
        let editor: String = row.try_get("editor")?;
        let name = users::find(&mut tx, &editor).await?.map_or(editor, |user| user.display_name);
        let note = format!("{} · {name} · {}", space.name, day(row.try_get("edited_at")?));
        links.push(link(&content, &space, 0, note));
    }
    Ok(show(&LinksPage { title: "Recent changes", query: String::new(), note: String::new(), links }))
}

pub(super) async fn search(
    Extract(state): Extract<State>,
    Query(words): Query<Words>,
) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let quoted = words.q.replace(['\\', '"'], " ");
    let cql = format!("siteSearch ~ \"{quoted}\"");
    let mut links = Vec::new();
    for site in sites::all(&mut tx).await? {
        for user in users::all(&mut tx).await?.into_iter().take(1) {
            let wanted = Search {
                cloud_id: &site.cloud_id,
                account_id: &user.account_id,
                offset_seconds: 0,
                now_ms: state.clock.now_ms(),
                cql: &cql,
                context: None,
                excerpt: Excerpt::Highlight { escaped: true },
                archived_spaces: true,
                limit: SHOWN,
                cursor: None,
            };
            let found = cql::search(&mut tx, &wanted).await.map_err(|_| WebError::Missing)?;
            for hit in found.rows {
                let note = format!("{} · {}", hit.space.name, plain(&hit.excerpt));
                links.extend(hit.content.map(|content| link(&content, &hit.space, 0, note)));
            }
        }
    }
    let note = if words.q.trim().is_empty() {
        "Type some words.".to_owned()
    } else {
        format!("{} results", links.len())
    };
    Ok(show(&LinksPage { title: "Search", query: words.q, note, links }))
}

/// An excerpt without marks and escapes; the template escapes it again.
fn plain(excerpt: &str) -> String {
    let text = excerpt.replace("@@@hl@@@", "").replace("@@@endhl@@@", "");
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (escaped, character)| text.replace(escaped, character))
}

/// A space of any site by its key: keys of the demo differ.
pub(super) async fn find_space(connection: &mut SqliteConnection, key: &str) -> Result<Space, WebError> {
    for site in sites::all(&mut *connection).await? {
        if let Some(space) = spaces::find_by_key(&mut *connection, &site.cloud_id, key).await? {
            return Ok(space);
        }
    }
    Err(WebError::Missing)
}

/// A link to content.
pub(super) fn link(content: &Content, space: &Space, depth: usize, note: String) -> Link {
    let title = if content.title.is_empty() { "(no title)".to_owned() } else { content.title.clone() };
    let href = match content.container_id {
        Some(container) => format!("/wiki/spaces/{}/pages/{container}", space.key),
        None if content.kind == Kind::Page => format!("/wiki/spaces/{}/pages/{}", space.key, content.id),
        None => format!("/wiki{}", web_path(content, space)),
    };
    Link { href, title, note, depth }
}
