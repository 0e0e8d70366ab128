//! The schema and its history. A migration that was released is never edited; changes get a file of their own, and
//! what an older release still reads is dropped one release later.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::SqlitePool;

/// Brings the database up to date, all or nothing. Another process that does the same waits and finds it done.
pub(crate) async fn run(writer: &SqlitePool) -> Result<(), MigrateError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    migrator().run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

fn migrator() -> Migrator {
    Migrator::with_migrations(vec![
        migration(1, "initial", include_str!("../migrations/0001_initial.sql")),
        migration(2, "additional tools", include_str!("../migrations/0002_additional_tools.sql")),
        migration(3, "user verification", include_str!("../migrations/0003_user_verification.sql")),
        migration(4, "events", include_str!("../migrations/0004_events.sql")),
        migration(5, "deployment", include_str!("../migrations/0005_deployment.sql")),
        migration(6, "roles", include_str!("../migrations/0006_roles.sql")),
        migration(7, "origin", include_str!("../migrations/0007_origin.sql")),
    ])
}

fn migration(version: i64, description: &'static str, sql: &'static str) -> Migration {
    let sql = SqlStr::from_static(sql);
    Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, sql, false)
}
