//! The suite on SQLite, and what only a file promises.

mod crash;
mod file;
mod secrets;
mod trouble;

use std::path::PathBuf;

use headwater_domain::connection::Connection;
use headwater_domain::id::ConnectionId;
use headwater_ports::store::Store as _;
use tempfile::TempDir;

use super::samples::{NOW, account, add, connection, has};
use crate::SqliteStore;

headwater_ports::store_suite!(crate::tests::sqlite::open);

/// An empty store in a directory of its own.
async fn open() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&path(&directory)).await.unwrap();
    (store, directory)
}

fn path(directory: &TempDir) -> PathBuf {
    directory.path().join("headwater.db")
}
