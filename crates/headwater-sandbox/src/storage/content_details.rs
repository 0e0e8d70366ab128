//! Details that only some kinds of content have, as text under a name.

use sqlx::SqliteConnection;

use super::StorageError;

/// The target of a smart link.
pub(crate) const EMBED_URL: &str = "embed-url";

/// The format of the body of custom content; storage format when it is absent.
pub(crate) const BODY_FORMAT: &str = "body-format";

/// Sets a detail, in place of what was there.
pub(crate) async fn set(
    connection: &mut SqliteConnection,
    content_id: i64,
    name: &str,
    value: &str,
) -> Result<(), StorageError> {
    sqlx::query("INSERT OR REPLACE INTO content_details (content_id, name, value) VALUES (?1, ?2, ?3)")
        .bind(content_id)
        .bind(name)
        .bind(value)
        .execute(connection)
        .await?;
    Ok(())
}

/// Finds a detail of content.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    content_id: i64,
    name: &str,
) -> Result<Option<String>, StorageError> {
    Ok(sqlx::query_scalar("SELECT value FROM content_details WHERE content_id = ?1 AND name = ?2")
        .bind(content_id)
        .bind(name)
        .fetch_optional(connection)
        .await?)
}
