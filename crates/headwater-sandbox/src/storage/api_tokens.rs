//! API tokens of users: passwords of programs, which may do all that their user may.

use sqlx::{Row, SqliteConnection};

use super::StorageError;

/// Gives the user with this e-mail address an API token. False when nobody has the address.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    email: &str,
    token: &str,
) -> Result<bool, StorageError> {
    let done = sqlx::query(
        "INSERT OR REPLACE INTO api_tokens (token, account_id)
         SELECT ?2, account_id FROM users WHERE email = ?1 COLLATE NOCASE",
    )
    .bind(email)
    .bind(token)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Finds the account id of the user with this e-mail address, if the token is theirs.
pub(crate) async fn owner(
    connection: &mut SqliteConnection,
    email: &str,
    token: &str,
) -> Result<Option<String>, StorageError> {
    let row = sqlx::query(
        "SELECT account_id FROM api_tokens JOIN users USING (account_id)
         WHERE token = ?2 AND email = ?1 COLLATE NOCASE",
    )
    .bind(email)
    .bind(token)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.try_get("account_id")).transpose()?)
}
