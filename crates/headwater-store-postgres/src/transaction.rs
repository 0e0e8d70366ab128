//! One transaction.

use async_trait::async_trait;
use headwater_ports::store::{StoreError, Tx};
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Transaction, query};

use crate::error::failed;

/// A unit of work. Dropped without a commit, it never happened.
pub(crate) struct PostgresTx {
    transaction: Transaction<'static, Postgres>,
    writes: bool,
}

impl PostgresTx {
    pub(crate) fn new(transaction: Transaction<'static, Postgres>, writes: bool) -> Self {
        Self { transaction, writes }
    }

    /// What statements run on.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// A statement that reads single rows. A transaction that writes locks them, so that what it decides on is
    /// still true when it writes; others that want them wait.
    pub(crate) fn select<'q>(&self, statement: &'static str) -> Query<'q, Postgres, PgArguments> {
        if self.writes { query(AssertSqlSafe(format!("{statement} FOR UPDATE"))) } else { query(statement) }
    }
}

#[async_trait]
impl Tx for PostgresTx {
    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        // After a statement that failed, COMMIT rolls back and reports success. Anything else fails then.
        query("SELECT 1").execute(self.connection()).await.map_err(failed("commit"))?;
        self.transaction.commit().await.map_err(failed("commit"))
    }
}
