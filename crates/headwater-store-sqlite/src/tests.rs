//! The suite that every store must pass, and what only this store promises.

mod crash;
mod file;
mod secrets;
mod trouble;

use std::path::PathBuf;

use headwater_domain::account::{ConnectedAccount, Owner};
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_domain::name::{ConnectionName, Identifier};
use headwater_domain::provider::ProviderKey;
use headwater_domain::time::Timestamp;
use headwater_ports::store::Store;
use tempfile::TempDir;
use url::Url;

use crate::SqliteStore;

headwater_ports::store_suite!(crate::tests::open);

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

/// An empty store in a directory of its own.
async fn open() -> (SqliteStore, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&path(&directory)).await.unwrap();
    (store, directory)
}

fn path(directory: &TempDir) -> PathBuf {
    directory.path().join("headwater.db")
}

fn connection(number: u32) -> Connection {
    let url = || Url::parse("https://provider.example/").unwrap();
    Connection {
        id: ConnectionId::generate(NOW, number),
        name: ConnectionName::parse(&format!("wiki-{number}")).unwrap(),
        provider: ProviderKey::new("CONFLUENCE"),
        client_id: "client".to_owned(),
        client_secret: None,
        scopes: Vec::new(),
        endpoints: Endpoints { authorize: url(), token: url(), resources: url(), api_base: url() },
        pkce: false,
        additional_tools: false,
        enabled: true,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

fn account(number: u32, connection: &Connection) -> ConnectedAccount {
    let identifier = Identifier::parse(&format!("user-{number}")).unwrap();
    let owner = Owner { identifier, organization_id: None, user_id: None };
    ConnectedAccount::pending(AccountId::generate(NOW, number), connection.id.clone(), owner, NOW)
}

async fn add(store: &SqliteStore, connection: &Connection) {
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_connection(connection).await.unwrap());
    tx.commit().await.unwrap();
}

async fn has(store: &SqliteStore, connection: &Connection) -> bool {
    store.read().await.unwrap().connection(&connection.id).await.unwrap().is_some()
}
