//! The page tree of a space as a list of links: expanded at the current page, and limited in length.

use std::collections::HashSet;

use sqlx::SqliteConnection;

use super::page::{Link, WebError, link};
use crate::storage::content::Content;
use crate::storage::spaces::Space;

/// The most children of one node in the tree.
const SIBLINGS: i64 = 200;
/// The size up to which the whole tree of a space is shown.
const WHOLE: i64 = 200;

/// Lists the nodes of a space: all of them when they are few, else those around the path to the current one.
pub(super) async fn of_space(
    connection: &mut SqliteConnection,
    space: &Space,
    current: Option<i64>,
) -> Result<Vec<Link>, WebError> {
    let nodes: i64 =
        sqlx::query_scalar("SELECT count(*) FROM contents WHERE space_id = ?1 AND position IS NOT NULL")
            .bind(space.id)
            .fetch_one(&mut *connection)
            .await?;
    let open = if nodes <= WHOLE { None } else { Some(way(connection, space, current).await?) };
    let mut walk = Walk { space, open, current, links: Vec::new() };
    walk.below(connection, None, 0).await?;
    nest(&mut walk.links);
    Ok(walk.links)
}

/// Notes where nested lists begin and end.
fn nest(links: &mut [Link]) {
    let depths: Vec<usize> = links.iter().map(|link| link.depth).collect();
    for (at, link) in links.iter_mut().enumerate() {
        let before = at.checked_sub(1).and_then(|before| depths.get(before)).copied().unwrap_or(0);
        let behind = depths.get(at + 1).copied().unwrap_or(0);
        link.begins = link.depth > before;
        link.ends = link.depth.checked_sub(behind);
    }
}

/// Returns the nodes above one, itself, and the homepage.
async fn way(
    connection: &mut SqliteConnection,
    space: &Space,
    current: Option<i64>,
) -> Result<HashSet<i64>, WebError> {
    let above: Vec<i64> = sqlx::query_scalar(
        "WITH RECURSIVE above (id, parent_id) AS (
            SELECT id, parent_id FROM contents WHERE id = ?1
            UNION SELECT contents.id, contents.parent_id FROM contents JOIN above ON contents.id = above.parent_id)
         SELECT id FROM above",
    )
    .bind(current)
    .fetch_all(connection)
    .await?;
    Ok(above.into_iter().chain(space.homepage_id).collect())
}

struct Walk<'a> {
    space: &'a Space,
    /// The nodes whose children are shown; `None` shows those of all.
    open: Option<HashSet<i64>>,
    current: Option<i64>,
    links: Vec<Link>,
}

impl Walk<'_> {
    async fn below(
        &mut self,
        connection: &mut SqliteConnection,
        parent_id: Option<i64>,
        depth: usize,
    ) -> Result<(), WebError> {
        let rows = sqlx::query(
            "SELECT * FROM contents WHERE space_id = ?1 AND parent_id IS ?2 AND status = 'current'
             AND type IN ('page', 'whiteboard', 'database', 'folder', 'embed') ORDER BY position, id LIMIT ?3",
        )
        .bind(self.space.id)
        .bind(parent_id)
        .bind(SIBLINGS + 1)
        .fetch_all(&mut *connection)
        .await?;
        let shown = usize::try_from(SIBLINGS).unwrap_or(usize::MAX);
        for row in rows.iter().take(shown) {
            let node = Content::read(row)?;
            let hint = if node.private { "private".to_owned() } else { String::new() };
            let is_current = self.current == Some(node.id);
            self.links.push(Link { is_current, ..link(&node, self.space, depth.min(6), hint) });
            if self.open.as_ref().is_none_or(|open| open.contains(&node.id)) {
                Box::pin(self.below(&mut *connection, Some(node.id), depth + 1)).await?;
            }
        }
        if rows.len() > shown {
            let note = format!("more than {SIBLINGS} are here; search finds the others");
            let more = Link { depth: depth.min(6), note, ..Link::default() };
            self.links.push(more);
        }
        Ok(())
    }
}
