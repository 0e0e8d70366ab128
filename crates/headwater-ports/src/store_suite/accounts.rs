//! Cases about connected accounts.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::time::Timestamp;
use serde_json::json;

use super::samples::{NOW, account, active, after, assert_same, connection, flow, grant, seed};
use super::winners;
use crate::store::Store;

/// What was written is what is read.
pub async fn every_field_survives(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let bare = account(1, &wiki, "bare");
    let mut full = active(2, &wiki, "full ✓");
    full.owner.organization_id = Some("org_1".to_owned());
    full.owner.user_id = Some("user_1".to_owned());
    full.provider_account_id = Some("712020:x".to_owned());
    full.api_config.insert("nested".to_owned(), json!({"a": [1, null]}));
    full.token_expires_at = Some(NOW);
    full.last_used_at = Some(NOW);
    seed(store, &wiki, &[&bare, &full]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    for it in [&bare, &full] {
        assert_same(&tx.account(&it.id).await.unwrap().unwrap(), it);
        assert_same(&tx.account_of(&wiki.id, &it.owner).await.unwrap().unwrap(), it);
    }
}

/// A write that did not see the latest version changes nothing; last use is not its business.
pub async fn the_later_writer_loses(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let mut it = account(1, &wiki, "user");
    seed(store, &wiki, &[&it]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.mark_accounts_used(&[(it.id.clone(), NOW)]).await.unwrap();
    it.version = 2;
    it.status = AccountStatus::Disconnected;
    assert!(tx.update_account(&it).await.unwrap());
    it.status = AccountStatus::Active;
    assert!(!tx.update_account(&it).await.unwrap());
    let stored = tx.account(&it.id).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.last_used_at), (AccountStatus::Disconnected, Some(NOW)));
    assert!(tx.delete_account(&it.id).await.unwrap());
    assert!(!tx.delete_account(&it.id).await.unwrap());
}

/// Writers that all saw the same version.
pub async fn of_many_writers_one_wins(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let won = winners(async |number| {
        let mine = ConnectedAccount {
            provider_account_id: Some(number.to_string()),
            version: 2,
            ..account(1, &wiki, "user")
        };
        let mut tx = store.write().await.unwrap();
        let won = tx.update_account(&mine).await.unwrap();
        tx.commit().await.unwrap();
        won
    })
    .await;
    let stored = store.read().await.unwrap().account(&user.id).await.unwrap().unwrap();
    assert_eq!(won.iter().map(u32::to_string).collect::<Vec<_>>(), [stored.provider_account_id.unwrap()]);
}

/// There is no account on a connection that is not there, and none comes back by being changed.
pub async fn an_account_needs_its_connection(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let mut user = account(1, &wiki, "user");
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_account(&user).await.is_err());
    drop(tx);
    user.version = 2;
    let mut tx = store.write().await.unwrap();
    assert!(!tx.update_account(&user).await.unwrap());
    assert!(tx.account(&user.id).await.unwrap().is_none());
}

/// Grant and flows go with their account, and with no other.
pub async fn deleting_takes_grant_and_flows_along(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let (user, stays) = (account(1, &wiki, "user"), account(2, &wiki, "stays"));
    seed(store, &wiki, &[&user, &stays]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for (number, account) in [(1, &user), (2, &stays)] {
        assert!(tx.put_grant(&grant(&account.id, 1)).await.unwrap());
        tx.insert_flow(&flow(number.into(), account, number)).await.unwrap();
    }
    assert!(tx.delete_account(&user.id).await.unwrap());
    for (number, account, there) in [(1, &user, false), (2, &stays, true)] {
        assert_eq!(tx.account(&account.id).await.unwrap().is_some(), there);
        assert_eq!(tx.grant(&account.id).await.unwrap().is_some(), there);
        assert_eq!(tx.flow_by_link(&[number; 32]).await.unwrap().is_some(), there);
    }
}

/// Marks may come late and out of order.
pub async fn last_use_never_moves_back(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let it = account(1, &wiki, "user");
    seed(store, &wiki, &[&it]).await.unwrap();
    let later = Timestamp::from_millis(NOW.millis() + 1);
    let unknown = account(9, &wiki, "nobody").id;
    let mut tx = store.write().await.unwrap();
    tx.mark_accounts_used(&[(it.id.clone(), later), (unknown, later)]).await.unwrap();
    tx.mark_accounts_used(&[(it.id.clone(), NOW)]).await.unwrap();
    assert_eq!(tx.account(&it.id).await.unwrap().unwrap().last_used_at, Some(later));
}

/// Whoever changes an account may have read it before it was used last.
pub async fn a_change_leaves_last_use_alone(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let mut it = account(1, &wiki, "user");
    it.last_used_at = Some(NOW);
    seed(store, &wiki, &[&it]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.mark_accounts_used(&[(it.id.clone(), after(9)), (it.id.clone(), after(3))]).await.unwrap();
    tx.mark_accounts_used(&[]).await.unwrap();
    for (version, outdated) in [(2, None), (3, Some(NOW)), (4, Some(after(99)))] {
        it.version = version;
        it.last_used_at = outdated;
        assert!(tx.update_account(&it).await.unwrap(), "marks are no change of the account");
        assert_eq!(tx.account(&it.id).await.unwrap().unwrap().last_used_at, Some(after(9)));
    }
}
