//! Which events are written down for what, and what they say.

use headwater_domain::event::Event;
use headwater_domain::page::Page;
use headwater_domain::secret::Secret;
use serde_json::json;

use super::harness::{House, SITE, ann};
use crate::accounts::{AccountChange, AccountLocator, SuppliedTokens};
use crate::connect::{CallbackOutcome, LinkRequest};
use crate::events::EventFilter;

/// Events in the order in which they happened.
async fn events(house: &House) -> Vec<Event> {
    let all = Page { offset: 0, limit: 1000 };
    let mut events = house.service.events.list(&EventFilter::default(), all).await.unwrap().items;
    events.reverse();
    events
}

/// What happened since the last call, in short: the kind, and for changes of status from what to what.
async fn told(house: &House, seen: &mut usize) -> Vec<String> {
    let all = events(house).await;
    let new = all.iter().skip(std::mem::replace(seen, all.len()));
    new.map(|event| {
        let kind = event.kind.as_str().trim_start_matches("connected_account.");
        let text = |name: &str| event.data[name].as_str().unwrap();
        if event.data.contains_key("old_status") {
            format!("{kind} {} {}", text("old_status"), text("status"))
        } else {
            format!("{kind} {}", text("status"))
        }
    })
    .collect()
}

fn supplied() -> AccountChange {
    let tokens = SuppliedTokens {
        access_token: Secret::new("access-9".to_owned()),
        refresh_token: None,
        scopes: Vec::new(),
    };
    AccountChange { tokens: Some(tokens), api_config: None }
}

#[tokio::test]
async fn a_life_is_told_step_by_step() {
    let house = House::new().await;
    let mut seen = 0;
    let account = house.connected(1).await;
    let connected = [
        "created PENDING_AUTH",
        "magic_link_generated PENDING_AUTH",
        "oauth_tokens_fetched ACTIVE",
        "oauth_succeeded ACTIVE",
        "status_updated PENDING_AUTH ACTIVE",
    ];
    assert_eq!(told(&house, &mut seen).await, connected);
    house.service.accounts.disconnect(&account).await.unwrap();
    assert_eq!(told(&house, &mut seen).await, ["status_updated ACTIVE DISCONNECTED"]);
    house.service.accounts.disconnect(&account).await.unwrap();
    assert_eq!(told(&house, &mut seen).await, [] as [&str; 0], "nothing has changed");
    house.service.accounts.update(&account, supplied()).await.unwrap();
    assert_eq!(told(&house, &mut seen).await, ["updated ACTIVE", "status_updated DISCONNECTED ACTIVE"]);
    house.service.accounts.update(&account, AccountChange::default()).await.unwrap();
    assert_eq!(told(&house, &mut seen).await, [] as [&str; 0]);
    house.service.accounts.delete(&account).await.unwrap();
    assert_eq!(told(&house, &mut seen).await, ["deleted ACTIVE"]);
}

#[tokio::test]
async fn refreshes_are_told_and_so_is_their_end() {
    let house = House::with(|settings| settings.confirm_refusal_after = std::time::Duration::ZERO).await;
    let account = house.connected(1).await;
    let mut seen = events(&house).await.len();
    house.clock.advance(std::time::Duration::from_secs(3590));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    assert_eq!(told(&house, &mut seen).await, ["token_refresh_succeeded ACTIVE"]);
    house.clock.advance(std::time::Duration::from_secs(3590));
    house.provider.answer(
        403,
        &json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}),
    );
    house.read_page(&account).await.unwrap_err();
    assert_eq!(
        told(&house, &mut seen).await,
        ["token_refresh_failed EXPIRED", "status_updated ACTIVE EXPIRED"]
    );
}

#[tokio::test]
async fn a_confirmed_consent_is_told_in_two_parts() {
    let house = House::new().await;
    let request = LinkRequest {
        account: ann(),
        user_verify_url: Some("https://app.example/verify".to_owned()),
        state: None,
    };
    let link = house.service.connect.link(request).await.unwrap();
    let visit = house.start(link.url.split_once("token=").unwrap().1).await.unwrap();
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    let mut seen = 2;
    let Ok(CallbackOutcome::Verify(url)) = house.come_back(&visit).await else { panic!() };
    assert_eq!(
        told(&house, &mut seen).await,
        ["oauth_tokens_fetched PENDING_AUTH", "status_updated PENDING_AUTH PENDING_VERIFICATION"]
    );
    let id = url.split_once("auth_request_id=").unwrap().1;
    house.service.connect.verify_user(id, "ann").await.unwrap();
    assert_eq!(
        told(&house, &mut seen).await,
        ["oauth_succeeded ACTIVE", "status_updated PENDING_VERIFICATION ACTIVE"]
    );
}

#[tokio::test]
async fn a_consent_that_was_never_confirmed_is_told_too() {
    let house = House::new().await;
    let request = LinkRequest {
        account: ann(),
        user_verify_url: Some("https://app.example/verify".to_owned()),
        state: None,
    };
    let link = house.service.connect.link(request).await.unwrap();
    let visit = house.start(link.url.split_once("token=").unwrap().1).await.unwrap();
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    house.come_back(&visit).await.unwrap();
    let mut seen = events(&house).await.len();
    house.clock.advance(std::time::Duration::from_secs(3600));
    house.service.connect.destroy_lapsed().await.unwrap();
    assert_eq!(told(&house, &mut seen).await, ["status_updated PENDING_VERIFICATION PENDING_AUTH"]);
}

#[tokio::test]
async fn created_with_tokens_is_one_event_and_a_removed_connection_one_for_each() {
    let house = House::new().await;
    let mut seen = 0;
    for name in ["ann", "bob"] {
        house.service.accounts.create(&AccountLocator::of("wiki", name), supplied()).await.unwrap();
    }
    assert_eq!(told(&house, &mut seen).await, ["created ACTIVE", "created ACTIVE"]);
    house.clock.advance(std::time::Duration::from_secs(1));
    house.service.connections.delete(house.wiki.id.as_str()).await.unwrap();
    assert_eq!(told(&house, &mut seen).await, ["deleted ACTIVE", "deleted ACTIVE"]);
}

#[tokio::test]
async fn f1_events_say_whose_they_are_and_no_secret() {
    let house = House::new().await;
    house.connected(1).await;
    let account = house.account(&ann()).await;
    for event in events(&house).await {
        assert_eq!((&event.account_id, &event.connection_id), (&account.id, &house.wiki.id));
        let text = event.envelope(&house.service.events.environment_id()).to_string();
        assert!(!text.contains("access-1") && !text.contains("refresh-1"), "{text}");
        assert_eq!(event.data["identifier"], "ann");
        assert_eq!(event.data["connection_name"], "wiki");
        assert_eq!(event.data["provider"], "CONFLUENCE");
        assert_eq!(event.data["authorization_type"], "OAUTH");
    }
    let last = events(&house).await.pop().unwrap();
    assert!(!last.data.contains_key("token_expires_at"), "a change of status says less");
    let environment = house.service.events.environment_id();
    let digits = environment.strip_prefix("env_").unwrap();
    assert!(digits.len() == 18 && digits.bytes().all(|it| it.is_ascii_digit()), "{environment}");
}

#[tokio::test]
async fn old_events_are_removed() {
    let house = House::with(|settings| settings.event_retention = std::time::Duration::from_secs(60)).await;
    house.connected(1).await;
    house.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(house.service.events.remove_old().await.unwrap(), 0);
    house.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(house.service.events.remove_old().await.unwrap(), 5);
}
