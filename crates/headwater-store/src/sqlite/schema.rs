//! Bringing the schema up to date.

use sqlx::migrate::MigrateError;
use sqlx::sqlite::SqlitePool;

use crate::dialect::Dialect;
use crate::migrations::migrator;

/// Brings the database up to date, all or nothing. Another process that does the same waits and finds it done.
pub(crate) async fn run(writer: &SqlitePool) -> Result<(), MigrateError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    migrator(Dialect::Sqlite).run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}
