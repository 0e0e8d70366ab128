//! Content properties: JSON values under a key.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;

/// One property.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Property {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) value: serde_json::Value,
    pub(crate) version: i64,
    pub(crate) created_at: i64,
    pub(crate) author_id: String,
}

/// The properties of one container, oldest first.
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

fn read(row: &SqliteRow) -> Result<Property, StorageError> {
    let value: sqlx::types::Json<serde_json::Value> = row.try_get("value")?;
    Ok(Property {
        id: row.try_get("id")?,
        key: row.try_get("key")?,
        value: value.0,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        author_id: row.try_get("author_id")?,
    })
}
