//! Converted bodies that are kept until their client fetches them.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::StorageError;

/// One converted body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversion {
    /// A UUID.
    pub(crate) id: String,
    pub(crate) account_id: String,
    /// The request: the format and body to convert.
    pub(crate) source: String,
    pub(crate) representation: String,
    pub(crate) value: String,
    pub(crate) ready_at: i64,
}

/// Keeps a conversion; one with the same id is replaced.
pub(crate) async fn save(
    connection: &mut SqliteConnection,
    conversion: &Conversion,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT OR REPLACE INTO conversions (id, account_id, source, representation, value, ready_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&conversion.id)
    .bind(&conversion.account_id)
    .bind(&conversion.source)
    .bind(&conversion.representation)
    .bind(&conversion.value)
    .bind(conversion.ready_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the conversion with this id.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<Conversion>, StorageError> {
    let row =
        sqlx::query("SELECT * FROM conversions WHERE id = ?1").bind(id).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

/// Finds the newest conversion that the user requested in the same words.
pub(crate) async fn find_same(
    connection: &mut SqliteConnection,
    account_id: &str,
    source: &str,
) -> Result<Option<Conversion>, StorageError> {
    let row = sqlx::query(
        "SELECT * FROM conversions WHERE account_id = ?1 AND source = ?2 ORDER BY ready_at DESC LIMIT 1",
    )
    .bind(account_id)
    .bind(source)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Deletes conversions that were ready before `ready_at`.
pub(crate) async fn forget_before(
    connection: &mut SqliteConnection,
    ready_at: i64,
) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM conversions WHERE ready_at < ?1").bind(ready_at).execute(connection).await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Conversion, StorageError> {
    Ok(Conversion {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        source: row.try_get("source")?,
        representation: row.try_get("representation")?,
        value: row.try_get("value")?,
        ready_at: row.try_get("ready_at")?,
    })
}
