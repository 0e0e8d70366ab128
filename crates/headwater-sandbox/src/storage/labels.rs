//! Labels and what carries them. A label lives as long as something carries it.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, next_number};

/// One label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) id: i64,
    /// `global`, `my`, `team` or `system`.
    pub(crate) prefix: String,
    pub(crate) name: String,
}

/// Puts a label on content; nothing changes when it is there already. The name is stored in lower case.
pub(crate) async fn attach(
    connection: &mut SqliteConnection,
    content_id: i64,
    prefix: &str,
    name: &str,
    author_id: &str,
    at: i64,
) -> Result<(), StorageError> {
    let name = name.to_lowercase();
    let known: Option<i64> = sqlx::query_scalar("SELECT id FROM labels WHERE prefix = ?1 AND name = ?2")
        .bind(prefix)
        .bind(&name)
        .fetch_optional(&mut *connection)
        .await?;
    let label_id = match known {
        Some(id) => id,
        None => create(connection, prefix, &name).await?,
    };
    sqlx::query(
        "INSERT OR IGNORE INTO content_labels (content_id, label_id, created_at, author_id) VALUES (?1, ?2, ?3, ?4)",
    )
    .bind(content_id)
    .bind(label_id)
    .bind(at)
    .bind(author_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a label off content, and forgets labels that nothing carries any more. Says whether it was there.
pub(crate) async fn detach(
    connection: &mut SqliteConnection,
    content_id: i64,
    name: &str,
) -> Result<bool, StorageError> {
    let taken = sqlx::query(
        "DELETE FROM content_labels WHERE content_id = ?1
         AND label_id IN (SELECT id FROM labels WHERE name = ?2)",
    )
    .bind(content_id)
    .bind(name.to_lowercase())
    .execute(&mut *connection)
    .await?
    .rows_affected();
    sqlx::query("DELETE FROM labels WHERE id NOT IN (SELECT label_id FROM content_labels)")
        .execute(connection)
        .await?;
    Ok(taken > 0)
}

/// The labels of one piece of content, oldest label first.
pub(crate) async fn of_content(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Vec<Label>, StorageError> {
    let rows = sqlx::query(
        "SELECT labels.* FROM labels JOIN content_labels ON content_labels.label_id = labels.id
         WHERE content_labels.content_id = ?1 ORDER BY labels.id",
    )
    .bind(content_id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// The label with this id.
pub(crate) async fn find(connection: &mut SqliteConnection, id: i64) -> Result<Option<Label>, StorageError> {
    let row = sqlx::query("SELECT * FROM labels WHERE id = ?1").bind(id).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

async fn create(connection: &mut SqliteConnection, prefix: &str, name: &str) -> Result<i64, StorageError> {
    let id = next_number(connection, "label").await?;
    sqlx::query("INSERT INTO labels (id, prefix, name) VALUES (?1, ?2, ?3)")
        .bind(id)
        .bind(prefix)
        .bind(name)
        .execute(connection)
        .await?;
    Ok(id)
}

pub(crate) fn read(row: &SqliteRow) -> Result<Label, StorageError> {
    Ok(Label { id: row.try_get("id")?, prefix: row.try_get("prefix")?, name: row.try_get("name")? })
}
