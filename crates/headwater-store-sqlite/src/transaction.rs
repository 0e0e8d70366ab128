//! One transaction.

use async_trait::async_trait;
use headwater_ports::store::{StoreError, Tx};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Sqlite, Transaction};

use crate::error::failed;

/// A unit of work. Dropped without a commit, it never happened.
pub(crate) struct SqliteTx(Transaction<'static, Sqlite>);

impl SqliteTx {
    pub(crate) fn new(transaction: Transaction<'static, Sqlite>) -> Self {
        Self(transaction)
    }

    /// What statements run on.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}

#[async_trait]
impl Tx for SqliteTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.commit().await.map_err(failed("commit"))
    }
}
