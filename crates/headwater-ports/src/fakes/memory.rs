//! A store in memory, for tests that need thousands of stores or that must not depend on a disk. It passes the same
//! suite as the real ones.

mod accounts;
mod audit;
mod connections;
mod deliveries;
mod deployments;
mod events;
mod flows;
mod grants;
mod others;
mod refreshes;
mod seals;
mod webhooks;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::lock::{Mutex as AsyncMutex, OwnedMutexGuard};
use headwater_domain::account::ConnectedAccount;
use headwater_domain::api_client::ApiClient;
use headwater_domain::audit::AuditEntry;
use headwater_domain::connection::Connection;
use headwater_domain::delivery::Delivery;
use headwater_domain::deployment::Deployment;
use headwater_domain::flow::ConnectFlow;
use headwater_domain::id::{AccountId, ClientId, ConnectionId, FlowId, SigningKeyId, WebhookId};
use headwater_domain::sealed::Sealed;
use headwater_domain::webhook::Webhook;

use crate::store::{Store, StoreError, StoredSigningKey, Tx};
use events::StoredEvent;
use grants::Row;

/// Storage in memory.
#[derive(Default)]
pub struct MemoryStore {
    committed: Arc<Mutex<State>>,
    writer: Arc<AsyncMutex<()>>,
    audit_refused: Arc<AtomicBool>,
}

impl MemoryStore {
    /// Switches the audit log off: while it is true, no entry can be added.
    pub fn audit_switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.audit_refused)
    }

    fn begin(&self, state: State, writer: Option<OwnedMutexGuard<()>>) -> MemoryTx {
        let committed = Arc::clone(&self.committed);
        let audit_refused = Arc::clone(&self.audit_refused);
        MemoryTx { state, committed, writer, audit_refused }
    }
}

/// Everything that is stored.
#[derive(Clone, Default)]
struct State {
    connections: BTreeMap<ConnectionId, Connection>,
    accounts: BTreeMap<AccountId, ConnectedAccount>,
    grants: BTreeMap<AccountId, Row>,
    flows: BTreeMap<FlowId, (ConnectFlow, Option<[u8; 32]>)>,
    api_clients: BTreeMap<ClientId, ApiClient>,
    signing_keys: BTreeMap<SigningKeyId, StoredSigningKey>,
    key_check: Option<Sealed>,
    webhooks: BTreeMap<WebhookId, Webhook>,
    /// In the order in which they were added.
    events: Arc<Vec<Arc<StoredEvent>>>,
    deliveries: Arc<Vec<Delivery>>,
    audit: Arc<Vec<Arc<AuditEntry>>>,
    deployment: Option<Deployment>,
}

/// A unit of work on a copy of everything.
struct MemoryTx {
    state: State,
    committed: Arc<Mutex<State>>,
    /// Held by the one that writes.
    writer: Option<OwnedMutexGuard<()>>,
    audit_refused: Arc<AtomicBool>,
}

impl MemoryTx {
    fn change(&mut self) -> Result<&mut State, StoreError> {
        if self.writer.is_none() {
            return Err(refused("write in a transaction that reads"));
        }
        Ok(&mut self.state)
    }
}

fn refused(action: &'static str) -> StoreError {
    StoreError::Database { action, source: "the store in memory refuses".into() }
}

#[async_trait]
impl Store for MemoryStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        let state = self.committed.lock().map_err(|_| refused("begin to read"))?.clone();
        Ok(Box::new(self.begin(state, None)))
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        let writer = Some(Arc::clone(&self.writer).lock_owned().await);
        let state = self.committed.lock().map_err(|_| refused("begin to write"))?.clone();
        Ok(Box::new(self.begin(state, writer)))
    }

    async fn place(&self) -> Result<String, StoreError> {
        Ok("memory".to_owned())
    }
}

#[async_trait]
impl Tx for MemoryTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        if self.writer.is_some() {
            *self.committed.lock().map_err(|_| refused("commit"))? = self.state;
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "store-suite"))]
mod tests {
    use super::MemoryStore;

    crate::store_suite!(crate::fakes::memory::tests::open);

    fn open() -> std::future::Ready<(MemoryStore, ())> {
        std::future::ready((MemoryStore::default(), ()))
    }
}
