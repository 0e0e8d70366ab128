//! Records to store.

use headwater_domain::account::{AccountStatus, ConnectedAccount, Owner};
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::event::{Event, EventKind};
use headwater_domain::flow::{ConnectFlow, Stage};
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::{AccountId, ConnectionId, EventId, FlowId, WebhookId};
use headwater_domain::name::{ConnectionName, Identifier};
use headwater_domain::page::Page;
use headwater_domain::provider::ProviderKey;
use headwater_domain::sealed::Sealed;
use headwater_domain::site::Site;
use headwater_domain::time::Timestamp;
use headwater_domain::webhook::{SigningSecret, Webhook};

use crate::store::{Store, StoreError};

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

pub(super) fn connection(number: u32, name: &str) -> Connection {
    let url = |path: &str| format!("https://provider.example{path}").parse().expect("invariant: a URL");
    Connection {
        id: ConnectionId::generate(NOW, u64::from(number)),
        name: ConnectionName::parse(name).expect("invariant: a name"),
        provider: ProviderKey::new("CONFLUENCE"),
        client_id: "client".to_owned(),
        client_secret: Some(sealed("client secret")),
        scopes: vec!["read:page:confluence".to_owned()],
        endpoints: Endpoints {
            authorize: url("/authorize"),
            token: url("/token"),
            resources: url("/resources"),
            api_base: url("/"),
        },
        pkce: true,
        additional_tools: true,
        enabled: true,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

pub(super) fn owner(identifier: &str) -> Owner {
    let identifier = Identifier::parse(identifier).expect("invariant: an identifier");
    Owner { identifier, organization_id: None, user_id: None }
}

pub(super) fn account(number: u32, connection: &Connection, identifier: &str) -> ConnectedAccount {
    ConnectedAccount::pending(
        AccountId::generate(NOW, u64::from(number)),
        connection.id.clone(),
        owner(identifier),
        NOW,
    )
}

pub(super) fn active(number: u32, connection: &Connection, identifier: &str) -> ConnectedAccount {
    let site = Site {
        cloud_id: "11111111-2222-3333-4444-555555555555".to_owned(),
        url: "https://example.atlassian.net".to_owned(),
        name: "example".to_owned(),
        scopes: vec!["read:page:confluence".to_owned()],
    };
    ConnectedAccount {
        status: AccountStatus::Active,
        site: Some(site),
        ..account(number, connection, identifier)
    }
}

pub(super) fn grant(account: &AccountId, generation: u64) -> SealedGrant {
    SealedGrant {
        account_id: account.clone(),
        generation,
        access_token: sealed(&format!("access {generation}")),
        refresh_token: Some(sealed(&format!("refresh {generation}"))),
        scopes: vec!["a".to_owned(), "b".to_owned()],
        obtained_at: NOW,
        expires_at: Some(Timestamp::from_millis(NOW.millis() + 3_600_000)),
    }
}

pub(super) fn flow(number: u32, account: &ConnectedAccount, link: u8) -> ConnectFlow {
    ConnectFlow {
        id: FlowId::generate(NOW, u64::from(number)),
        account_id: account.id.clone(),
        connection_id: account.connection_id.clone(),
        link_digest: [link; 32],
        caller_state: Some("state".to_owned()),
        user_verify_url: None,
        stage: Stage::Issued,
        created_at: NOW,
        expires_at: Timestamp::from_millis(NOW.millis() + 600_000),
        version: 1,
    }
}

pub(super) fn webhook(number: u32) -> Webhook {
    Webhook {
        id: WebhookId::generate(NOW, u64::from(number)),
        url: "https://app.example/hook?key=1".parse().expect("invariant: a URL"),
        kinds: Vec::new(),
        enabled: true,
        secret: SigningSecret { generation: 1, sealed: sealed("webhook secret") },
        previous: None,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

pub(super) fn event(number: u32, account: &ConnectedAccount) -> Event {
    Event {
        id: EventId::generate(NOW, u64::from(number)),
        kind: EventKind::Created,
        account_id: account.id.clone(),
        connection_id: account.connection_id.clone(),
        organization_id: None,
        data: serde_json::Map::from_iter([("status".to_owned(), "ACTIVE".into())]),
        occurred_at: NOW,
    }
}

/// Ciphertext that holds every byte value, so that a store that takes it for text is found out.
pub(super) fn sealed(text: &str) -> Sealed {
    let bytes: Vec<u8> = text.bytes().chain(0..=u8::MAX).collect();
    Sealed::from_bytes(bytes)
}

/// The moment `seconds` after [`NOW`].
pub(super) fn after(seconds: u64) -> Timestamp {
    NOW.plus(std::time::Duration::from_secs(seconds))
}

/// A page that holds everything.
pub(super) const ALL: Page = Page { offset: 0, limit: 100 };

/// Stores a connection and accounts on it.
pub(super) async fn seed(
    store: &impl Store,
    connection: &Connection,
    accounts: &[&ConnectedAccount],
) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    assert!(tx.insert_connection(connection).await?);
    for account in accounts {
        assert!(tx.insert_account(account).await?);
    }
    tx.commit().await
}

/// Two records are the same when they print the same. Sealed secrets print their length only: compare them besides.
pub(super) fn assert_same(one: &impl std::fmt::Debug, other: &impl std::fmt::Debug) {
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}
