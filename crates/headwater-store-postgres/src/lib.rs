//! Storage in PostgreSQL, for several replicas.
//!
//! Rows are the locks: what a writing transaction reads by its key stays as it was read until the transaction
//! ends. No advisory locks, no notifications, no sequences, so that databases which speak PostgreSQL's protocol
//! can serve as well.

mod accounts;
mod api_clients;
mod audit;
mod connections;
mod deliveries;
mod deployment;
mod error;
mod events;
mod flows;
mod grants;
mod key_material;
mod migrations;
mod open;
mod record;
mod refreshes;
mod seals;
mod store;
#[cfg(test)]
mod tests;
mod transaction;
mod webhooks;

pub use open::OpenError;
pub use store::PostgresStore;
