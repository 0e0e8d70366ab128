//! The people of the emulated organisation. Every user can use every site.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{StorageError, groups};

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) account_id: String,
    pub(crate) display_name: String,
    pub(crate) email: String,
    /// A fixed offset such as `+02:00`, or a name such as `Europe/Berlin`.
    pub(crate) time_zone: String,
}

/// Adds a user, who is a member of the groups of users from the start.
pub(crate) async fn insert(connection: &mut SqliteConnection, user: &User) -> Result<(), StorageError> {
    sqlx::query("INSERT INTO users (account_id, display_name, email, time_zone) VALUES (?1, ?2, ?3, ?4)")
        .bind(&user.account_id)
        .bind(&user.display_name)
        .bind(&user.email)
        .bind(&user.time_zone)
        .execute(&mut *connection)
        .await?;
    groups::enrol(connection, &user.account_id).await
}

/// Finds the user with this account id.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
) -> Result<Option<User>, StorageError> {
    let row = sqlx::query("SELECT * FROM users WHERE account_id = ?1")
        .bind(account_id)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Lists all users in the order they were added.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<User>, StorageError> {
    let rows = sqlx::query("SELECT * FROM users ORDER BY rowid").fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

pub(super) fn read(row: &SqliteRow) -> Result<User, StorageError> {
    Ok(User {
        account_id: row.try_get("account_id")?,
        display_name: row.try_get("display_name")?,
        email: row.try_get("email")?,
        time_zone: row.try_get("time_zone")?,
    })
}
