//! Storage in one SQLite file, or in PostgreSQL for several replicas.
//!
//! There is one file per aggregate with its statements, which serve both databases. They run on a [`transaction`], which
//! knows the driver. What the two databases write differently is in [`dialect`]; how each is opened and kept up to date
//! is in [`sqlite`] and [`postgres`].

mod accounts;
mod api_clients;
mod audit;
mod connections;
mod deliveries;
mod deployment;
mod dialect;
mod error;
mod events;
mod flows;
mod grants;
mod key_material;
mod list;
mod migrations;
pub mod postgres;
mod record;
mod refreshes;
mod row;
mod seals;
pub mod sqlite;
mod statement;
mod transaction;
mod value;
mod webhooks;

#[cfg(test)]
mod tests;

pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;
