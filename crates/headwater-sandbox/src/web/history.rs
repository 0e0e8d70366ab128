//! The versions of content, and what each of them changed.

use askama::Template;
use axum::extract::{Path, State as Extract};
use axum::response::Response;

use super::difference::{self, Piece};
use super::page::{Link, WebError, day, link, name, show};
use super::{content, spaces};
use crate::state::State;
use crate::storage::content::Content;
use crate::storage::spaces::Space;
use crate::storage::versions;

#[derive(Template)]
#[template(path = "web/history.html")]
struct HistoryPage {
    space: Space,
    page: Link,
    id: i64,
    versions: Vec<VersionView>,
}

struct VersionView {
    number: i64,
    author: String,
    written_at: String,
    message: String,
    title: String,
}

#[derive(Template)]
#[template(path = "web/version.html")]
struct VersionPage {
    space: Space,
    page: Link,
    id: i64,
    version: VersionView,
    /// The earlier title, if it was another one.
    old_title: Option<String>,
    before: Option<i64>,
    after: Option<i64>,
    changes: Vec<Piece>,
    html: String,
}

pub(super) async fn history(
    Extract(state): Extract<State>,
    Path((key, id)): Path<(String, i64)>,
) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let space = spaces::find(&mut tx, &key).await?;
    let content = content::find(&mut tx, &space, id).await?;
    let mut views = Vec::new();
    for version in versions::all(&mut tx, id).await? {
        views.push(VersionView {
            number: version.number,
            author: name(&mut tx, &version.author_id).await?,
            written_at: day(version.created_at),
            message: version.message,
            title: version.title,
        });
    }
    let page = link(&content, &space, 0, String::new());
    Ok(show(&HistoryPage { space, page, id, versions: views }))
}

pub(super) async fn version(
    Extract(state): Extract<State>,
    Path((key, id, number)): Path<(String, i64, i64)>,
) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let space = spaces::find(&mut tx, &key).await?;
    let content = content::find(&mut tx, &space, id).await?;
    let version = versions::find(&mut tx, id, number).await?.ok_or(WebError::Missing)?;
    let before = versions::find(&mut tx, id, number - 1).await?;
    let old_body = before.as_ref().map_or("", |before| before.body.as_str());
    let page = link(&content, &space, 0, String::new());
    let then = Content { title: version.title.clone(), body: version.body.clone(), ..content.clone() };
    Ok(show(&VersionPage {
        space,
        page,
        id,
        changes: difference::between(old_body, &version.body),
        html: content::html(&mut tx, &then).await?,
        old_title: before.as_ref().map(|it| it.title.clone()).filter(|it| *it != version.title),
        before: before.map(|it| it.number),
        after: (number < content.version).then_some(number + 1),
        version: VersionView {
            number,
            author: name(&mut tx, &version.author_id).await?,
            written_at: day(version.created_at),
            message: version.message,
            title: version.title,
        },
    }))
}
