//! Cases about grants.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::grant::SealedGrant;

use super::samples::{account, assert_same, connection, grant, sealed, seed};
use super::winners;
use crate::store::Store;

/// What was written is what is read.
pub async fn every_field_survives(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let (user, other) = (account(1, &wiki, "user"), account(2, &wiki, "other"));
    seed(store, &wiki, &[&user, &other]).await.unwrap();
    let bare =
        SealedGrant { refresh_token: None, scopes: Vec::new(), expires_at: None, ..grant(&other.id, 1) };
    let mut tx = store.write().await.unwrap();
    for it in [grant(&user.id, 1), bare] {
        assert!(tx.grant(&it.account_id).await.unwrap().is_none());
        assert!(tx.put_grant(&it).await.unwrap());
        let found = tx.grant(&it.account_id).await.unwrap().unwrap();
        assert_same(&found, &it);
        assert_eq!((found.access_token, found.refresh_token), (it.access_token, it.refresh_token));
    }
}

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

/// A refusal has no effect at all.
pub async fn a_refused_grant_changes_nothing(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for (generation, stands) in [(1, 1), (2, 2)] {
        assert!(tx.put_grant(&grant(&user.id, generation)).await.unwrap());
        for refused in [0, 1, 2, 4, 1 << 40] {
            if refused != stands + 1 {
                assert!(
                    !tx.put_grant(&SealedGrant { scopes: Vec::new(), ..grant(&user.id, refused) })
                        .await
                        .unwrap()
                );
            }
        }
        let found = tx.grant(&user.id).await.unwrap().unwrap();
        assert_same(&found, &grant(&user.id, stands));
        assert_eq!(found.access_token, grant(&user.id, stands).access_token);
    }
}

/// Writers that all saw generation 1.
pub async fn of_many_writers_one_wins(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    for generation in [1, 2, 3] {
        let mine = |number: u32| SealedGrant {
            access_token: sealed(&number.to_string()),
            ..grant(&user.id, generation)
        };
        let won = winners(async |number| {
            let mut tx = store.write().await.unwrap();
            let won = tx.put_grant(&mine(number)).await.unwrap();
            tx.commit().await.unwrap();
            won
        })
        .await;
        let stored = store.read().await.unwrap().grant(&user.id).await.unwrap().unwrap();
        assert_eq!(
            won.iter().map(|number| mine(*number).access_token).collect::<Vec<_>>(),
            [stored.access_token]
        );
        assert_eq!(stored.generation, generation);
    }
}
