//! Opening the database: the pool and the settings of every connection.

use std::str::FromStr as _;
use std::time::Duration;

use headwater_domain::secret::Secret;
use headwater_ports::upstream::BoxError;
use sqlx::ConnectOptions as _;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};

use super::schema;

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
    #[error(
        "connect to PostgreSQL at {server}; check address, user and password, and for a server on another machine its \
         certificate: it must be for this name and of a known authority, or of the one that `sslrootcert` in the address \
         names; `sslmode=require` alone is checked like `verify-full`"
    )]
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
    /// The schema is not up to date, and is not to be changed now.
    #[error("the schema of the database lacks {0} changes of this release; run `headwater migrate` first")]
    Outdated(usize),
    /// The schema cannot be brought up to date.
    #[error("bring the schema of the database up to date")]
    Migrate(#[source] BoxError),
}

/// Connects and brings the schema up to date.
pub(crate) async fn open(address: &Secret, connections: u32) -> Result<PgPool, OpenError> {
    let pool = connect(address, connections).await?;
    schema::run(&pool).await.map_err(migration_error)?;
    Ok(pool)
}

/// Connects, if the schema is up to date.
pub(crate) async fn open_as_is(address: &Secret, connections: u32) -> Result<PgPool, OpenError> {
    let pool = connect(address, connections).await?;
    let applied = schema::applied(&pool).await.map_err(|error| OpenError::Migrate(error.into()))?;
    let known = schema::versions();
    if let Some(version) = applied.iter().find(|it| !known.contains(it)) {
        return Err(OpenError::ForeignSchema { version: *version });
    }
    match known.len() - applied.len() {
        0 => Ok(pool),
        missing => Err(OpenError::Outdated(missing)),
    }
}

async fn connect(address: &Secret, connections: u32) -> Result<PgPool, OpenError> {
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
    Ok(pool)
}

fn options(address: &Secret) -> Result<PgConnectOptions, OpenError> {
    #[expect(clippy::disallowed_methods, reason = "the driver needs the password in the address")]
    let address = address.expose();
    let known = address.starts_with("postgres://") || address.starts_with("postgresql://");
    // The driver's own error may quote the address, and the address holds a password.
    let options = PgConnectOptions::from_str(address).ok().filter(|_| known).ok_or(OpenError::Address)?;
    Ok(verified(options).application_name("headwater").disable_statement_logging())
}

/// To another machine the connection is encrypted and the server's certificate checked, unless the address says
/// otherwise. The driver's own default would take no encryption where somebody in between says there is none; and
/// `require` would encrypt for whoever answers, which keeps nobody in between from reading along. What must not be
/// checked has to be said: `disable`, or `verify-ca` with `sslrootcert`.
fn verified(options: PgConnectOptions) -> PgConnectOptions {
    let host = options.get_host();
    let here = host.starts_with('/') || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&host);
    let local = here || options.get_socket().is_some();
    if !local && matches!(options.get_ssl_mode(), PgSslMode::Prefer | PgSslMode::Allow | PgSslMode::Require) {
        return options.ssl_mode(PgSslMode::VerifyFull);
    }
    options
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f12_another_machine_has_to_prove_who_it_is() {
        let mode = |address: &str| {
            format!("{:?}", options(&Secret::new(address.to_owned())).unwrap().get_ssl_mode())
        };
        for address in [
            "postgres://u:p@db.example/h",
            "postgres://10.0.0.5/h?sslmode=prefer",
            "postgres://db.example/h?sslmode=allow",
            "postgres://db.example/h?sslmode=require",
        ] {
            assert_eq!(mode(address), "VerifyFull", "{address}");
        }
        for (address, expected) in [
            ("postgres://u@db.example/h?sslmode=disable", "Disable"),
            ("postgres://u@db.example/h?sslmode=verify-ca", "VerifyCa"),
            ("postgres://u@localhost/h", "Prefer"),
            ("postgres://u@localhost/h?host=/run/postgresql", "Prefer"),
            ("postgres://u@127.0.0.1:5433/h", "Prefer"),
        ] {
            assert_eq!(mode(address), expected, "{address}");
        }
    }
}
