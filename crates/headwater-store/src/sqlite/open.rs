//! Opening the file: its mode, the pools, the settings of every connection.

use std::fs::{self, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use headwater_ports::upstream::BoxError;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use super::schema;
use crate::error::{damaged, sqlite_code};

/// How many connections read at the same time.
const READERS: u32 = 4;
/// How long to wait for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// How often to try when other processes open the same new file.
const CONNECT_ATTEMPTS: u32 = 20;
/// Releases before this one can corrupt a database in WAL mode that has several connections.
const OLDEST_VERSION: [u32; 3] = [3, 51, 3];

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be made or reached.
    #[error("create {}; check that its directory exists and that this user may write there", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no database, or cannot be used.
    #[error(
        "{} is no sound SQLite database; put back a backup of it, or move it away to begin with an empty one, in which \
         every account must be connected again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the driver said.
        source: BoxError,
    },
    /// The file cannot be used now.
    #[error("open the database {}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the driver said.
        source: BoxError,
    },
    /// The SQLite library is too old.
    #[error(
        "the SQLite library is {found}, which can corrupt databases that are read and written at the same time; build with 3.51.3 or newer"
    )]
    OldLibrary {
        /// Its version.
        found: String,
    },
    /// The schema is one that this release does not know.
    #[error("{} was written by another release of headwater (schema {version}); use that release or a newer one", path.display())]
    ForeignSchema {
        /// The file.
        path: PathBuf,
        /// The migration that is not known, or not known like this.
        version: i64,
    },
    /// The schema cannot be brought up to date.
    #[error("bring the schema of {} up to date", path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: BoxError,
    },
}

/// The two sides of an open database.
pub(crate) struct Pools {
    /// One connection: writers wait for each other here, not in the library.
    pub(crate) writer: SqlitePool,
    /// Connections that cannot write.
    pub(crate) readers: SqlitePool,
}

/// Opens the database, makes it where there is none, and brings its schema up to date.
pub(crate) async fn open(path: &Path) -> Result<Pools, OpenError> {
    create_file(path).map_err(|source| OpenError::File { path: path.to_path_buf(), source })?;
    let unusable = |source: sqlx::Error| unusable(path, source);
    let writer = connect_writer(path).await.map_err(unusable)?;
    let version: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&writer).await.map_err(unusable)?;
    check_version(version)?;
    schema::run(&writer).await.map_err(|error| migration_error(path, error))?;
    let readers = pool(READERS).connect_with(reader_options(path)).await.map_err(unusable)?;
    Ok(Pools { writer, readers })
}

/// The file is there before the library opens it, readable by its owner only. The library gives the files that it
/// puts beside it the same mode. A file that is there already is not opened: closing it again would give up the
/// locks that this process may hold on it.
fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            warn_if_others_may_read(path, &fs::metadata(path)?);
            Ok(())
        }
        created => created.map(drop),
    }
}

/// Switching a new file to a write-ahead log fails at once when another process is doing the same, instead of
/// waiting for it.
async fn connect_writer(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    for _ in 1..CONNECT_ATTEMPTS {
        match pool(1).connect_with(writer_options(path)).await {
            Err(error) if busy(&error) => wait_for_others(path).await?,
            outcome => return outcome,
        }
    }
    pool(1).connect_with(writer_options(path)).await
}

fn busy(error: &sqlx::Error) -> bool {
    // 5 is SQLITE_BUSY, 6 SQLITE_LOCKED.
    sqlite_code(error).is_some_and(|code| matches!(code, 5 | 6))
}

/// Taking the lock for writing does wait.
async fn wait_for_others(path: &Path) -> Result<(), sqlx::Error> {
    let mut connection = options(path).connect().await?;
    connection.begin_with("BEGIN IMMEDIATE").await?.rollback().await?;
    connection.close().await
}

/// A warning and not a refusal: container platforms open mounted volumes to a group on purpose.
#[cfg(unix)]
fn warn_if_others_may_read(path: &Path, metadata: &Metadata) {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & 0o077 != 0 {
        tracing::warn!(
            path = %path.display(),
            mode = format!("{mode:o}"),
            "other users of this machine may read the database; chmod 600 closes it",
        );
    }
}

#[cfg(not(unix))]
fn warn_if_others_may_read(_: &Path, _: &Metadata) {}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // There is no network in between; asking first would double the cost of a read.
        .test_before_acquire(false)
        // After some failures, such as a full disk, the library ends a transaction on its own. The driver does not
        // notice and would refuse to begin another one on this connection for ever.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
}

fn writer_options(path: &Path) -> SqliteConnectOptions {
    options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What is deleted is overwritten, so that removed accounts do not linger in free pages.
        .pragma("secure_delete", "ON")
}

fn reader_options(path: &Path) -> SqliteConnectOptions {
    options(path).pragma("query_only", "ON")
}

fn check_version(found: String) -> Result<(), OpenError> {
    let mut numbers = found.split('.').map(|part| part.parse().unwrap_or(0));
    let version: [u32; 3] = std::array::from_fn(|_| numbers.next().unwrap_or(0));
    if version >= OLDEST_VERSION { Ok(()) } else { Err(OpenError::OldLibrary { found }) }
}

fn unusable(path: &Path, source: sqlx::Error) -> OpenError {
    let path = path.to_path_buf();
    if damaged(&source) {
        return OpenError::Damaged { path, source: source.into() };
    }
    OpenError::Unusable { path, source: source.into() }
}

fn migration_error(path: &Path, error: MigrateError) -> OpenError {
    let path = path.to_path_buf();
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
            OpenError::ForeignSchema { path, version }
        }
        // The first statement that reaches the file is here: what is no database shows now.
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) if damaged(&source) => {
            OpenError::Damaged { path, source: source.into() }
        }
        MigrateError::Execute(source) => OpenError::Unusable { path, source: source.into() },
        error => OpenError::Migrate { path, source: error.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f11_libraries_that_corrupt_databases_are_refused() {
        for good in ["3.51.3", "3.51.10", "3.52.0", "4.0.0"] {
            assert!(check_version(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["3.51.2", "3.46.0", "3.9.9", "2.99.99", "", "x"] {
            assert!(check_version(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
