//! Storage in one SQLite file.
//!
//! One connection writes and four read; readers see the last committed state and never wait for the writer. A
//! commit is on the disk when it returns.

mod open;
mod place;
mod schema;

use std::fmt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use headwater_ports::store::{Store, StoreError, Tx};

use crate::error::failed;
use crate::transaction::StoreTx;

pub use open::OpenError;
use open::{Pools, open};

/// Storage in one SQLite file. Several processes may have the same file open.
pub struct SqliteStore {
    path: PathBuf,
    pools: Pools,
}

impl SqliteStore {
    /// Opens the database at `path`, makes it where there is none, and brings its schema up to date.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self { path: path.to_path_buf(), pools: open(path).await? })
    }

    /// Reads the whole file and checks that it is sound. Takes time on a large one.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        let action = "check the database";
        let mut reader = self.pools.readers.acquire().await.map_err(failed(action))?;
        let findings: Vec<String> = sqlx::query_scalar("SELECT integrity_check FROM pragma_integrity_check")
            .fetch_all(&mut *reader)
            .await
            .map_err(failed(action))?;
        if findings != ["ok"] {
            return Err(StoreError::Corrupt { record: "database file", reason: findings.join("; ") });
        }
        let orphans: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")
                .fetch_all(&mut *reader)
                .await
                .map_err(failed(action))?;
        if orphans.is_empty() {
            return Ok(());
        }
        let reason = format!("rows without the record they belong to in {}", orphans.join(", "));
        Err(StoreError::Corrupt { record: "database file", reason })
    }

    /// Waits for the transactions under way and closes the file. Everything that was committed is safe without it;
    /// it only tidies up the files beside the database.
    pub async fn close(&self) {
        self.pools.readers.close().await;
        // The last connection to go folds the write-ahead log into the file, so it must be one that can write.
        self.pools.writer.close().await;
    }

    #[cfg(test)]
    pub(crate) fn writer(&self) -> &sqlx::SqlitePool {
        &self.pools.writer
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        let transaction = self.pools.readers.begin().await.map_err(failed("begin to read"))?;
        Ok(Box::new(StoreTx::sqlite(transaction, false)))
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        // Immediate: a transaction that reads first and then writes must not find that somebody else wrote between.
        let transaction =
            self.pools.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed("begin to write"))?;
        Ok(Box::new(StoreTx::sqlite(transaction, true)))
    }

    async fn place(&self) -> Result<String, StoreError> {
        let action = "look at its file";
        place::place(&self.path).map_err(|error| StoreError::Database { action, source: error.into() })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
