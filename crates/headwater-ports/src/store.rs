//! Storage: one transaction object, one trait per aggregate.
//!
//! Work happens in a [`Tx`]. A transaction that is dropped without [`Tx::commit`] never happened. None may be
//! open across a call to a provider. "Not there" is `Ok(None)`, "somebody was faster" is `Ok(false)`; errors are
//! for storage that does not work.

mod accounts;
mod api_clients;
mod audit;
mod connections;
mod deliveries;
mod deployments;
mod events;
mod flows;
mod grants;
mod key_material;
mod refreshes;
mod seals;
mod webhooks;

use async_trait::async_trait;

pub use accounts::{AccountFilter, Accounts};
pub use api_clients::ApiClients;
pub use audit::{AuditFilter, AuditLog};
pub use connections::{ConnectionFilter, Connections};
pub use deliveries::{Deliveries, DeliveryFilter};
pub use deployments::Deployments;
pub use events::{EventFilter, Events};
pub use flows::Flows;
pub use grants::Grants;
pub use key_material::{KeyMaterial, StoredSigningKey};
pub use refreshes::{Due, LeaseId, Leasing, Refreshes};
pub use seals::{SealedField, SealedRecord, Seals};
pub use webhooks::Webhooks;

use crate::upstream::BoxError;

/// Storage that does not work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database failed to {action}")]
    Database {
        /// What was being done, to complete "failed to".
        action: &'static str,
        /// What the driver said.
        #[source]
        source: BoxError,
    },
    /// A stored row does not make sense.
    #[error("a stored {record} cannot be read: {reason}")]
    Corrupt {
        /// The kind of record.
        record: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// Opens transactions.
#[async_trait]
pub trait Store: Send + Sync {
    /// A transaction that reads one consistent state. Writes in it fail.
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// A transaction that may write. Writers wait for each other.
    async fn write(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// What tells the database apart from a copy of it, as far as it can be told; the same for as long as it stays
    /// where it is.
    async fn place(&self) -> Result<String, StoreError>;
}

/// A unit of work.
#[async_trait]
pub trait Tx:
    Connections
    + Accounts
    + Grants
    + Refreshes
    + Flows
    + ApiClients
    + KeyMaterial
    + Events
    + Webhooks
    + Deliveries
    + AuditLog
    + Seals
    + Deployments
    + Send
{
    /// Makes the work durable: when this returns, it survives a crash.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
