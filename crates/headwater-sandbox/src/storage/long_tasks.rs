//! Tasks that clients poll for.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, take_id};

/// One task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LongTask {
    pub(crate) id: i64,
    /// The account that asked for it.
    pub(crate) account_id: String,
    /// The kind of task.
    pub(crate) key: String,
    pub(crate) started_at: i64,
    pub(crate) ends_at: i64,
    /// The message when it is finished.
    pub(crate) message: String,
    /// Further details: an object.
    pub(crate) details: serde_json::Value,
}

/// A task to be added.
#[derive(Clone, Debug)]
pub(crate) struct NewLongTask<'a> {
    pub(crate) cloud_id: &'a str,
    pub(crate) account_id: &'a str,
    pub(crate) key: &'a str,
    pub(crate) started_at: i64,
    pub(crate) ends_at: i64,
    pub(crate) message: &'a str,
    pub(crate) details: &'a serde_json::Value,
}

/// Adds a task and returns its id.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    new: &NewLongTask<'_>,
) -> Result<i64, StorageError> {
    let id = take_id(connection, None).await?;
    sqlx::query(
        "INSERT INTO long_tasks (id, cloud_id, account_id, key, started_at, ends_at, message, details)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(id)
    .bind(new.cloud_id)
    .bind(new.account_id)
    .bind(new.key)
    .bind(new.started_at)
    .bind(new.ends_at)
    .bind(new.message)
    .bind(sqlx::types::Json(new.details))
    .execute(connection)
    .await?;
    Ok(id)
}

/// Lists all tasks of a site, oldest first.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    cloud_id: &str,
) -> Result<Vec<LongTask>, StorageError> {
    let rows = sqlx::query("SELECT * FROM long_tasks WHERE cloud_id = ?1 ORDER BY id")
        .bind(cloud_id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<LongTask, StorageError> {
    let details: sqlx::types::Json<serde_json::Value> = row.try_get("details")?;
    Ok(LongTask {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        key: row.try_get("key")?,
        started_at: row.try_get("started_at")?,
        ends_at: row.try_get("ends_at")?,
        message: row.try_get("message")?,
        details: details.0,
    })
}
