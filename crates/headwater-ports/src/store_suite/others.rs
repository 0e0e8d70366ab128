//! Cases about API clients and keys.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::api_client::{ApiClient, ClientSecretDigest};
use headwater_domain::id::{ClientId, SigningKeyId};
use headwater_domain::role::{Role, Roles};
use headwater_domain::sealed::Sealed;

use super::samples::{NOW, after, assert_same, sealed};
use super::winners;
use crate::store::{Store, StoredSigningKey};

/// What was written is what is read; the same id is the same client.
pub async fn api_clients_survive(store: &impl Store) {
    let secret = |byte, expires_at| ClientSecretDigest { digest: [byte; 32], created_at: NOW, expires_at };
    let mut client = ApiClient {
        id: ClientId::generate(NOW, 1),
        name: "one".to_owned(),
        roles: Roles::USE,
        secrets: vec![secret(1, None)],
        created_at: NOW,
    };
    let other = ApiClient {
        id: ClientId::generate(NOW, 2),
        name: "two".to_owned(),
        roles: Roles::NONE,
        secrets: Vec::new(),
        created_at: NOW,
    };
    let mut tx = store.write().await.unwrap();
    tx.put_api_client(&client).await.unwrap();
    tx.put_api_client(&other).await.unwrap();
    client.secrets.push(secret(2, Some(NOW)));
    client.roles = [Role::Read, Role::Credentials].into_iter().collect();
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
        private_key: sealed("private key"),
        created_at: headwater_domain::time::Timestamp::from_seconds(seconds),
    };
    let mut tx = store.write().await.unwrap();
    assert!(tx.signing_keys().await.unwrap().is_empty());
    tx.insert_signing_key(&key(1, 1)).await.unwrap();
    tx.insert_signing_key(&key(2, 2)).await.unwrap();
    let found = tx.signing_keys().await.unwrap();
    assert!(found.iter().all(|it| it.private_key == sealed("private key")));
    assert_same(&found, &vec![key(2, 2), key(1, 1)]);
    assert!(tx.delete_signing_key(&key(1, 1).id).await.unwrap());
    assert!(!tx.delete_signing_key(&key(1, 1).id).await.unwrap());
    assert_same(&tx.signing_keys().await.unwrap(), &vec![key(2, 2)]);
    assert!(tx.key_check().await.unwrap().is_none());
    for text in [&b"one"[..], b"two"] {
        let sealed = Sealed::from_bytes(text);
        tx.put_key_check(&sealed).await.unwrap();
        assert_eq!(tx.key_check().await.unwrap(), Some(sealed));
    }
}

/// Whatever the order in which they were stored.
pub async fn api_clients_come_oldest_first(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    assert!(tx.list_api_clients().await.unwrap().is_empty());
    for (number, seconds) in [(1, 5), (2, 0), (3, 9), (4, 5)] {
        let client = ApiClient {
            id: ClientId::generate(NOW, number),
            name: number.to_string(),
            roles: Roles::ALL,
            secrets: Vec::new(),
            created_at: after(seconds),
        };
        tx.put_api_client(&client).await.unwrap();
    }
    let names: Vec<_> = tx.list_api_clients().await.unwrap().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["2", "1", "4", "3"]);
}

/// A key is never replaced by another of its name.
pub async fn a_signing_key_is_added_once(store: &impl Store) {
    let key = |text| StoredSigningKey {
        id: SigningKeyId::generate(NOW, 1),
        private_key: sealed(text),
        created_at: NOW,
    };
    let mut tx = store.write().await.unwrap();
    tx.insert_signing_key(&key("first")).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.write().await.unwrap().insert_signing_key(&key("second")).await.is_err());
    let stored = store.read().await.unwrap().signing_keys().await.unwrap();
    assert_eq!(stored.iter().map(|it| &it.private_key).collect::<Vec<_>>(), [&sealed("first")]);
}

/// Processes that start at the same moment on a new database.
pub async fn of_many_that_find_no_signing_key_one_makes_it(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    tx.put_key_check(&sealed("check")).await.unwrap();
    tx.commit().await.unwrap();
    let made = winners(async |number| {
        let mut tx = store.write().await.unwrap();
        let first = tx.signing_keys().await.unwrap().is_empty();
        if first {
            let id = SigningKeyId::generate(NOW, u64::from(number));
            let key = StoredSigningKey { id, private_key: sealed("key"), created_at: NOW };
            tx.insert_signing_key(&key).await.unwrap();
        }
        tx.commit().await.unwrap();
        first
    })
    .await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(store.read().await.unwrap().signing_keys().await.unwrap().len(), 1);
}
