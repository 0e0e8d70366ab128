//! Failures of the driver as failures of the store.

use headwater_ports::store::StoreError;

use crate::open::damaged;

/// Wraps what the driver said. `action` completes "failed to".
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
