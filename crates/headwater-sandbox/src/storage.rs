//! The data of the sandbox: one SQLite database, in memory unless a path is given.
//!
//! Routes open one transaction per request and hand its connection to the functions below; there is a single
//! connection, so everything one request sees is one consistent state.

pub(crate) mod access;
pub(crate) mod admin_keys;
pub(crate) mod api_tokens;
pub(crate) mod attachments;
pub(crate) mod classifications;
pub(crate) mod clients;
pub(crate) mod consents;
pub(crate) mod content;
pub(crate) mod content_details;
pub(crate) mod content_states;
pub(crate) mod contents;
pub(crate) mod conversions;
pub(crate) mod copies;
pub(crate) mod drafts;
pub(crate) mod editions;
pub(crate) mod grants;
pub(crate) mod groups;
pub(crate) mod inline_comments;
pub(crate) mod labels;
pub(crate) mod likes;
pub(crate) mod listing;
pub(crate) mod long_tasks;
pub(crate) mod properties;
pub(crate) mod relations;
pub(crate) mod restrictions;
pub(crate) mod site_switches;
pub(crate) mod sites;
pub(crate) mod space_permissions;
pub(crate) mod space_roles;
pub(crate) mod spaces;
pub(crate) mod tasks;
pub(crate) mod templates;
pub(crate) mod tokens;
pub(crate) mod tree;
pub(crate) mod users;
pub(crate) mod versions;
pub(crate) mod views;
pub(crate) mod watches;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

/// The version of the tables; counted up whenever they change.
const SCHEMA_VERSION: i64 = 2;

/// The database of one sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    pub(crate) pool: SqlitePool,
}

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// An error of SQLite.
    #[error("the sandbox database refused; if it is a file, check that it can be written")]
    Database(#[from] sqlx::Error),
    /// A file that another version of this program, or another program, has made.
    #[error(
        "the sandbox's file has tables of version {found}, and this program writes version {SCHEMA_VERSION}; start with a fresh file"
    )]
    OtherVersion {
        /// The version of its tables.
        found: i64,
    },
    /// A row holds a value that this program never writes.
    #[error(
        "the sandbox database holds {column} `{value}`, which this program does not know; start with a fresh file"
    )]
    Unknown {
        /// The column in which the value was found.
        column: &'static str,
        /// The value that was found.
        value: String,
    },
}

impl Storage {
    /// Opens the database at `path`, or a fresh one in memory, and lays out its tables.
    pub(crate) async fn open(path: Option<&Path>) -> Result<Self, StorageError> {
        let options = SqliteConnectOptions::new().foreign_keys(true).busy_timeout(Duration::from_secs(5));
        let options = match path {
            Some(path) => options.filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal),
            None => options.in_memory(true),
        };
        // A database in memory lives and dies with its connection, so the one connection is never let go.
        let pool = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        lay_out(&pool).await?;
        Ok(Self { pool })
    }

    /// Begins a transaction; dropping it without `commit` undoes everything. There is one connection only: never
    /// begin a second transaction while holding one.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StorageError> {
        Ok(self.pool.begin().await?)
    }
}

/// Creates the tables of a fresh database; fails on one with other tables, and leaves it as it is.
async fn lay_out(pool: &SqlitePool) -> Result<(), StorageError> {
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master").fetch_one(pool).await?;
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(pool).await?;
    if tables > 0 && version != SCHEMA_VERSION {
        return Err(StorageError::OtherVersion { found: version });
    }
    sqlx::raw_sql(include_str!("storage/schema.sql")).execute(pool).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {SCHEMA_VERSION}"))).execute(pool).await?;
    Ok(())
}

/// Takes the next number of a sequence.
async fn next_number(connection: &mut SqliteConnection, sequence: &str) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar("UPDATE sequences SET last = last + 1 WHERE name = ?1 RETURNING last")
        .bind(sequence)
        .fetch_one(connection)
        .await?)
}

/// Takes the next content or space id, or the one asked for; later ids are always greater.
async fn take_id(connection: &mut SqliteConnection, wanted: Option<i64>) -> Result<i64, StorageError> {
    let Some(id) = wanted else { return next_number(connection, "content").await };
    sqlx::query("UPDATE sequences SET last = max(last, ?1) WHERE name = 'content'")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(id)
}
