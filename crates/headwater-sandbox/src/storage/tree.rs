//! The page tree of a space: parents, children and their order.

use sqlx::{Row, SqliteConnection};

use super::StorageError;
use super::content::Content;
use super::contents::{find, next_position};

/// A node below another one.
#[derive(Clone, Debug)]
pub(crate) struct Descendant {
    pub(crate) content: Content,
    /// 1 for children, 2 for their children.
    pub(crate) depth: i64,
    /// The positions from the top to the node as text, which sorts nodes of one depth in the order of the tree.
    pub(crate) place: String,
}

/// Lists the current and archived nodes below a node down to `depth`, higher nodes first.
pub(crate) async fn descendants(
    connection: &mut SqliteConnection,
    id: i64,
    depth: i64,
) -> Result<Vec<Descendant>, StorageError> {
    let rows = sqlx::query(
        "WITH RECURSIVE below (id, depth, place) AS (
            SELECT id, 1, printf('%010d.%d', coalesce(position, 0), id) FROM contents
            WHERE parent_id = ?1 AND status IN ('current', 'archived')
                AND type IN ('page', 'whiteboard', 'database', 'folder', 'embed')
            UNION ALL
            SELECT contents.id, below.depth + 1,
                below.place || '/' || printf('%010d.%d', coalesce(contents.position, 0), contents.id)
            FROM contents JOIN below ON contents.parent_id = below.id
            WHERE below.depth < ?2 AND contents.status IN ('current', 'archived')
                AND contents.type IN ('page', 'whiteboard', 'database', 'folder', 'embed'))
         SELECT contents.*, below.depth AS node_depth, below.place AS node_place
         FROM below JOIN contents ON contents.id = below.id ORDER BY below.depth, below.place",
    )
    .bind(id)
    .bind(depth)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let (depth, place) = (row.try_get("node_depth")?, row.try_get("node_place")?);
            Ok(Descendant { content: Content::read(row)?, depth, place })
        })
        .collect()
}

/// Lists the nodes above a node, the nearest first.
pub(crate) async fn ancestors(
    connection: &mut SqliteConnection,
    content: &Content,
) -> Result<Vec<Content>, StorageError> {
    let mut above: Vec<Content> = Vec::new();
    let mut next = content.parent_id;
    while let Some(id) = next {
        let Some(parent) = find(connection, &content.cloud_id, id).await? else { break };
        next = parent.parent_id.filter(|id| above.iter().all(|known| known.id != *id));
        above.push(parent);
    }
    Ok(above)
}

/// Moves a node below `parent_id`, to the place of `neighbour` or right behind it. Siblings from there on move
/// down.
pub(crate) async fn put_beside(
    connection: &mut SqliteConnection,
    node: &Content,
    neighbour: &Content,
    behind: bool,
) -> Result<(), StorageError> {
    let mut siblings: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM contents WHERE space_id = ?1 AND parent_id IS ?2 AND id <> ?3 AND position IS NOT NULL
            AND type IN ('page', 'whiteboard', 'database', 'folder', 'embed') ORDER BY position, id",
    )
    .bind(neighbour.space_id)
    .bind(neighbour.parent_id)
    .bind(node.id)
    .fetch_all(&mut *connection)
    .await?;
    let place = siblings.iter().position(|id| *id == neighbour.id).unwrap_or(siblings.len());
    siblings.insert((place + usize::from(behind)).min(siblings.len()), node.id);
    sqlx::query("UPDATE contents SET parent_id = ?2 WHERE id = ?1")
        .bind(node.id)
        .bind(neighbour.parent_id)
        .execute(&mut *connection)
        .await?;
    number(connection, &siblings, 0).await
}

/// Moves the children of a node to its own parent, in their order, as the last ones.
pub(super) async fn lift_children(
    connection: &mut SqliteConnection,
    node: &Content,
) -> Result<(), StorageError> {
    let children: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM contents WHERE parent_id = ?1
            AND type IN ('page', 'whiteboard', 'database', 'folder', 'embed') ORDER BY position, id",
    )
    .bind(node.id)
    .fetch_all(&mut *connection)
    .await?;
    let first = next_position(connection, node.space_id, node.parent_id).await?;
    for id in &children {
        sqlx::query("UPDATE contents SET parent_id = ?2 WHERE id = ?1")
            .bind(id)
            .bind(node.parent_id)
            .execute(&mut *connection)
            .await?;
    }
    number(connection, &children, first).await
}

/// Moves a node and everything below it into another space.
pub(crate) async fn set_space(
    connection: &mut SqliteConnection,
    id: i64,
    space_id: i64,
) -> Result<(), StorageError> {
    sqlx::query(
        "WITH RECURSIVE moved (id) AS (
            SELECT ?1 UNION
            SELECT contents.id FROM contents
            JOIN moved ON contents.parent_id = moved.id OR contents.container_id = moved.id)
         UPDATE contents SET space_id = ?2 WHERE id IN (SELECT id FROM moved)",
    )
    .bind(id)
    .bind(space_id)
    .execute(connection)
    .await?;
    Ok(())
}

async fn number(connection: &mut SqliteConnection, ids: &[i64], first: i64) -> Result<(), StorageError> {
    for (position, id) in (first..).zip(ids) {
        sqlx::query("UPDATE contents SET position = ?2 WHERE id = ?1")
            .bind(id)
            .bind(position)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
