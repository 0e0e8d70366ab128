//! Inline comments, besides their content row: where they are, and whether they are resolved.

use sqlx::{Row as _, SqliteConnection};

use super::StorageError;

/// The place and state of an inline comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InlineComment {
    /// A UUID; the marker in the body of the container carries it.
    pub(crate) marker_ref: String,
    pub(crate) selection: String,
    /// `open`, `reopened` or `resolved`.
    pub(crate) resolution: String,
    pub(crate) resolver_id: Option<String>,
    pub(crate) resolved_at: Option<i64>,
}

/// Stores the place of a new inline comment, which is open.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    content_id: i64,
    marker_ref: &str,
    selection: &str,
) -> Result<(), StorageError> {
    sqlx::query("INSERT INTO inline_comments (content_id, marker_ref, selection, resolution) VALUES (?1, ?2, ?3, 'open')")
        .bind(content_id)
        .bind(marker_ref)
        .bind(selection)
        .execute(connection)
        .await?;
    Ok(())
}

/// Finds the place and state of an inline comment; answers have none.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Option<InlineComment>, StorageError> {
    let row = sqlx::query("SELECT * FROM inline_comments WHERE content_id = ?1")
        .bind(content_id)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(InlineComment {
            marker_ref: row.try_get("marker_ref")?,
            selection: row.try_get("selection")?,
            resolution: row.try_get("resolution")?,
            resolver_id: row.try_get("resolver_id")?,
            resolved_at: row.try_get("resolved_at")?,
        })
    })
    .transpose()
}

/// Resolves an inline comment or opens it again.
pub(crate) async fn set_resolution(
    connection: &mut SqliteConnection,
    content_id: i64,
    resolution: &str,
    by: &str,
    at: i64,
) -> Result<(), StorageError> {
    sqlx::query(
        "UPDATE inline_comments SET resolution = ?2, resolver_id = ?3, resolved_at = ?4 WHERE content_id = ?1",
    )
    .bind(content_id)
    .bind(resolution)
    .bind(by)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}
