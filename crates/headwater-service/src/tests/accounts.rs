//! Connected accounts: made, found, changed, listed and removed.

use std::time::Duration;

use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::page::Page;
use headwater_domain::secret::Secret;
use headwater_ports::store::Store as _;
use serde_json::{Value, json};

use super::harness::{House, ann, bearer, reveal};
use crate::accounts::{AccountChange, AccountFilter, AccountLocator, ListAccounts, SuppliedTokens};

fn with_tokens(access_token: &str, refresh_token: Option<&str>) -> AccountChange {
    let tokens = SuppliedTokens {
        access_token: Secret::new(access_token.to_owned()),
        refresh_token: refresh_token.map(|it| Secret::new(it.to_owned())),
        scopes: vec!["read:page:confluence".to_owned()],
    };
    AccountChange { tokens: Some(tokens), api_config: None }
}

fn with_config(config: &Value) -> AccountChange {
    AccountChange { tokens: None, api_config: config.as_object().cloned() }
}

#[tokio::test]
async fn an_account_is_created_once_per_owner() {
    let house = House::new().await;
    house.service.accounts.create(&ann(), AccountChange::default()).await.unwrap();
    let error = house.service.accounts.create(&ann(), AccountChange::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::AlreadyExists, ErrorCode::AlreadyExists));
    let locators = [
        AccountLocator { organization_id: Some("acme".to_owned()), ..ann() },
        AccountLocator { user_id: Some("u1".to_owned()), ..ann() },
        AccountLocator::of("wiki", "Ann"),
    ];
    for locator in locators {
        house.service.accounts.create(&locator, AccountChange::default()).await.unwrap();
        assert_eq!(house.status(&locator).await, AccountStatus::PendingAuth);
    }
    assert_eq!(house.service.accounts.list(ListAccounts::default(), page(0, 50)).await.unwrap().total, 4);
}

#[tokio::test]
async fn an_account_that_is_refused_leaves_nothing_behind() {
    let house = House::new().await;
    for locator in
        [AccountLocator::of("nowhere", "ann"), AccountLocator::default(), AccountLocator::of("wiki", "")]
    {
        house.service.accounts.create(&locator, with_tokens("a", None)).await.unwrap_err();
    }
    assert_eq!(house.service.accounts.list(ListAccounts::default(), page(0, 50)).await.unwrap().total, 0);
}

#[tokio::test]
async fn supplied_tokens_make_an_account_active() {
    let house = House::new().await;
    let view = house.service.accounts.create(&ann(), with_tokens("a", Some("r"))).await.unwrap();
    assert_eq!((view.account.status, view.account.token_expires_at), (AccountStatus::Active, None));
    let grant = house.grant(&ann()).await.unwrap();
    assert_eq!((reveal(&grant.access_token), grant.refresh_token.as_ref().map(reveal)), ("a", Some("r")));
    house.service.accounts.disconnect(&ann()).await.unwrap();
    house.service.accounts.update(&ann(), with_tokens("b", Some(""))).await.unwrap();
    let grant = house.grant(&ann()).await.unwrap();
    assert_eq!((reveal(&grant.access_token), grant.refresh_token.is_none()), ("b", true));
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
}

#[tokio::test]
async fn new_tokens_are_used_by_the_next_call() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    house.service.accounts.update(&account, with_tokens("access-9", None)).await.unwrap();
    house.provider.requests();
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    assert_eq!(bearer(&house.provider.requests()[0]), "access-9");
    let kept = house.grant(&account).await.unwrap().refresh_token;
    assert_eq!(kept.as_ref().map(reveal), Some("refresh-1"), "who may not read it must not erase it");
}

#[tokio::test]
async fn empty_tokens_count_as_not_given() {
    let house = House::new().await;
    house.connected(1).await;
    house.service.accounts.update(&ann(), with_tokens("", Some("r"))).await.unwrap();
    assert_eq!(reveal(&house.grant(&ann()).await.unwrap().access_token), "access-1");
}

#[tokio::test]
async fn settings_are_merged_and_nothing_else_changes() {
    let house = House::new().await;
    house.connected(1).await;
    house.service.accounts.update(&ann(), with_config(&json!({"a": 1, "b": {"c": 2}}))).await.unwrap();
    let view = house.service.accounts.update(&ann(), with_config(&json!({"b": 3, "d": null}))).await.unwrap();
    assert_eq!(Value::Object(view.account.api_config), json!({"a": 1, "b": 3, "d": null}));
    let account = house.account(&ann()).await;
    assert_eq!(account.status, AccountStatus::Active);
    assert!(account.site.is_some());
    let before = account.version;
    house.service.accounts.update(&ann(), AccountChange::default()).await.unwrap();
    assert_eq!(house.account(&ann()).await.version, before, "an empty change changes nothing");
}

