//! Cases about lists.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::account::ConnectedAccount;
use headwater_domain::connection::Connection;
use headwater_domain::page::{Listing, Page};

use super::samples::{ALL, account, active, after, connection, seed};
use crate::store::{AccountFilter, ConnectionFilter, Store};

fn identifiers(listing: &Listing<ConnectedAccount>) -> Vec<String> {
    listing.items.iter().map(|it| it.owner.identifier.to_string()).collect()
}

/// Filters narrow, pages cut.
pub async fn connections_are_filtered_and_paged(store: &impl Store) {
    for (number, name) in (1..).zip(["b_1", "a", "c", "b%1"]) {
        seed(store, &connection(number, &name.replace('%', ":")), &[]).await.unwrap();
    }
    let mut tx = store.read().await.unwrap();
    let names =
        |listing: Listing<Connection>| listing.items.iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
    let all = tx.list_connections(&ConnectionFilter::default(), ALL).await.unwrap();
    assert_eq!(all.total, 4);
    assert_eq!(names(all), ["a", "b:1", "b_1", "c"]);
    let second =
        tx.list_connections(&ConnectionFilter::default(), Page { offset: 1, limit: 2 }).await.unwrap();
    assert_eq!(second.total, 4);
    assert_eq!(names(second), ["b:1", "b_1"]);
    let beyond =
        tx.list_connections(&ConnectionFilter::default(), Page { offset: 9, limit: 2 }).await.unwrap();
    assert_eq!((beyond.items.len(), beyond.total), (0, 4));
    let query = ConnectionFilter { query: Some("B_".to_owned()), ..ConnectionFilter::default() };
    assert_eq!(names(tx.list_connections(&query, ALL).await.unwrap()), ["b_1"]);
    let provider = ConnectionFilter { provider: Some("JIRA".to_owned()), ..ConnectionFilter::default() };
    assert_eq!(tx.list_connections(&provider, ALL).await.unwrap().total, 0);
}

/// Each part of a filter narrows.
pub async fn accounts_are_filtered(store: &impl Store) {
    let (wiki, other) = (connection(1, "wiki"), connection(2, "other"));
    let mut organized = account(3, &other, "carol");
    organized.owner.organization_id = Some("org_1".to_owned());
    organized.owner.user_id = Some("user_1".to_owned());
    organized.provider_account_id = Some("712020:carol".to_owned());
    seed(store, &wiki, &[&account(1, &wiki, "alice"), &active(2, &wiki, "bob")]).await.unwrap();
    seed(store, &other, &[&organized, &active(4, &other, "alice")]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let none = AccountFilter::default();
    let text = || Some(String::new());
    let empty = AccountFilter {
        identifier: text(),
        organization_id: text(),
        user_id: text(),
        provider_account_id: text(),
        query: text(),
        ..none.clone()
    };
    let table: Vec<(AccountFilter, &[&str])> = vec![
        (none.clone(), &["alice", "bob", "carol", "alice"]),
        (AccountFilter { connections: Some(vec![other.id.clone()]), ..none.clone() }, &["carol", "alice"]),
        (AccountFilter { connections: Some(Vec::new()), ..none.clone() }, &[]),
        (AccountFilter { identifier: Some("alice".to_owned()), ..none.clone() }, &["alice", "alice"]),
        (AccountFilter { organization_id: Some("org_1".to_owned()), ..none.clone() }, &["carol"]),
        (AccountFilter { provider_account_id: Some("712020:carol".to_owned()), ..none.clone() }, &["carol"]),
        (AccountFilter { provider_account_id: Some("712020:CAROL".to_owned()), ..none.clone() }, &[]),
        (AccountFilter { active_only: true, ..none.clone() }, &["bob", "alice"]),
        (AccountFilter { query: Some("LIC".to_owned()), ..none.clone() }, &["alice", "alice"]),
        (AccountFilter { query: Some("othe".to_owned()), ..none.clone() }, &["carol", "alice"]),
        (
            AccountFilter { query: Some("CA_".to_owned()), ..none.clone() },
            &["alice", "bob", "carol", "alice"],
        ),
        (AccountFilter { query: Some("user_1".to_owned()), ..none.clone() }, &[]),
        (AccountFilter { identifier: Some("Alice".to_owned()), ..none.clone() }, &[]),
        (AccountFilter { user_id: Some("user_1".to_owned()), ..none.clone() }, &["carol"]),
        (AccountFilter { user_id: Some("org_1".to_owned()), ..none.clone() }, &[]),
        (AccountFilter { active_only: true, identifier: Some("alice".to_owned()), ..none }, &["alice"]),
        (empty, &["alice", "bob", "carol", "alice"]),
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
pub async fn d5_wildcards_are_ordinary_characters(store: &impl Store) {
    let wiki = connection(1, "wiki");
    seed(store, &wiki, &[&account(1, &wiki, "50%"), &account(2, &wiki, "500"), &account(3, &wiki, "a\\b")])
        .await
        .unwrap();
    let mut tx = store.read().await.unwrap();
    for (query, expected) in [("50%", "50%"), ("a\\", "a\\b"), ("0%", "50%"), ("\\B", "a\\b")] {
        let filter = AccountFilter { query: Some(query.to_owned()), ..AccountFilter::default() };
        assert_eq!(identifiers(&tx.list_accounts(&filter, ALL).await.unwrap()), [expected], "{query}");
    }
}

/// Oldest first, and by id where the age is the same.
pub async fn pages_visit_every_account_once(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let mut accounts: Vec<ConnectedAccount> =
        (1..=7).map(|number| account(number, &wiki, &format!("user{number}"))).collect();
    for (account, seconds) in accounts.iter_mut().zip([5, 5, 5, 1, 9, 9, 0]) {
        account.created_at = after(seconds);
    }
    seed(store, &wiki, &accounts.iter().collect::<Vec<_>>()).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let (mut seen, mut offset) = (Vec::new(), 0);
    while offset < 9 {
        let page = tx.list_accounts(&AccountFilter::default(), Page { offset, limit: 3 }).await.unwrap();
        assert_eq!(page.total, 7);
        seen.extend(identifiers(&page));
        offset += 3;
    }
    assert_eq!(seen, ["user7", "user4", "user1", "user2", "user3", "user5", "user6"]);
    let last = Page { offset: u32::MAX, limit: u32::MAX };
    assert_eq!(tx.list_accounts(&AccountFilter::default(), last).await.unwrap().items.len(), 0);
}

/// Neither long texts, nor quotes, nor the NUL character are anything special.
pub async fn d5_odd_search_texts_find_nothing(store: &impl Store) {
    let wiki = connection(1, "wiki");
    seed(store, &wiki, &[&account(1, &wiki, "user")]).await.unwrap();
    let mut tx = store.read().await.unwrap();
    for text in ["' OR 1=1 --", "u\0", "\0", "?1", "É", &"x".repeat(200_000)] {
        let query = Some(text.to_owned());
        let accounts = AccountFilter { query: query.clone(), ..AccountFilter::default() };
        assert_eq!(tx.list_accounts(&accounts, ALL).await.unwrap().total, 0);
        let accounts = AccountFilter { identifier: query.clone(), ..AccountFilter::default() };
        assert_eq!(tx.list_accounts(&accounts, ALL).await.unwrap().total, 0);
        let connections = ConnectionFilter { query, ..ConnectionFilter::default() };
        assert_eq!(tx.list_connections(&connections, ALL).await.unwrap().total, 0);
    }
}
