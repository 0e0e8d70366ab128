//! Opening the database: the pool and the settings of every connection.

use std::str::FromStr as _;
use std::time::Duration;

use headwater_domain::secret::Secret;
use headwater_ports::upstream::BoxError;
use sqlx::ConnectOptions as _;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};

use crate::migrations;

/// How long to wait for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// The oldest server whose `ON CONFLICT` and row locks do what this store needs.
const OLDEST_VERSION: i32 = 120_000;
/// What every connection sets. A commit is on the disk when it returns, whatever the server's default is; nothing
/// waits for ever.
const SETTINGS: &str = "SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'; \
     SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'";

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not one.
    #[error("the database address is not one; write postgres://user:password@host:5432/database")]
    Address,
    /// There is no connection.
    #[error("connect to PostgreSQL at {server}; check address, user and password")]
    Unreachable {
        /// Host and port.
        server: String,
        /// What the driver said.
        source: BoxError,
    },
    /// The server is too old.
    #[error("the PostgreSQL server is {found}; use version 12 or newer")]
    OldServer {
        /// Its version.
        found: String,
    },
    /// The schema is one that this release does not know.
    #[error(
        "the database was written by another release of headwater (schema {version}); use that release or a newer one"
    )]
    ForeignSchema {
        /// The migration that is not known, or not known like this.
        version: i64,
    },
    /// The schema cannot be brought up to date.
    #[error("bring the schema of the database up to date")]
    Migrate(#[source] BoxError),
}

/// Connects and brings the schema up to date.
pub(crate) async fn open(address: &Secret, connections: u32) -> Result<PgPool, OpenError> {
    let options = options(address)?;
    let server = format!("{}:{}", options.get_host(), options.get_port());
    let unreachable =
        |source: sqlx::Error| OpenError::Unreachable { server: server.clone(), source: source.into() };
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        .connect_with(options)
        .await
        .map_err(unreachable)?;
    let (number, found): (i32, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version')",
    )
    .fetch_one(&pool)
    .await
    .map_err(unreachable)?;
    if number < OLDEST_VERSION {
        return Err(OpenError::OldServer { found });
    }
    migrations::run(&pool).await.map_err(migration_error)?;
    Ok(pool)
}

fn options(address: &Secret) -> Result<PgConnectOptions, OpenError> {
    #[expect(clippy::disallowed_methods, reason = "the driver needs the password in the address")]
    let address = address.expose();
    let known = address.starts_with("postgres://") || address.starts_with("postgresql://");
    // The driver's own error may quote the address, and the address holds a password.
    let options = PgConnectOptions::from_str(address).ok().filter(|_| known).ok_or(OpenError::Address)?;
    Ok(options.application_name("headwater").disable_statement_logging())
}

async fn prepare(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(SETTINGS).execute(connection).await.map(drop)
}

fn migration_error(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
            OpenError::ForeignSchema { version }
        }
        error => OpenError::Migrate(error.into()),
    }
}
