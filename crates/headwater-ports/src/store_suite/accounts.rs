//! Cases about connected accounts.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::account::{AccountStatus, ConnectedAccount, Owner};
use headwater_domain::page::{Listing, Page};
use headwater_domain::time::Timestamp;
use serde_json::json;

use super::samples::{NOW, account, active, assert_same, connection, grant, owner, seed};
use crate::store::{AccountFilter, Store};

const ALL: Page = Page { offset: 0, limit: 100 };

fn identifiers(listing: &Listing<ConnectedAccount>) -> Vec<String> {
    listing.items.iter().map(|it| it.owner.identifier.to_string()).collect()
}

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

/// Owners are the same only when identifier, organization and user are, byte for byte.
pub async fn an_owner_has_one_account_per_connection(store: &impl Store) {
    let (wiki, other) = (connection(1, "wiki"), connection(2, "other"));
    seed(store, &wiki, &[&account(1, &wiki, "user")]).await.unwrap();
    seed(store, &other, &[&account(2, &other, "user")]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(!tx.insert_account(&account(3, &wiki, "user")).await.unwrap());
    for (number, identifier) in (10..).zip(["User", "usеr", "user1", "us er", "café"]) {
        assert!(tx.insert_account(&account(number, &wiki, identifier)).await.unwrap(), "{identifier}");
    }
    let organized = Owner { organization_id: Some("org_1".to_owned()), ..owner("user") };
    let mut it = account(20, &wiki, "user");
    it.owner = organized.clone();
    assert!(tx.insert_account(&it).await.unwrap());
    assert_eq!(tx.account_of(&wiki.id, &organized).await.unwrap().unwrap().id, it.id);
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

/// Each part of a filter narrows.
pub async fn lists_are_filtered(store: &impl Store) {
    let (wiki, other) = (connection(1, "wiki"), connection(2, "other"));
    let mut organized = account(3, &other, "carol");
    organized.owner.organization_id = Some("org_1".to_owned());
    seed(store, &wiki, &[&account(1, &wiki, "alice"), &active(2, &wiki, "bob")]).await.unwrap();
    seed(store, &other, &[&organized, &active(4, &other, "alice")]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let none = AccountFilter::default();
    let table: Vec<(AccountFilter, &[&str])> = vec![
        (none.clone(), &["alice", "bob", "carol", "alice"]),
        (AccountFilter { connections: Some(vec![other.id.clone()]), ..none.clone() }, &["carol", "alice"]),
        (AccountFilter { connections: Some(Vec::new()), ..none.clone() }, &[]),
        (AccountFilter { identifier: Some("alice".to_owned()), ..none.clone() }, &["alice", "alice"]),
        (AccountFilter { organization_id: Some("org_1".to_owned()), ..none.clone() }, &["carol"]),
        (AccountFilter { active_only: true, ..none.clone() }, &["bob", "alice"]),
        (AccountFilter { query: Some("LIC".to_owned()), ..none.clone() }, &["alice", "alice"]),
        (AccountFilter { query: Some("othe".to_owned()), ..none }, &["carol", "alice"]),
    ];
    for (filter, expected) in table {
        let listing = tx.list_accounts(&filter, ALL).await.unwrap();
        assert_eq!(identifiers(&listing), expected, "{filter:?}");
        assert_eq!(listing.total as usize, expected.len());
    }
    let page = tx.list_accounts(&AccountFilter::default(), Page { offset: 1, limit: 2 }).await.unwrap();
    assert_eq!((identifiers(&page).len(), page.total), (2, 4));
}

/// Search text is text.
pub async fn wildcards_are_ordinary_characters(store: &impl Store) {
    let wiki = connection(1, "wiki");
    seed(store, &wiki, &[&account(1, &wiki, "50%"), &account(2, &wiki, "500"), &account(3, &wiki, "a\\b")])
        .await
        .unwrap();
    let mut tx = store.read().await.unwrap();
    for (query, expected) in [("50%", "50%"), ("a\\", "a\\b"), ("0%", "50%")] {
        let filter = AccountFilter { query: Some(query.to_owned()), ..AccountFilter::default() };
        assert_eq!(identifiers(&tx.list_accounts(&filter, ALL).await.unwrap()), [expected], "{query}");
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

/// Only active accounts that can be refreshed, and only those in time.
pub async fn expiring_accounts_come_soonest_first(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let at = |seconds: i64| Some(Timestamp::from_millis(NOW.millis() + seconds * 1000));
    let mut accounts: Vec<ConnectedAccount> =
        (1..=5).map(|number| active(number, &wiki, &format!("user{number}"))).collect();
    for (account, seconds) in accounts.iter_mut().zip([30, 10, 20, 5, 999]) {
        account.token_expires_at = at(seconds);
    }
    accounts[3].status = AccountStatus::Expired;
    let unrefreshable = active(6, &wiki, "user6");
    let mut all: Vec<&ConnectedAccount> = accounts.iter().collect();
    all.push(&unrefreshable);
    seed(store, &wiki, &all).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for account in &accounts {
        assert!(tx.put_grant(&grant(&account.id, 1)).await.unwrap());
    }
    let before = Timestamp::from_millis(NOW.millis() + 60_000);
    let due = tx.accounts_expiring(before, 10).await.unwrap();
    assert_eq!(due, [accounts[1].id.clone(), accounts[2].id.clone(), accounts[0].id.clone()]);
    assert_eq!(tx.accounts_expiring(before, 1).await.unwrap().len(), 1);
}
