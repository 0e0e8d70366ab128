//! Failures of the drivers as failures of the store.

use headwater_ports::store::StoreError;
use sqlx::sqlite::SqliteError;

/// Wraps what a driver said. `action` completes "failed to".
pub(crate) fn failed(action: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |error| {
        if damaged(&error) {
            let reason = format!("{error}; stop the server and put back a backup of the database");
            return StoreError::Corrupt { record: "part of the database file", reason };
        }
        StoreError::Database { action, source: error.into() }
    }
}

/// A number for the database, which counts up to 2⁶³−1 only. Versions and generations never get there.
pub(crate) fn integer(number: u64, action: &'static str) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|error| StoreError::Database { action, source: error.into() })
}

/// Whether SQLite says that the database file itself is at fault.
pub(crate) fn damaged(error: &sqlx::Error) -> bool {
    // 11 is SQLITE_CORRUPT, 26 SQLITE_NOTADB.
    sqlite_code(error).is_some_and(|code| matches!(code, 11 | 26))
}

/// SQLite's primary result code: the low byte of the extended one. `None` for errors of PostgreSQL, whose codes are of
/// another kind.
pub(crate) fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error()?.try_downcast_ref::<SqliteError>()?;
    let code = sqlx::error::DatabaseError::code(error)?.parse::<u32>().ok()?;
    Some(code & 0xff)
}
