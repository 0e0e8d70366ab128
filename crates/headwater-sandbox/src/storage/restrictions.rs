//! Restrictions of content to those who may read or update it.

use sqlx::SqliteConnection;

use super::StorageError;

/// The operations that can be restricted.
pub(crate) const OPERATIONS: [&str; 2] = ["read", "update"];

/// A user or group that may perform a restricted operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restriction {
    /// One of [`OPERATIONS`].
    pub(crate) operation: String,
    /// `user` or `group`.
    pub(crate) principal_type: String,
    pub(crate) principal_id: String,
}

/// Lists all restrictions of content.
pub(crate) async fn of_content(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<Vec<Restriction>, StorageError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT operation, principal_type, principal_id FROM restrictions WHERE content_id = ?1
         ORDER BY operation, principal_type, principal_id",
    )
    .bind(content_id)
    .fetch_all(connection)
    .await?;
    let restriction =
        |(operation, principal_type, principal_id)| Restriction { operation, principal_type, principal_id };
    Ok(rows.into_iter().map(restriction).collect())
}

/// Adds a restriction; a second time changes nothing.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    content_id: i64,
    restriction: &Restriction,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT OR IGNORE INTO restrictions (content_id, operation, principal_type, principal_id)
         VALUES (?1, ?2, ?3, ?4)",
    )
    .bind(content_id)
    .bind(&restriction.operation)
    .bind(&restriction.principal_type)
    .bind(&restriction.principal_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes one restriction. Returns whether it was there.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    content_id: i64,
    restriction: &Restriction,
) -> Result<bool, StorageError> {
    let removed = sqlx::query(
        "DELETE FROM restrictions WHERE content_id = ?1 AND operation = ?2 AND principal_type = ?3
            AND principal_id = ?4",
    )
    .bind(content_id)
    .bind(&restriction.operation)
    .bind(&restriction.principal_type)
    .bind(&restriction.principal_id)
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() > 0)
}

/// Removes all restrictions of an operation.
pub(crate) async fn clear(
    connection: &mut SqliteConnection,
    content_id: i64,
    operation: &str,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM restrictions WHERE content_id = ?1 AND operation = ?2")
        .bind(content_id)
        .bind(operation)
        .execute(connection)
        .await?;
    Ok(())
}

/// Restricts content to its author, as the switch for private content does.
pub(super) async fn close(
    connection: &mut SqliteConnection,
    content_id: i64,
    author_id: &str,
) -> Result<(), StorageError> {
    for operation in OPERATIONS {
        let restriction = Restriction {
            operation: operation.to_owned(),
            principal_type: "user".to_owned(),
            principal_id: author_id.to_owned(),
        };
        insert(connection, content_id, &restriction).await?;
    }
    Ok(())
}

/// Updates whether content is restricted to its author.
pub(crate) async fn note_private(
    connection: &mut SqliteConnection,
    content_id: i64,
) -> Result<(), StorageError> {
    sqlx::query(
        "UPDATE contents SET private = EXISTS (SELECT 1 FROM restrictions WHERE content_id = ?1 AND operation = 'read'
            GROUP BY content_id HAVING max(principal_type <> 'user' OR principal_id <> contents.author_id) = 0)
         WHERE id = ?1",
    )
    .bind(content_id)
    .execute(connection)
    .await?;
    Ok(())
}
