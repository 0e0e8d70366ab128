//! Cases about grants.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use super::samples::{account, assert_same, connection, grant, seed};
use crate::store::Store;

/// First comes 1, then the next number, and nothing else.
pub async fn generations_follow_each_other(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for (generation, accepted) in
        [(2, false), (1, true), (1, false), (3, false), (2, true), (2, false), (3, true)]
    {
        assert_eq!(tx.put_grant(&grant(&user.id, generation)).await.unwrap(), accepted, "{generation}");
    }
    assert_same(&tx.grant(&user.id).await.unwrap().unwrap(), &grant(&user.id, 3));
    let mut bare = grant(&user.id, 4);
    bare.refresh_token = None;
    bare.expires_at = None;
    assert!(tx.put_grant(&bare).await.unwrap());
    assert_same(&tx.grant(&user.id).await.unwrap().unwrap(), &bare);
    assert!(tx.delete_grant(&user.id).await.unwrap());
    assert!(!tx.delete_grant(&user.id).await.unwrap());
    assert!(tx.put_grant(&grant(&user.id, 1)).await.unwrap());
}

/// A refresh that comes home after its account was deleted finds nothing to write to.
pub async fn a_grant_needs_its_account(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(tx.put_grant(&grant(&user.id, 1)).await.unwrap());
    assert!(tx.delete_account(&user.id).await.unwrap());
    assert!(tx.grant(&user.id).await.unwrap().is_none());
    for generation in [1, 2] {
        assert!(!tx.put_grant(&grant(&user.id, generation)).await.unwrap(), "{generation}");
    }
}

/// Two writers that both saw generation 1.
pub async fn of_two_writers_one_wins(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(tx.put_grant(&grant(&user.id, 1)).await.unwrap());
    tx.commit().await.unwrap();
    let write = || async {
        let mut tx = store.write().await.unwrap();
        let won = tx.put_grant(&grant(&user.id, 2)).await.unwrap();
        tx.commit().await.unwrap();
        u8::from(won)
    };
    let (one, other) = futures_util::join!(write(), write());
    assert_eq!(one + other, 1);
}
