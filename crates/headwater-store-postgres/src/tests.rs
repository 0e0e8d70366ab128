//! The suite that every store must pass, and what only this store promises.

mod races;
mod server;
mod trouble;

use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::id::ConnectionId;
use headwater_domain::name::ConnectionName;
use headwater_domain::provider::ProviderKey;
use headwater_domain::time::Timestamp;
use headwater_ports::store::Store;
use url::Url;

use crate::PostgresStore;

headwater_ports::store_suite!(crate::tests::open);

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

/// An empty store in a database of its own.
async fn open() -> (PostgresStore, ()) {
    (PostgresStore::open(&server::database().await, 8).await.unwrap(), ())
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

async fn add(store: &PostgresStore, connection: &Connection) {
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_connection(connection).await.unwrap());
    tx.commit().await.unwrap();
}

async fn has(store: &PostgresStore, connection: &Connection) -> bool {
    store.read().await.unwrap().connection(&connection.id).await.unwrap().is_some()
}
