//! What a warm call costs, and how use is noted.

use std::time::Duration;

use serde_json::json;

use super::harness::{House, ann};

#[tokio::test]
async fn a_warm_call_opens_no_transaction() {
    let house = House::new().await;
    let account = house.connected(1).await;
    (0..101).for_each(|_| house.provider.answer(200, &json!({})));
    house.read_page(&account).await.unwrap();
    let before = house.store.opened();
    for _ in 0..100 {
        house.read_page(&account).await.unwrap();
    }
    assert_eq!(house.store.opened(), before);
}

#[tokio::test]
async fn use_is_written_in_one_go() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let bob = house.connect(&house.wiki, "bob", 2).await;
    (0..4).for_each(|_| house.provider.answer(200, &json!({})));
    house.read_page(&account).await.unwrap();
    house.clock.advance(Duration::from_secs(5));
    house.read_page(&account).await.unwrap();
    house.read_page(&bob).await.unwrap();
    assert_eq!(house.account(&account).await.last_used_at, None, "not yet written");
    let used_at = house.service.core.now();
    house.clock.advance(Duration::from_secs(5));
    let before = house.store.opened();
    house.service.usage.write().await.unwrap();
    assert_eq!(house.store.opened(), before + 1);
    house.service.usage.write().await.unwrap();
    assert_eq!(house.store.opened(), before + 1, "without marks nothing is written");
    for locator in [&account, &bob] {
        assert_eq!(house.account(locator).await.last_used_at, Some(used_at));
    }
}

#[tokio::test]
async fn a_change_keeps_the_mark_and_a_deleted_account_does_not_matter() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    house.service.usage.write().await.unwrap();
    let used_at = house.account(&ann()).await.last_used_at;
    assert!(used_at.is_some());
    house.service.accounts.disconnect(&account).await.unwrap();
    assert_eq!(house.account(&ann()).await.last_used_at, used_at);
    house.connected(2).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    house.service.accounts.delete(&account).await.unwrap();
    house.service.usage.write().await.unwrap();
}
