//! Cases about grants.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use std::time::Duration;

use headwater_domain::grant::SealedGrant;
use headwater_domain::id::AccountId;
use headwater_domain::time::Timestamp;

use super::samples::{account, active, after, assert_same, connection, grant, sealed, seed};
use super::winners;
use crate::store::{LeaseId, Store};

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

/// Two active accounts with consents of different ages, and one that is not active.
async fn consents(store: &impl Store) -> [(AccountId, Timestamp); 2] {
    let wiki = connection(1, "wiki");
    let (ann, ben, eve) = (active(1, &wiki, "ann"), active(2, &wiki, "ben"), account(3, &wiki, "eve"));
    seed(store, &wiki, &[&ann, &ben, &eve]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for (id, seconds) in [(&ann.id, 20), (&ben.id, 10), (&eve.id, 0)] {
        tx.put_grant(&SealedGrant { obtained_at: after(seconds), ..grant(id, 1) }).await.unwrap();
    }
    tx.commit().await.unwrap();
    [(ben.id, after(10)), (ann.id, after(20))]
}

/// Old consents of active accounts are found until it is noted that the application was told.
pub async fn what_ends_soon_is_told_of_once(store: &impl Store) {
    let found = consents(store).await;
    let mut tx = store.write().await.unwrap();
    for (before, limit, expected) in [(9, 9, 0), (10, 9, 1), (99, 9, 2), (99, 1, 1)] {
        let these = tx.grants_to_tell_of(after(before), 30, limit).await.unwrap();
        assert_eq!(these, found[..expected], "{before} {limit}");
    }
    let ben = &found[0].0;
    for (granted, days, noted) in
        [(11, 30, false), (10, 30, true), (10, 30, false), (10, 7, true), (10, 30, false)]
    {
        assert_eq!(tx.note_told(ben, after(granted), days).await.unwrap(), noted, "{granted} {days}");
    }
    assert_eq!(tx.grants_to_tell_of(after(99), 7, 9).await.unwrap(), found[1..]);
    assert_eq!(tx.grants_to_tell_of(after(99), 1, 9).await.unwrap(), found, "the next warning");
}

/// A refresh changes nothing about the age of a consent, a new consent does.
pub async fn a_refresh_makes_no_consent_younger(store: &impl Store) {
    let [(ben, granted), ann] = consents(store).await;
    let mut tx = store.write().await.unwrap();
    assert!(tx.note_told(&ben, granted, 30).await.unwrap());
    let lease = LeaseId(7);
    tx.lease_refresh(&ben, 1, lease, Duration::from_secs(9), after(50)).await.unwrap();
    let refreshed = SealedGrant { obtained_at: after(50), ..grant(&ben, 2) };
    assert!(tx.put_refreshed_grant(&refreshed, lease).await.unwrap());
    let left = tx.grants_to_tell_of(after(99), 30, 9).await.unwrap();
    assert_eq!(left, std::slice::from_ref(&ann));
    assert_eq!(tx.grants_to_tell_of(after(99), 7, 9).await.unwrap()[0], (ben.clone(), granted));
    tx.put_grant(&SealedGrant { obtained_at: after(60), ..grant(&ben, 3) }).await.unwrap();
    assert_eq!(tx.grants_to_tell_of(after(99), 30, 9).await.unwrap(), [ann, (ben, after(60))]);
}
