//! A transaction on either database. All statements of the aggregates run here.

use async_trait::async_trait;
use headwater_ports::store::{StoreError, Tx};
use sqlx::{Postgres, Sqlite, Transaction};

use crate::dialect::Dialect;
use crate::error::failed;
use crate::record::Record;
use crate::row::Row;
use crate::statement::Statement;

/// A unit of work. Dropped without a commit, it never happened.
pub(crate) struct StoreTx {
    driver: Driver,
    writes: bool,
}

/// The driver's own transaction.
enum Driver {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl StoreTx {
    /// A transaction of SQLite. Whether it may write, its connection knows.
    pub(crate) fn sqlite(transaction: Transaction<'static, Sqlite>, writes: bool) -> Self {
        Self { driver: Driver::Sqlite(transaction), writes }
    }

    /// A transaction of PostgreSQL; one that writes locks the single rows that it reads.
    pub(crate) fn postgres(transaction: Transaction<'static, Postgres>, writes: bool) -> Self {
        Self { driver: Driver::Postgres(transaction), writes }
    }

    /// Which database this is.
    pub(crate) fn dialect(&self) -> Dialect {
        match self.driver {
            Driver::Sqlite(_) => Dialect::Sqlite,
            Driver::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Carries out a statement. Returns how many rows it affected.
    pub(crate) async fn execute(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<u64, StoreError> {
        self.run(statement).await.map_err(failed(action))
    }

    /// Carries out a statement that must affect one row. Returns whether it did.
    pub(crate) async fn change(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<bool, StoreError> {
        Ok(self.execute(action, statement).await? == 1)
    }

    /// The first row of a statement.
    pub(crate) async fn fetch_optional(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<Option<Row>, StoreError> {
        let row = match &mut self.driver {
            Driver::Sqlite(it) => {
                statement.query::<Sqlite>().fetch_optional(&mut **it).await.map(|row| row.map(Row::Sqlite))
            }
            Driver::Postgres(it) => statement
                .query::<Postgres>()
                .fetch_optional(&mut **it)
                .await
                .map(|row| row.map(Row::Postgres)),
        };
        row.map_err(failed(action))
    }

    /// All rows of a statement.
    pub(crate) async fn fetch_all(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = match &mut self.driver {
            Driver::Sqlite(it) => {
                let rows = statement.query::<Sqlite>().fetch_all(&mut **it).await;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Driver::Postgres(it) => {
                let rows = statement.query::<Postgres>().fetch_all(&mut **it).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        rows.map_err(failed(action))
    }

    /// The number that a statement `SELECT count(*) AS total …` returns.
    pub(crate) async fn count(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<u64, StoreError> {
        let row = self.fetch_optional(action, statement).await?;
        row.map_or(Ok(0), |row| Record::new("count", &row).count("total"))
    }

    /// The first row of a statement that reads rows by a key.
    ///
    /// A transaction that writes locks them, so that what it decides on is still true when it writes; others that want
    /// them wait. In SQLite there is only one writer anyway.
    pub(crate) async fn select(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<Option<Row>, StoreError> {
        let statement = self.locking(statement);
        self.fetch_optional(action, statement).await
    }

    /// Locks the rows that `statement` selects, in its order, where a writer locks rows at all.
    pub(crate) async fn lock(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<(), StoreError> {
        if self.locks_rows() {
            let statement = self.locking(statement);
            self.execute(action, statement).await?;
        }
        Ok(())
    }

    /// Carries out a statement that may take what somebody else takes at the same moment. Returns whether it affected
    /// one row; the transaction goes on in either case.
    pub(crate) async fn attempt(
        &mut self,
        action: &'static str,
        statement: Statement,
    ) -> Result<bool, StoreError> {
        // After a failed statement PostgreSQL goes on from a savepoint only.
        self.execute(action, Statement::new("SAVEPOINT attempt")).await?;
        match self.run(statement).await {
            Ok(rows) => {
                self.execute(action, Statement::new("RELEASE SAVEPOINT attempt")).await?;
                Ok(rows == 1)
            }
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                self.execute(action, Statement::new("ROLLBACK TO SAVEPOINT attempt")).await?;
                self.execute(action, Statement::new("RELEASE SAVEPOINT attempt")).await?;
                Ok(false)
            }
            Err(error) => Err(failed(action)(error)),
        }
    }

    fn locks_rows(&self) -> bool {
        self.writes && self.dialect() == Dialect::Postgres
    }

    fn locking(&self, mut statement: Statement) -> Statement {
        if self.locks_rows() {
            statement.push(" FOR UPDATE");
        }
        statement
    }

    async fn run(&mut self, statement: Statement) -> Result<u64, sqlx::Error> {
        match &mut self.driver {
            Driver::Sqlite(it) => Ok(statement.query::<Sqlite>().execute(&mut **it).await?.rows_affected()),
            Driver::Postgres(it) => {
                Ok(statement.query::<Postgres>().execute(&mut **it).await?.rows_affected())
            }
        }
    }
}

#[async_trait]
impl Tx for StoreTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let committed = match self.driver {
            Driver::Sqlite(transaction) => transaction.commit().await,
            Driver::Postgres(mut transaction) => {
                // After a statement that failed, COMMIT rolls back and reports success. Anything else fails then.
                let alive = sqlx::query("SELECT 1").execute(&mut *transaction).await;
                alive.map_err(failed("commit"))?;
                transaction.commit().await
            }
        };
        committed.map_err(failed("commit"))
    }
}
