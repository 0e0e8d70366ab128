//! Records for the tests.

use headwater_domain::account::{ConnectedAccount, Owner};
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_domain::name::{ConnectionName, Identifier};
use headwater_domain::provider::ProviderKey;
use headwater_domain::time::Timestamp;
use headwater_ports::store::Store;
use url::Url;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

pub(super) fn connection(number: u32) -> Connection {
    let url = || Url::parse("https://provider.example/").unwrap();
    Connection {
        id: ConnectionId::generate(NOW, u64::from(number)),
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

pub(super) fn account(number: u32, connection: &Connection) -> ConnectedAccount {
    let identifier = Identifier::parse(&format!("user-{number}")).unwrap();
    let owner = Owner { identifier, organization_id: None, user_id: None };
    ConnectedAccount::pending(AccountId::generate(NOW, u64::from(number)), connection.id.clone(), owner, NOW)
}

pub(super) async fn add(store: &impl Store, connection: &Connection) {
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_connection(connection).await.unwrap());
    tx.commit().await.unwrap();
}

pub(super) async fn has(store: &impl Store, connection: &Connection) -> bool {
    store.read().await.unwrap().connection(&connection.id).await.unwrap().is_some()
}
