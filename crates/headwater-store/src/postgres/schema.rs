//! Bringing the schema up to date, while other processes may be doing the same.

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgPool;
use sqlx::{query, query_scalar};

use crate::dialect::Dialect;
use crate::migrations::migrator;

/// How often to try when other processes set up the same new database.
const ATTEMPTS: u32 = 20;
/// Somebody else made the same table at the same time, or a serialization failure.
const REPEATABLE: [&str; 5] = ["23505", "42P07", "42710", "40001", "40P01"];

/// Brings the database up to date, all or nothing. Another process that does the same waits and finds it done.
pub(crate) async fn run(pool: &PgPool) -> Result<(), MigrateError> {
    for _ in 1..ATTEMPTS {
        match attempt(pool).await {
            Err(error) if repeatable(&error) => {}
            outcome => return outcome,
        }
    }
    attempt(pool).await
}

/// The versions that the database has; none when it is new.
pub(crate) async fn applied(pool: &PgPool) -> Result<Vec<i64>, sqlx::Error> {
    let there: bool =
        query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await?;
    if !there {
        return Ok(Vec::new());
    }
    query_scalar("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version").fetch_all(pool).await
}

/// The versions that this release knows.
pub(crate) fn versions() -> Vec<i64> {
    migrator(Dialect::Postgres).iter().map(|it| it.version).collect()
}

/// A row is the lock: whoever has it migrates.
async fn attempt(pool: &PgPool) -> Result<(), MigrateError> {
    let mut transaction = pool.begin().await?;
    query("CREATE TABLE IF NOT EXISTS schema_lock (singleton INTEGER NOT NULL PRIMARY KEY)")
        .execute(&mut *transaction)
        .await?;
    query("INSERT INTO schema_lock (singleton) VALUES (1) ON CONFLICT (singleton) DO NOTHING")
        .execute(&mut *transaction)
        .await?;
    query("SELECT singleton FROM schema_lock FOR UPDATE").execute(&mut *transaction).await?;
    let mut migrator = migrator(Dialect::Postgres);
    migrator.set_locking(false);
    migrator.run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

fn repeatable(error: &MigrateError) -> bool {
    let (MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _)) = error else {
        return false;
    };
    let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| REPEATABLE.contains(&&*code))
}
