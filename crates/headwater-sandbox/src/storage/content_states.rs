//! States of content: those that a space suggests, and those that users define.

use sqlx::SqliteConnection;

use super::{StorageError, next_number};

/// One state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentState {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) color: String,
}

/// The states that every space suggests.
pub(crate) fn suggested() -> Vec<ContentState> {
    [(1, "Rough draft", "#ffc400"), (2, "In progress", "#2684ff"), (3, "Ready for review", "#57d9a3")]
        .into_iter()
        .map(|(id, name, color)| ContentState { id, name: name.to_owned(), color: color.to_owned() })
        .collect()
}

/// Lists the states that a user made, the newest first.
pub(crate) async fn custom(
    connection: &mut SqliteConnection,
    account_id: &str,
) -> Result<Vec<ContentState>, StorageError> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT id, name, color FROM custom_states WHERE account_id = ?1 ORDER BY id DESC")
            .bind(account_id)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(id, name, color)| ContentState { id, name, color }).collect())
}

/// Returns the user's state of this name and colour; adds it if it does not exist.
pub(crate) async fn known_or_new(
    connection: &mut SqliteConnection,
    account_id: &str,
    name: &str,
    color: &str,
) -> Result<ContentState, StorageError> {
    let known = custom(connection, account_id).await?;
    if let Some(state) = known.into_iter().find(|state| state.name == name && state.color == color) {
        return Ok(state);
    }
    let id = next_number(connection, "state").await?;
    sqlx::query("INSERT INTO custom_states (id, account_id, name, color) VALUES (?1, ?2, ?3, ?4)")
        .bind(id)
        .bind(account_id)
        .bind(name)
        .bind(color)
        .execute(connection)
        .await?;
    Ok(ContentState { id, name: name.to_owned(), color: color.to_owned() })
}

/// Gives content, or its draft, a state.
pub(crate) async fn set(
    connection: &mut SqliteConnection,
    content_id: i64,
    draft: bool,
    state: &ContentState,
    at: i64,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO content_states (content_id, draft, state_id, name, color, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (content_id, draft) DO UPDATE SET state_id = excluded.state_id,
            name = excluded.name, color = excluded.color, updated_at = excluded.updated_at",
    )
    .bind(content_id)
    .bind(draft)
    .bind(state.id)
    .bind(&state.name)
    .bind(&state.color)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes the state of content, or of its draft.
pub(crate) async fn clear(
    connection: &mut SqliteConnection,
    content_id: i64,
    draft: bool,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM content_states WHERE content_id = ?1 AND draft = ?2")
        .bind(content_id)
        .bind(draft)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the state of content, or of its draft, and since when it has it.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    content_id: i64,
    draft: bool,
) -> Result<Option<(ContentState, i64)>, StorageError> {
    let row: Option<(i64, String, String, i64)> = sqlx::query_as(
        "SELECT state_id, name, color, updated_at FROM content_states WHERE content_id = ?1 AND draft = ?2",
    )
    .bind(content_id)
    .bind(draft)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(id, name, color, at)| (ContentState { id, name, color }, at)))
}
