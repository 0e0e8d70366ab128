//! Likes of content. No operation of the API makes a like; the seed does.

use sqlx::SqliteConnection;

use super::StorageError;

/// Adds a like; a second one of the same person changes nothing.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    content_id: i64,
    account_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    sqlx::query("INSERT OR IGNORE INTO likes (content_id, account_id, created_at) VALUES (?1, ?2, ?3)")
        .bind(content_id)
        .bind(account_id)
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Lists the accounts that like content, the first one first.
pub(crate) async fn of_content(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Vec<String>, StorageError> {
    Ok(sqlx::query_scalar(
        "SELECT account_id FROM likes WHERE content_id = ?1 ORDER BY created_at, account_id",
    )
    .bind(content_id)
    .fetch_all(connection)
    .await?)
}
