//! Storage in one SQLite file.
//!
//! One connection writes and four read; readers see the last committed state and never wait for the writer. A
//! commit is on the disk when it returns.

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
pub use store::SqliteStore;
