//! Classification levels of content, drafts and spaces.

use sqlx::SqliteConnection;

use super::StorageError;

/// The things that can have a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Content(i64),
    /// The unpublished edit of content.
    Draft(i64),
    /// The default of everything in a space.
    Space(i64),
}

impl Target {
    fn key(self) -> (&'static str, i64) {
        match self {
            Self::Content(id) => ("content", id),
            Self::Draft(id) => ("draft", id),
            Self::Space(id) => ("space", id),
        }
    }
}

/// Gives a level, in place of an earlier one.
pub(crate) async fn set(
    connection: &mut SqliteConnection,
    target: Target,
    level_id: &str,
) -> Result<(), StorageError> {
    let (kind, id) = target.key();
    sqlx::query(
        "INSERT OR REPLACE INTO classifications (target_type, target_id, level_id) VALUES (?1, ?2, ?3)",
    )
    .bind(kind)
    .bind(id)
    .bind(level_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes the level.
pub(crate) async fn clear(connection: &mut SqliteConnection, target: Target) -> Result<(), StorageError> {
    let (kind, id) = target.key();
    sqlx::query("DELETE FROM classifications WHERE target_type = ?1 AND target_id = ?2")
        .bind(kind)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the id of the level that something has of its own.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    target: Target,
) -> Result<Option<String>, StorageError> {
    let (kind, id) = target.key();
    Ok(sqlx::query_scalar("SELECT level_id FROM classifications WHERE target_type = ?1 AND target_id = ?2")
        .bind(kind)
        .bind(id)
        .fetch_optional(connection)
        .await?)
}
