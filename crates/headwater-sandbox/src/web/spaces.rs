//! Sites and their spaces; one space with its tree and its blog.

use askama::Template;
use axum::extract::{Path, State as Extract};
use axum::response::Response;
use sqlx::SqliteConnection;

use super::page::{Link, WebError, day, link, show};
use super::{content, tree};
use crate::state::State;
use crate::storage::content::Content;
use crate::storage::sites;
use crate::storage::spaces::{self, Space};

/// The number of blog posts on the page.
const POSTS: i64 = 50;

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
    tree: Vec<Link>,
    posts: Vec<Link>,
    /// The body of the homepage; empty without one.
    html: String,
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
    let space = find(&mut tx, &key).await?;
    let tree = tree::of_space(&mut tx, &space, None).await?;
    let rows = sqlx::query(
        "SELECT * FROM contents WHERE space_id = ?1 AND type = 'blogpost' AND status = 'current'
         ORDER BY created_at DESC, id DESC LIMIT ?2",
    )
    .bind(space.id)
    .bind(POSTS)
    .fetch_all(&mut *tx)
    .await?;
    let mut posts = Vec::new();
    for row in &rows {
        let post = Content::read(row)?;
        posts.push(link(&post, &space, 0, day(post.created_at)));
    }
    let html = match space.homepage_id {
        Some(id) => {
            let home = content::find(&mut tx, &space, id).await?;
            content::html(&mut tx, &home).await?
        }
        None => String::new(),
    };
    Ok(show(&SpacePage { space, tree, posts, html }))
}

/// Finds a space of any site by its key: keys of the demo differ.
pub(super) async fn find(connection: &mut SqliteConnection, key: &str) -> Result<Space, WebError> {
    for site in sites::all(&mut *connection).await? {
        if let Some(space) = spaces::find_by_key(&mut *connection, &site.cloud_id, key).await? {
            return Ok(space);
        }
    }
    Err(WebError::Missing)
}
