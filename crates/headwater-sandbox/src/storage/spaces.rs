//! Spaces, which hold pages and blog posts.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, space_permissions, take_id};

/// One space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) id: i64,
    pub(crate) cloud_id: String,
    pub(crate) key: String,
    pub(crate) name: String,
    /// `global`, `personal`, ...; the column is called `type`.
    pub(crate) kind: String,
    /// `current` or `archived`.
    pub(crate) status: String,
    pub(crate) author_id: String,
    pub(crate) homepage_id: Option<i64>,
    pub(crate) created_at: i64,
    /// Storage format; empty when there is none.
    pub(crate) description: String,
}

/// A space to be added.
#[derive(Clone, Debug)]
pub(crate) struct NewSpace<'a> {
    /// `None` takes the next id.
    pub(crate) id: Option<i64>,
    pub(crate) cloud_id: &'a str,
    pub(crate) key: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) author_id: &'a str,
    pub(crate) created_at: i64,
    pub(crate) description: &'a str,
}

/// Adds a space without a homepage. Its author gets all permissions in it, and everybody the common ones.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    new: &NewSpace<'_>,
) -> Result<Space, StorageError> {
    let id = take_id(connection, new.id).await?;
    let row = sqlx::query(
        "INSERT INTO spaces (id, cloud_id, key, name, type, status, author_id, created_at, description)
         VALUES (?1, ?2, ?3, ?4, ?5, 'current', ?6, ?7, ?8) RETURNING *",
    )
    .bind(id)
    .bind(new.cloud_id)
    .bind(new.key)
    .bind(new.name)
    .bind(new.kind)
    .bind(new.author_id)
    .bind(new.created_at)
    .bind(new.description)
    .fetch_one(&mut *connection)
    .await?;
    space_permissions::open(connection, id, new.author_id, false).await?;
    read(&row)
}

/// Makes a page the homepage of a space.
pub(crate) async fn set_homepage(
    connection: &mut SqliteConnection,
    space_id: i64,
    page_id: i64,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE spaces SET homepage_id = ?2 WHERE id = ?1")
        .bind(space_id)
        .bind(page_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes name, description and status.
pub(crate) async fn update(connection: &mut SqliteConnection, space: &Space) -> Result<(), StorageError> {
    sqlx::query("UPDATE spaces SET name = ?2, description = ?3, status = ?4 WHERE id = ?1")
        .bind(space.id)
        .bind(&space.name)
        .bind(&space.description)
        .bind(&space.status)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the ids of the content of a space that has no container, in any status.
pub(crate) async fn content_ids(
    connection: &mut SqliteConnection,
    space_id: i64,
) -> Result<Vec<i64>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT id FROM contents WHERE space_id = ?1 AND container_id IS NULL ORDER BY id DESC",
    )
    .bind(space_id)
    .fetch_all(connection)
    .await?)
}

/// Removes an empty space.
pub(crate) async fn remove(connection: &mut SqliteConnection, space_id: i64) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM spaces WHERE id = ?1").bind(space_id).execute(connection).await?;
    Ok(())
}

/// Finds the space with this id on this site.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    id: i64,
) -> Result<Option<Space>, StorageError> {
    let row = sqlx::query("SELECT * FROM spaces WHERE cloud_id = ?1 AND id = ?2")
        .bind(cloud_id)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Finds the space with this key on this site, whatever the case of its letters.
pub(crate) async fn find_by_key(
    connection: &mut SqliteConnection,
    cloud_id: &str,
    key: &str,
) -> Result<Option<Space>, StorageError> {
    let row = sqlx::query("SELECT * FROM spaces WHERE cloud_id = ?1 AND key = ?2")
        .bind(cloud_id)
        .bind(key)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Lists all spaces of a site, oldest first.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    cloud_id: &str,
) -> Result<Vec<Space>, StorageError> {
    let rows = sqlx::query("SELECT * FROM spaces WHERE cloud_id = ?1 ORDER BY id")
        .bind(cloud_id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) fn read(row: &SqliteRow) -> Result<Space, StorageError> {
    Ok(Space {
        id: row.try_get("id")?,
        cloud_id: row.try_get("cloud_id")?,
        key: row.try_get("key")?,
        name: row.try_get("name")?,
        kind: row.try_get("type")?,
        status: row.try_get("status")?,
        author_id: row.try_get("author_id")?,
        homepage_id: row.try_get("homepage_id")?,
        created_at: row.try_get("created_at")?,
        description: row.try_get("description")?,
    })
}
