//! Cases about API clients, keys and transactions themselves.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::api_client::{ApiClient, ClientSecretDigest};
use headwater_domain::id::{ClientId, SigningKeyId};
use headwater_domain::sealed::Sealed;

use super::samples::{NOW, assert_same, connection, seed};
use crate::store::{Store, StoredSigningKey};

/// What was written is what is read; the same id is the same client.
pub async fn api_clients_survive(store: &impl Store) {
    let secret = |byte, expires_at| ClientSecretDigest { digest: [byte; 32], created_at: NOW, expires_at };
    let mut client = ApiClient {
        id: ClientId::generate(NOW, 1),
        name: "one".to_owned(),
        secrets: vec![secret(1, None)],
        created_at: NOW,
    };
    let other = ApiClient {
        id: ClientId::generate(NOW, 2),
        name: "two".to_owned(),
        secrets: Vec::new(),
        created_at: NOW,
    };
    let mut tx = store.write().await.unwrap();
    tx.put_api_client(&client).await.unwrap();
    tx.put_api_client(&other).await.unwrap();
    client.secrets.push(secret(2, Some(NOW)));
    tx.put_api_client(&client).await.unwrap();
    assert_same(&tx.api_client(&client.id).await.unwrap().unwrap(), &client);
    assert_same(&tx.list_api_clients().await.unwrap(), &vec![client.clone(), other]);
    assert!(tx.delete_api_client(&client.id).await.unwrap());
    assert!(!tx.delete_api_client(&client.id).await.unwrap());
    assert!(tx.api_client(&client.id).await.unwrap().is_none());
}

/// What was written is what is read; the newest signing key comes first.
pub async fn keys_survive(store: &impl Store) {
    let key = |number, seconds| StoredSigningKey {
        id: SigningKeyId::generate(NOW, number),
        private_key: Sealed::from_bytes(vec![1, 2, 3]),
        created_at: headwater_domain::time::Timestamp::from_seconds(seconds),
    };
    let mut tx = store.write().await.unwrap();
    assert!(tx.signing_keys().await.unwrap().is_empty());
    tx.insert_signing_key(&key(1, 1)).await.unwrap();
    tx.insert_signing_key(&key(2, 2)).await.unwrap();
    assert_same(&tx.signing_keys().await.unwrap(), &vec![key(2, 2), key(1, 1)]);
    assert!(tx.key_check().await.unwrap().is_none());
    for text in [&b"one"[..], b"two"] {
        let sealed = Sealed::from_bytes(text);
        tx.put_key_check(&sealed).await.unwrap();
        assert_eq!(tx.key_check().await.unwrap(), Some(sealed));
    }
}

/// Without a commit there was nothing.
pub async fn a_dropped_transaction_never_happened(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_connection(&wiki).await.unwrap());
    drop(tx);
    assert!(store.read().await.unwrap().connection(&wiki.id).await.unwrap().is_none());
    seed(store, &wiki, &[]).await.unwrap();
    assert!(store.read().await.unwrap().connection(&wiki.id).await.unwrap().is_some());
}

/// Reading cannot change anything by mistake.
pub async fn a_read_transaction_cannot_write(store: &impl Store) {
    let mut tx = store.read().await.unwrap();
    assert!(tx.insert_connection(&connection(1, "wiki")).await.is_err());
}
