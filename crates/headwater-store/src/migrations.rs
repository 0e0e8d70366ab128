//! The schema and its history. A migration that was released is never edited; changes get a file of their own, for each
//! database, and what an older release still reads is dropped one release later.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::dialect::Dialect;

/// The migrations whose files are in a folder below `migrations`.
macro_rules! migrations {
    ($folder:literal) => {
        vec![
            migration(1, "initial", include_str!(concat!("../migrations/", $folder, "/0001_initial.sql"))),
            migration(
                2,
                "additional tools",
                include_str!(concat!("../migrations/", $folder, "/0002_additional_tools.sql")),
            ),
            migration(
                3,
                "user verification",
                include_str!(concat!("../migrations/", $folder, "/0003_user_verification.sql")),
            ),
            migration(4, "events", include_str!(concat!("../migrations/", $folder, "/0004_events.sql"))),
            migration(
                5,
                "deployment",
                include_str!(concat!("../migrations/", $folder, "/0005_deployment.sql")),
            ),
            migration(6, "roles", include_str!(concat!("../migrations/", $folder, "/0006_roles.sql"))),
            migration(7, "origin", include_str!(concat!("../migrations/", $folder, "/0007_origin.sql"))),
        ]
    };
}

/// All migrations of this release, oldest first.
pub(crate) fn migrator(dialect: Dialect) -> Migrator {
    Migrator::with_migrations(match dialect {
        Dialect::Sqlite => migrations!("sqlite"),
        Dialect::Postgres => migrations!("postgres"),
    })
}

fn migration(version: i64, description: &'static str, sql: &'static str) -> Migration {
    let sql = SqlStr::from_static(sql);
    Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, sql, false)
}
