//! Watches of content, spaces and labels.

use sqlx::SqliteConnection;

use super::users::User;
use super::{StorageError, users};

/// The things that can be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Content(i64),
    Space(i64),
    /// A label on a site, by its name.
    Label(String, String),
}

impl Target {
    fn columns(&self) -> (&'static str, String) {
        match self {
            Self::Content(id) => ("content", id.to_string()),
            Self::Space(id) => ("space", id.to_string()),
            Self::Label(cloud_id, name) => ("label", format!("{cloud_id}/{name}")),
        }
    }
}

/// Adds a watch; a second time changes nothing.
pub(crate) async fn add(
    connection: &mut SqliteConnection,
    target: &Target,
    account_id: &str,
) -> Result<(), StorageError> {
    let sql = "INSERT OR IGNORE INTO watches (target_type, target_id, account_id) VALUES (?1, ?2, ?3)";
    change(connection, sql, target, account_id).await
}

/// Removes a watch.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    target: &Target,
    account_id: &str,
) -> Result<(), StorageError> {
    let sql = "DELETE FROM watches WHERE target_type = ?1 AND target_id = ?2 AND account_id = ?3";
    change(connection, sql, target, account_id).await
}

async fn change(
    connection: &mut SqliteConnection,
    sql: &'static str,
    target: &Target,
    account_id: &str,
) -> Result<(), StorageError> {
    let (kind, id) = target.columns();
    sqlx::query(sql).bind(kind).bind(id).bind(account_id).execute(connection).await?;
    Ok(())
}

/// Lists the accounts that watch something.
pub(crate) async fn watchers(
    connection: &mut SqliteConnection,
    target: &Target,
) -> Result<Vec<User>, StorageError> {
    let (kind, id) = target.columns();
    let rows = sqlx::query(
        "SELECT users.* FROM users JOIN watches USING (account_id) WHERE target_type = ?1 AND target_id = ?2
         ORDER BY users.rowid",
    )
    .bind(kind)
    .bind(id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(users::read).collect()
}
