//! The suite on PostgreSQL, and what only a server promises.

mod races;
mod server;
mod trouble;

use headwater_domain::connection::Connection;
use headwater_ports::store::Store as _;

use super::samples::{add, connection, has};
use crate::PostgresStore;

headwater_ports::store_suite!(crate::tests::postgres::open);

/// An empty store in a database of its own.
async fn open() -> (PostgresStore, ()) {
    (PostgresStore::open(&server::database().await, 8).await.unwrap(), ())
}
