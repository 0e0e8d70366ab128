//! Recent changes.

use askama::Template;
use axum::extract::State as Extract;
use axum::response::Response;
use sqlx::Row as _;

use super::page::{Link, WebError, day, link, name, show};
use crate::state::State;
use crate::storage::content::Content;
use crate::storage::spaces;

/// The number of changes on the page.
const SHOWN: i64 = 50;

#[derive(Template)]
#[template(path = "web/recent.html")]
struct RecentPage {
    links: Vec<Link>,
}

pub(super) async fn recent(Extract(state): Extract<State>) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    let rows = sqlx::query(
        "SELECT c.*, v.author_id AS editor, v.created_at AS edited_at FROM contents c
         JOIN versions v ON v.content_id = c.id AND v.number = c.version
         WHERE c.status IN ('current', 'draft') AND c.type IN ('page', 'blogpost')
         ORDER BY c.modified_at DESC, c.id DESC LIMIT ?1",
    )
    .bind(SHOWN)
    .fetch_all(&mut *tx)
    .await?;
    let mut links = Vec::new();
    for row in &rows {
        let content = Content::read(row)?;
        let Some(space) = spaces::find(&mut tx, &content.cloud_id, content.space_id).await? else { continue };
        let editor: String = row.try_get("editor")?;
        let name = name(&mut tx, &editor).await?;
        let note = format!("{} · {name} · {}", space.name, day(row.try_get("edited_at")?));
        links.push(link(&content, &space, 0, note));
    }
    Ok(show(&RecentPage { links }))
}
