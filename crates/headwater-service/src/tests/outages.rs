//! The store is out of order for a while: what still works, what is refused, and that nothing is lost by it.

use std::time::Duration;

use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::role::Roles;
use serde_json::json;

use super::harness::{House, SITE, ann, bearer};
use crate::connect::{ConnectError, LinkRequest};
use crate::error::ServiceError;

/// Refused as our own fault, without a word about the inside.
fn assert_ours(error: &ServiceError) {
    assert_eq!((error.kind(), error.tool()), (ErrorKind::Internal, None), "{error}");
    assert!(error.message().contains("operator"), "{error}");
    assert!(!error.message().contains("/secret/path"), "{error}");
}

#[tokio::test]
async fn warm_accounts_go_on_and_the_others_are_refused() {
    let house = House::new().await;
    let warm = house.connected(1).await;
    let cold = house.connect(&house.wiki, "bob", 2).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&warm).await.unwrap();
    house.store.break_down(true);
    house.provider.answer(200, &json!({}));
    house.read_page(&warm).await.unwrap();
    house.provider.requests();
    assert_ours(&house.read_page(&cold).await.unwrap_err());
    assert_ours(&house.service.accounts.disconnect(&warm).await.map(drop).unwrap_err());
    assert!(house.provider.requests().is_empty());
    house.store.break_down(false);
    house.provider.answer(200, &json!({}));
    house.read_page(&cold).await.unwrap();
    assert_eq!(house.status(&warm).await, AccountStatus::Active, "nothing was changed");
}

/// What was read before the store went away serves for minutes, as long as the access token does; whoever is not known is
/// refused, and once the store is back it is asked again.
#[tokio::test]
async fn warm_accounts_and_clients_go_on_through_a_long_outage() {
    let house = House::new().await;
    let warm = house.connected(1).await;
    let client = house.service.api_clients.create("one", Roles::ALL).await.unwrap().client.id;
    assert!(house.service.api_clients.roles(&client).await.unwrap().is_some());
    house.provider.answer(200, &json!({}));
    house.read_page(&warm).await.unwrap();
    house.store.break_down(true);
    house.clock.advance(Duration::from_secs(500));
    house.provider.answer(200, &json!({}));
    house.read_page(&warm).await.unwrap();
    assert!(house.service.api_clients.roles(&client).await.unwrap().is_some());
    let stranger = headwater_domain::id::ClientId::parse("skc_7").unwrap();
    assert_ours(&house.service.api_clients.roles(&stranger).await.map(drop).unwrap_err());
    house.clock.advance(Duration::from_secs(3100));
    assert!(
        house.read_page(&warm).await.is_err(),
        "the token has lapsed, and the next one could not be kept"
    );
    house.store.break_down(false);
    house.service.api_clients.delete(&client).await.unwrap();
    house.service.accounts.disconnect(&warm).await.unwrap();
    house.clock.advance(Duration::from_secs(3));
    assert_eq!(house.read_page(&warm).await.unwrap_err().code(), ErrorCode::AccountNotActive);
    assert!(house.service.api_clients.roles(&client).await.unwrap().is_none());
}

#[tokio::test]
async fn marks_of_use_wait_for_the_store() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    house.store.break_down(true);
    assert_ours(&house.service.usage.write().await.unwrap_err());
    house.clock.advance(Duration::from_secs(1));
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    let used_at = house.service.core.now();
    assert_ours(&house.service.usage.write().await.unwrap_err());
    house.store.break_down(false);
    house.service.usage.write().await.unwrap();
    assert_eq!(house.account(&account).await.last_used_at, Some(used_at), "the later mark stands");
}

#[tokio::test]
async fn b1_a_code_is_not_presented_when_that_cannot_be_written_down() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.store.break_down(true);
    assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Service(_))));
    assert!(house.provider.requests().is_empty(), "the code is still good");
    house.store.break_down(false);
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.come_back(&visit).await.unwrap();
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
}

#[tokio::test]
async fn a_token_is_not_replaced_when_the_new_one_could_not_be_kept() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    house.clock.advance(Duration::from_secs(3600));
    house.provider.requests();
    house.store.break_down(true);
    assert!(house.read_page(&account).await.is_err());
    assert!(house.provider.requests().is_empty(), "the refresh token stays unused");
    house.store.break_down(false);
    assert!(house.read_page(&account).await.is_err(), "what just failed is not tried again at once");
    house.clock.advance(Duration::from_secs(2));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    assert_eq!(bearer(house.provider.requests().last().unwrap()), "access-2");
}

#[tokio::test]
async fn nothing_is_promised_that_is_not_stored() {
    let house = House::new().await;
    house.store.break_down(true);
    let link = LinkRequest { account: ann(), ..LinkRequest::default() };
    assert_ours(&house.service.connect.link(link).await.map(drop).unwrap_err());
    assert_ours(&house.service.api_clients.create("one", Roles::ALL).await.map(drop).unwrap_err());
    let secret = headwater_domain::secret::Secret::new("x".to_owned());
    let error = house.service.api_clients.authenticate("skc_1", &secret).await.unwrap_err();
    assert_ours(&error);
}

#[tokio::test]
async fn a_refresh_that_panics_is_not_the_accounts_last() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(Duration::from_secs(3600));
    house.provider.panic_next();
    assert_eq!(house.read_page(&account).await.unwrap_err().code(), ErrorCode::RefreshInterrupted);
    house.in_time(house.service.grants.settle()).await;
    // The presentation that was never answered is repeated once its lease has run out.
    house.clock.advance(Duration::from_secs(31));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    assert_eq!(bearer(house.provider.requests().last().unwrap()), "access-2");
}
