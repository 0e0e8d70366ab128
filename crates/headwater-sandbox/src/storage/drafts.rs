//! Drafts of published content. There is one per content: a new one replaces the old.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;

/// The draft of published content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) content_id: i64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) author_id: String,
    pub(crate) created_at: i64,
}

/// Saves a draft in place of any earlier one.
pub(crate) async fn save(connection: &mut SqliteConnection, draft: &Draft) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT OR REPLACE INTO drafts (content_id, title, body, author_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(draft.content_id)
    .bind(&draft.title)
    .bind(&draft.body)
    .bind(&draft.author_id)
    .bind(draft.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the draft of this content.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Option<Draft>, StorageError> {
    let row = sqlx::query("SELECT * FROM drafts WHERE content_id = ?1")
        .bind(content_id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Deletes the draft. Returns whether there was one.
pub(crate) async fn discard(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<bool, StorageError> {
    let result =
        sqlx::query("DELETE FROM drafts WHERE content_id = ?1").bind(content_id).execute(connection).await?;
    Ok(result.rows_affected() > 0)
}

fn read(row: &SqliteRow) -> Result<Draft, StorageError> {
    Ok(Draft {
        content_id: row.try_get("content_id")?,
        title: row.try_get("title")?,
        body: row.try_get("body")?,
        author_id: row.try_get("author_id")?,
        created_at: row.try_get("created_at")?,
    })
}
