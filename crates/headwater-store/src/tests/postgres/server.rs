//! Databases for the tests of this process.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use headwater_domain::secret::Secret;
use headwater_e2e::postgres::Postgres;
use sqlx::{Connection as _, PgConnection};

/// One server for all of them. It ends when this process does.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start().unwrap());

/// The address of a new, empty schema: to those who use it a database of their own, but made in no time.
pub(super) async fn database() -> Secret {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let address = SERVER.address();
    let mut connection = PgConnection::connect(&address).await.unwrap();
    let statement = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    Secret::new(format!("{address}&options=-csearch_path%3D{name}"))
}
