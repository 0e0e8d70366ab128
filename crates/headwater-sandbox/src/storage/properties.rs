//! Properties of content and spaces: JSON values under a key, each with a version of its own.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, next_number};

/// One property.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Property {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) value: serde_json::Value,
    pub(crate) version: i64,
    /// The time of its creation; the next column has the author.
    pub(crate) created_at: i64,
    pub(crate) author_id: String,
    /// The time of its last change; the next column has who made it.
    pub(crate) changed_at: i64,
    pub(crate) editor_id: String,
    pub(crate) message: String,
    pub(crate) minor_edit: bool,
}

/// A new value of a property.
#[derive(Clone, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) value: &'a serde_json::Value,
    pub(crate) author_id: &'a str,
    pub(crate) message: &'a str,
    pub(crate) minor_edit: bool,
    pub(crate) at: i64,
}

/// Lists the properties of one container, oldest first.
pub(crate) async fn of_container(
    connection: &mut SqliteConnection,
    container_type: &str,
    container_id: i64,
) -> Result<Vec<Property>, StorageError> {
    let rows =
        sqlx::query("SELECT * FROM properties WHERE container_type = ?1 AND container_id = ?2 ORDER BY id")
            .bind(container_type)
            .bind(container_id)
            .fetch_all(connection)
            .await?;
    rows.iter().map(read).collect()
}

/// Finds one property of a container.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    container_type: &str,
    container_id: i64,
    id: i64,
) -> Result<Option<Property>, StorageError> {
    let row =
        sqlx::query("SELECT * FROM properties WHERE container_type = ?1 AND container_id = ?2 AND id = ?3")
            .bind(container_type)
            .bind(container_id)
            .bind(id)
            .fetch_optional(connection)
            .await?;
    row.as_ref().map(read).transpose()
}

/// Adds a property as version 1. `None` when the container has one with this key.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    container_type: &str,
    container_id: i64,
    key: &str,
    change: &Change<'_>,
) -> Result<Option<Property>, StorageError> {
    let id = next_number(connection, "property").await?;
    let row = sqlx::query(
        "INSERT INTO properties (id, container_type, container_id, key, value, version, created_at, author_id,
            changed_at, editor_id, message, minor_edit)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?6, ?7, ?8, ?9)
         ON CONFLICT (container_type, container_id, key) DO NOTHING RETURNING *",
    )
    .bind(id)
    .bind(container_type)
    .bind(container_id)
    .bind(key)
    .bind(sqlx::types::Json(change.value))
    .bind(change.at)
    .bind(change.author_id)
    .bind(change.message)
    .bind(change.minor_edit)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Updates a property: its next version, and perhaps another key.
pub(crate) async fn update(
    connection: &mut SqliteConnection,
    id: i64,
    key: &str,
    change: &Change<'_>,
) -> Result<Property, StorageError> {
    let row = sqlx::query(
        "UPDATE properties SET key = ?2, value = ?3, version = version + 1, changed_at = ?4, editor_id = ?5,
            message = ?6, minor_edit = ?7 WHERE id = ?1 RETURNING *",
    )
    .bind(id)
    .bind(key)
    .bind(sqlx::types::Json(change.value))
    .bind(change.at)
    .bind(change.author_id)
    .bind(change.message)
    .bind(change.minor_edit)
    .fetch_one(connection)
    .await?;
    read(&row)
}

/// Removes a property.
pub(crate) async fn remove(connection: &mut SqliteConnection, id: i64) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM properties WHERE id = ?1").bind(id).execute(connection).await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Property, StorageError> {
    let value: sqlx::types::Json<serde_json::Value> = row.try_get("value")?;
    Ok(Property {
        id: row.try_get("id")?,
        key: row.try_get("key")?,
        value: value.0,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        author_id: row.try_get("author_id")?,
        changed_at: row.try_get("changed_at")?,
        editor_id: row.try_get("editor_id")?,
        message: row.try_get("message")?,
        minor_edit: row.try_get("minor_edit")?,
    })
}
