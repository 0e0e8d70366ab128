//! Storage in PostgreSQL, for several replicas.
//!
//! Rows are the locks: what a writing transaction reads by its key stays as it was read until the transaction
//! ends. No advisory locks, no notifications, no sequences, so that databases which speak PostgreSQL's protocol
//! can serve as well.

mod open;
mod schema;

use std::fmt;

use async_trait::async_trait;
use headwater_domain::secret::Secret;
use headwater_ports::store::{Store, StoreError, Tx};
use sqlx::postgres::PgPool;

use crate::error::failed;
use crate::transaction::StoreTx;

pub use open::OpenError;
use open::{open, open_as_is};

/// One state, whatever others commit meanwhile.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Every statement sees what was committed before it; rows that decide something are locked when they are read.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Storage in a PostgreSQL database. Any number of processes may use it.
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Connects to `address` (`postgres://user:password@host/database`) with at most this many connections, and
    /// brings the schema up to date. Several processes may do so at the same time.
    pub async fn open(address: &Secret, connections: u32) -> Result<Self, OpenError> {
        Ok(Self { pool: open(address, connections).await? })
    }

    /// The same, but refuses a schema that is not up to date.
    pub async fn open_as_is(address: &Secret, connections: u32) -> Result<Self, OpenError> {
        Ok(Self { pool: open_as_is(address, connections).await? })
    }

    /// Waits for the transactions under way and closes the connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    #[cfg(test)]
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        let transaction = self.pool.begin_with(READ).await.map_err(failed("begin to read"))?;
        Ok(Box::new(StoreTx::postgres(transaction, false)))
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        let transaction = self.pool.begin_with(WRITE).await.map_err(failed("begin to write"))?;
        Ok(Box::new(StoreTx::postgres(transaction, true)))
    }

    /// The database's number in its cluster, and the cluster's own where the server tells it: what was loaded from a
    /// dump has another one. A copy of the whole cluster has the same.
    async fn place(&self) -> Result<String, StoreError> {
        let number: String =
            sqlx::query_scalar("SELECT oid::text FROM pg_database WHERE datname = current_database()")
                .fetch_one(&self.pool)
                .await
                .map_err(failed("tell which database it is"))?;
        let cluster: Result<String, _> =
            sqlx::query_scalar("SELECT system_identifier::text FROM pg_control_system()")
                .fetch_one(&self.pool)
                .await;
        match cluster {
            Ok(cluster) => Ok(format!("database {number} of cluster {cluster}")),
            // Not every server that speaks like PostgreSQL has this function, or lets everybody call it.
            Err(sqlx::Error::Database(_)) => Ok(format!("database {number}")),
            Err(error) => Err(failed("tell which cluster it is")(error)),
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
