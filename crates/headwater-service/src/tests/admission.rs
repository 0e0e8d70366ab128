//! Many calls at the same time: for one account, and of one API client.

use std::sync::Arc;
use std::time::Duration;

use headwater_domain::audit::Actor;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use serde_json::json;

use super::harness::House;
use crate::accounts::AccountLocator;
use crate::audit::acting;
use crate::error::ServiceError;
use crate::tools::{ExecuteTool, Executed};

/// A house that takes two calls for one account and three of one client, with calls under way that get no answer.
async fn crowded(accounts: &[&str]) -> Arc<House> {
    let narrow = |settings: &mut crate::settings::Settings| {
        (settings.calls_per_account, settings.calls_per_client) = (2, 3);
    };
    let house = Arc::new(House::with(narrow).await);
    for name in accounts {
        house.connect(&house.wiki, name, 1).await;
    }
    house
}

async fn call(house: Arc<House>, name: &'static str, client: &'static str) -> Result<Executed, ServiceError> {
    let arguments = json!({"id": "7"}).as_object().cloned().unwrap();
    let account = AccountLocator::of("wiki", name);
    let call = ExecuteTool { name: "confluence_page_get".to_owned(), arguments, account };
    let actor = Actor::Client(ClientId::parse(client).unwrap());
    acting(actor, house.service.tools.execute(call)).await
}

/// How many requests have reached the provider once everybody who can go on has gone on.
async fn arrived(house: &House) -> usize {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    house.provider.asked()
}

#[tokio::test]
async fn e6_one_account_takes_so_many_calls_and_the_others_go_on() {
    let house = crowded(&["ann", "ben"]).await;
    let gate = house.provider.hold().await;
    (0..5).for_each(|_| house.provider.answer(200, &json!({})));
    let mut calls: Vec<_> = (0..3).map(|_| tokio::spawn(call(Arc::clone(&house), "ann", "skc_1"))).collect();
    assert_eq!(arrived(&house).await, 2, "the third waits");
    calls.push(tokio::spawn(call(Arc::clone(&house), "ben", "skc_1")));
    assert_eq!(arrived(&house).await, 3, "another account has a door of its own");
    drop(gate);
    for call in calls {
        assert!(call.await.unwrap().is_ok());
    }
    assert_eq!(house.provider.asked(), 4);
}

#[tokio::test]
async fn e6_one_client_takes_so_many_calls_and_whoever_waits_too_long_is_told() {
    let house = crowded(&["ann", "ben"]).await;
    let _gate = house.provider.hold().await;
    (0..5).for_each(|_| house.provider.answer(200, &json!({})));
    let spawn = |name, client| tokio::spawn(call(Arc::clone(&house), name, client));
    let _under_way = [spawn("ann", "skc_1"), spawn("ann", "skc_1"), spawn("ben", "skc_1")];
    assert_eq!(arrived(&house).await, 3);
    let (full, other) = (spawn("ben", "skc_1"), spawn("ben", "skc_2"));
    assert_eq!(
        arrived(&house).await,
        3,
        "ben's second place is waited for by the one, who waits for the client"
    );
    house.clock.advance(Duration::from_secs(26));
    let error = full.await.unwrap().err().unwrap();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::ResourceExhausted, ErrorCode::TooManyCalls),
        "{error}"
    );
    assert!(error.tool().is_none() && error.message().contains("nothing was sent"), "{error}");
    drop(other);
}
