//! Versions of content, with author, date and message.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;

/// One version of one piece of content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) content_id: i64,
    pub(crate) number: i64,
    pub(crate) author_id: String,
    pub(crate) message: String,
    pub(crate) minor_edit: bool,
    pub(crate) created_at: i64,
    pub(crate) title: String,
    pub(crate) body: String,
}

/// Finds one version by its number.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    content_id: i64,
    number: i64,
) -> Result<Option<Version>, StorageError> {
    let row = sqlx::query("SELECT * FROM versions WHERE content_id = ?1 AND number = ?2")
        .bind(content_id)
        .bind(number)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Lists the whole history, newest first.
pub(crate) async fn all(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Vec<Version>, StorageError> {
    let rows = sqlx::query("SELECT * FROM versions WHERE content_id = ?1 ORDER BY number DESC")
        .bind(content_id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Changes the title and body of an older version.
pub(crate) async fn rewrite(
    connection: &mut SqliteConnection,
    content_id: i64,
    number: i64,
    title: &str,
    body: &str,
) -> Result<(), StorageError> {
    sqlx::query("UPDATE versions SET title = ?3, body = ?4 WHERE content_id = ?1 AND number = ?2")
        .bind(content_id)
        .bind(number)
        .bind(title)
        .bind(body)
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes an older version. The later ones move down by one, so that the numbers have no gap.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    content_id: i64,
    number: i64,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM versions WHERE content_id = ?1 AND number = ?2")
        .bind(content_id)
        .bind(number)
        .execute(&mut *connection)
        .await?;
    let later: Vec<i64> = sqlx::query_scalar(
        "SELECT number FROM versions WHERE content_id = ?1 AND number > ?2 ORDER BY number",
    )
    .bind(content_id)
    .bind(number)
    .fetch_all(&mut *connection)
    .await?;
    // One by one, from below: no two versions have one number at any time.
    for number in later {
        sqlx::query("UPDATE versions SET number = number - 1 WHERE content_id = ?1 AND number = ?2")
            .bind(content_id)
            .bind(number)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("UPDATE contents SET version = version - 1 WHERE id = ?1")
        .bind(content_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn read(row: &SqliteRow) -> Result<Version, StorageError> {
    Ok(Version {
        content_id: row.try_get("content_id")?,
        number: row.try_get("number")?,
        author_id: row.try_get("author_id")?,
        message: row.try_get("message")?,
        minor_edit: row.try_get("minor_edit")?,
        created_at: row.try_get("created_at")?,
        title: row.try_get("title")?,
        body: row.try_get("body")?,
    })
}