#[tokio::test]
async fn a_change_moves_the_time_of_change_and_an_empty_one_does_not() {
    let house = House::new().await;
    house.service.accounts.create(&ann(), AccountChange::default()).await.unwrap();
    let made_at = house.account(&ann()).await.updated_at;
    house.clock.advance(Duration::from_secs(60));
    house.service.accounts.update(&ann(), AccountChange::default()).await.unwrap();
    assert_eq!(house.account(&ann()).await.updated_at, made_at);
    house.service.accounts.update(&ann(), with_config(&json!({"a": 1}))).await.unwrap();
    assert_eq!(made_at.until(house.account(&ann()).await.updated_at), Duration::from_secs(60));
}

#[tokio::test]
async fn a7_disconnecting_destroys_the_tokens_and_keeps_the_record() {
    let house = House::new().await;
    house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&ann()).await.unwrap();
    house.provider.requests();
    for _ in 0..2 {
        let view = house.service.accounts.disconnect(&ann()).await.unwrap();
        assert_eq!((view.account.status, view.account.token_expires_at), (AccountStatus::Disconnected, None));
    }
    assert!(house.grant(&ann()).await.is_none());
    assert_eq!(house.read_page(&ann()).await.unwrap_err().code(), ErrorCode::AccountNotActive);
    assert!(house.provider.requests().is_empty(), "a warm account stops at once");
}

#[tokio::test]
async fn a7_deleting_removes_everything_at_once() {
    let house = House::new().await;
    house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&ann()).await.unwrap();
    house.provider.requests();
    let id = house.account(&ann()).await.id;
    house.service.accounts.delete(&ann()).await.unwrap();
    assert_eq!(house.service.accounts.delete(&ann()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(house.read_page(&ann()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(house.store.read().await.unwrap().grant(&id).await.unwrap().is_none());
    assert!(house.provider.requests().is_empty());
    house.connected(2).await;
    assert_ne!(house.account(&ann()).await.id, id);
    house.provider.answer(200, &json!({}));
    house.read_page(&ann()).await.unwrap();
}

#[tokio::test]
async fn concurrent_changes_lose_nothing_silently() {
    let house = House::new().await;
    house.connected(1).await;
    let keys: Vec<String> = (0..10).map(|number| format!("key{number}")).collect();
    let (service, locator) = (&house.service, ann());
    let change = |key: &String| service.accounts.update(&locator, with_config(&json!({ key: 1 })));
    // The futures borrow the keys only while they are made.
    let outcomes = futures_util::future::join_all(keys.iter().map(change)).await;
    let kept = house.account(&ann()).await.api_config;
    for (key, outcome) in keys.iter().zip(outcomes) {
        assert_eq!(outcome.is_ok(), kept.contains_key(key), "{key}");
    }
}

#[tokio::test]
async fn lists_are_narrowed_and_paged() {
    let house = House::new().await;
    let second = house.connection("second").await;
    for name in ["ann", "bob", "cleo"] {
        house
            .service
            .accounts
            .create(&AccountLocator::of("wiki", name), AccountChange::default())
            .await
            .unwrap();
        house.clock.advance(std::time::Duration::from_millis(1));
    }
    house
        .service
        .accounts
        .create(&AccountLocator::of("second", "ann"), with_tokens("a", None))
        .await
        .unwrap();
    let filter = |filter: AccountFilter| ListAccounts { filter, ..ListAccounts::default() };
    let table = [
        (ListAccounts::default(), vec!["ann", "bob", "cleo", "ann"]),
        (
            ListAccounts { connection_names: vec!["wiki".to_owned()], ..ListAccounts::default() },
            vec!["ann", "bob", "cleo"],
        ),
        (ListAccounts { connection_names: vec!["none".to_owned()], ..ListAccounts::default() }, vec![]),
        (ListAccounts { connection_id: Some(second.id.to_string()), ..ListAccounts::default() }, vec!["ann"]),
        (
            ListAccounts { provider: Some("Confluence".to_owned()), ..ListAccounts::default() },
            vec!["ann", "bob", "cleo", "ann"],
        ),
        (ListAccounts { provider: Some("JIRA".to_owned()), ..ListAccounts::default() }, vec![]),
        (
            filter(AccountFilter { identifier: Some("ann".to_owned()), ..AccountFilter::default() }),
            vec!["ann", "ann"],
        ),
        (filter(AccountFilter { query: Some("LE".to_owned()), ..AccountFilter::default() }), vec!["cleo"]),
        (filter(AccountFilter { query: Some("%".to_owned()), ..AccountFilter::default() }), vec![]),
        (filter(AccountFilter { active_only: true, ..AccountFilter::default() }), vec!["ann"]),
    ];
    for (wanted, expected) in table {
        let shown = format!("{wanted:?}");
        let listing = house.service.accounts.list(wanted, page(0, 50)).await.unwrap();
        let names: Vec<&str> = listing.items.iter().map(|it| it.account.owner.identifier.as_str()).collect();
        assert_eq!(names, expected, "{shown}");
    }
    let second_page = house.service.accounts.list(ListAccounts::default(), page(2, 1)).await.unwrap();
    assert_eq!((second_page.total, second_page.items.len()), (4, 1));
    assert_eq!(second_page.items[0].account.owner.identifier.as_str(), "cleo");
}

fn page(offset: u32, limit: u32) -> Page {
    Page { offset, limit }
}
