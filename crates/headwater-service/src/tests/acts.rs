//! Acts whose caller leaves, whose log cannot be written, or whose process ends: effect and entry stay together.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};
use headwater_domain::account::AccountStatus;
use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_ports::fakes::MemoryStore;
use headwater_ports::upstream::full;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::harness::{House, SITE, ann, code};
use crate::accounts::{AccountChange, AccountLocator};
use crate::audit::{AuditFilter, acting};
use crate::connections::ConnectionSettings;
use crate::error::ServiceError;
use crate::proxy::ProxyRequest;
use crate::tools::{ExecuteTool, Executed};
use crate::webhooks::{DeliveryFilter, WebhookChange};

fn agent() -> Actor {
    Actor::Client(ClientId::parse("skc_7").unwrap())
}

/// The entries that are in the store, without writing those that wait: what a crash would leave.
async fn stored(house: &House, action: &str) -> Vec<AuditEntry> {
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    house.service.audit.read(&filter, 100).await.unwrap()
}

/// The outcomes of all entries about `action`.
async fn outcomes(house: &House, action: &str) -> Vec<String> {
    house.service.audit.write().await.unwrap();
    stored(house, action).await.into_iter().map(|it| it.outcome).collect()
}

/// Lets `call` go on until the provider was asked, and then drops it, as a server does whose client hangs up.
async fn hang_up<F: Future>(house: &House, call: F) {
    let asked = house.provider.next_request();
    match select(pin!(call), pin!(asked)).await {
        Either::Left(_) => panic!("the call ended before the provider was asked"),
        Either::Right(((), _)) => {}
    }
}

async fn execute(house: &House, name: &str, arguments: Value) -> Result<Executed, ServiceError> {
    let (name, arguments) = (name.to_owned(), arguments.as_object().cloned().unwrap());
    acting(agent(), house.service.tools.execute(ExecuteTool { name, arguments, account: ann() })).await
}

fn new_page() -> Value {
    json!({"spaceId": "1", "title": "t", "body_representation": "storage", "body_value": "<p/>"})
}

fn raw(method: Method) -> ProxyRequest {
    ProxyRequest {
        account: ann(),
        otherwise: None,
        method,
        path: "/wiki/api/v2/pages".to_owned(),
        query: None,
        headers: HeaderMap::new(),
        body: full(""),
    }
}

#[tokio::test]
async fn c10_a_caller_that_hangs_up_ends_neither_what_it_did_nor_its_entry() {
    let house = House::new().await;
    house.connected(1).await;
    for (action, writes) in [("tool.execute", true), ("proxy.request", false)] {
        let held = house.provider.hold().await;
        house.provider.answer(200, &json!({"id": "7"}));
        if writes {
            hang_up(&house, execute(&house, "confluence_page_create", new_page())).await;
        } else {
            hang_up(&house, acting(agent(), house.service.proxy.send(raw(Method::POST)))).await;
        }
        house.provider.requests();
        assert_eq!(house.service.acts.count(), 1, "{action}: it goes on");
        drop(held);
        house.service.grants.settle().await;
        house.service.audit.write().await.unwrap();
        let entry = stored(&house, action).await.pop().unwrap();
        assert_eq!((entry.outcome.as_str(), entry.provider_status), ("ok", Some(200)), "{action}");
        assert_eq!(entry.actor, agent(), "{action}: who acts is not forgotten");
        assert!(entry.account_id.is_some(), "{action}");
    }
}

#[tokio::test]
async fn c10_a_read_ends_with_its_caller_and_the_log_says_so() {
    let house = House::new().await;
    house.connected(1).await;
    for (action, tool) in [("tool.execute", true), ("proxy.request", false)] {
        let held = house.provider.hold().await;
        house.provider.answer(200, &json!({}));
        if tool {
            hang_up(&house, execute(&house, "confluence_page_get", json!({"id": "7"}))).await;
        } else {
            hang_up(&house, acting(agent(), house.service.proxy.send(raw(Method::GET)))).await;
        }
        house.provider.requests();
        assert_eq!(house.service.acts.count(), 0, "{action}: nothing goes on");
        drop(held);
        house.service.audit.write().await.unwrap();
        let entry = stored(&house, action).await.pop().unwrap();
        assert_eq!((entry.outcome.as_str(), entry.provider_status), ("CANCELLED", None), "{action}");
        assert_eq!(entry.actor, agent());
    }
}

/// Every change that API clients and operators can make, begun, and then left at once.
#[tokio::test]
async fn c10_no_change_can_be_made_without_an_entry_by_leaving() {
    let house = House::new().await;
    house.connected(1).await;
    let service = &house.service;
    let client = service.api_clients.create("one", Roles::ALL).await.unwrap().client.id;
    let hook = service.webhooks.create("https://app.example/", Vec::new()).await.unwrap().webhook.id;
    let (wiki, bob) = (house.wiki.id.as_str(), AccountLocator::of("wiki", "bob"));
    let url = Some("https://app.example/2".to_owned());
    let left = |begun: Option<()>| assert!(begun.is_none(), "it ended before the caller could leave");
    left(service.accounts.create(&bob, AccountChange::default()).map(drop).now_or_never());
    left(
        service
            .connections
            .update(wiki, Some("wiki2"), ConnectionSettings::default())
            .map(drop)
            .now_or_never(),
    );
    left(service.api_clients.create("two", Roles::ALL).map(drop).now_or_never());
    left(service.api_clients.rotate(&client, Duration::ZERO).map(drop).now_or_never());
    left(service.webhooks.create("https://app.example/3", Vec::new()).map(drop).now_or_never());
    let change = WebhookChange { url, ..WebhookChange::default() };
    left(service.webhooks.update(&hook, change).map(drop).now_or_never());
    service.grants.settle().await;
    left(service.accounts.disconnect(&AccountLocator::of("wiki2", "ann")).map(drop).now_or_never());
    service.grants.settle().await;
    left(service.accounts.delete(&AccountLocator::of("wiki2", "ann")).map(drop).now_or_never());
    left(service.webhooks.delete(&hook).map(drop).now_or_never());
    left(service.api_clients.delete(&client).map(drop).now_or_never());
    service.grants.settle().await;
    left(service.connections.delete(wiki).map(drop).now_or_never());
    service.grants.settle().await;
    for (action, count) in [
        ("account.create", 1),
        ("connection.update", 1),
        ("client.create", 2),
        ("client.rotate", 1),
        ("webhook.create", 2),
        ("webhook.update", 1),
        ("account.disconnect", 1),
        ("account.delete", 1),
        ("webhook.delete", 1),
        ("client.delete", 1),
        ("connection.delete", 1),
    ] {
        let found = stored(&house, action).await;
        assert_eq!(found.len(), count, "{action}: {found:?}");
        assert!(found.iter().all(|it| it.outcome == "ok"), "{action}: {found:?}");
    }
    assert!(service.connections.named("wiki2").await.is_err(), "all of it was done");
}

#[tokio::test]
async fn b12_a_browser_that_leaves_during_the_exchange_keeps_its_consent() {
    let house = House::new().await;
    let visit = house.visit().await;
    let held = house.provider.hold().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    let id = house.wiki.id.clone();
    hang_up(&house, house.service.connect.callback(id.as_str(), code(&visit.state), Some(&visit.cookie)))
        .await;
    drop(held);
    house.service.grants.settle().await;
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    let entry = stored(&house, "account.consent").await.pop().unwrap();
    assert_eq!((entry.outcome.as_str(), entry.actor), ("ok", Actor::EndUser));
}

#[tokio::test]
async fn c10_what_nobody_waits_for_is_bounded_in_time() {
    let house = House::new().await;
    house.connected(1).await;
    let _held = house.provider.hold().await;
    house.provider.answer(200, &json!({}));
    hang_up(&house, execute(&house, "confluence_page_create", new_page())).await;
    let patience = house.service.core.settings().act_patience;
    house.clock.advance(patience.checked_sub(Duration::from_millis(1)).unwrap());
    assert_eq!(house.service.acts.end_overdue(), 0);
    house.clock.advance(Duration::from_millis(1));
    assert_eq!(house.service.acts.end_overdue(), 1);
    house.service.grants.settle().await;
    assert_eq!(outcomes(&house, "tool.execute").await, ["CANCELLED"]);
}

#[tokio::test]
async fn c10_what_a_caller_still_waits_for_is_not_ended() {
    let house = House::new().await;
    house.connected(1).await;
    let held = house.provider.hold().await;
    house.provider.answer(200, &json!({}));
    let mut call = pin!(execute(&house, "confluence_page_create", new_page()));
    assert!(select(call.as_mut(), pin!(house.provider.next_request())).now_or_never().is_none());
    house.clock.advance(house.service.core.settings().act_patience * 2);
    assert_eq!(house.service.acts.end_overdue(), 0);
    drop(held);
    call.await.unwrap();
}

#[tokio::test]
async fn c10_a_program_that_only_hangs_up_gets_no_further_than_a_bound() {
    let house = House::new().await;
    house.connected(1).await;
    let held = house.provider.hold().await;
    (0..1000).for_each(|_| house.provider.answer(200, &json!({})));
    for _ in 0..1000 {
        assert!(execute(&house, "confluence_page_create", new_page()).now_or_never().is_none());
    }
    let refused = execute(&house, "confluence_page_create", new_page()).now_or_never();
    let error = refused.expect("it is refused at once").unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::ResourceExhausted, ErrorCode::TooManyCalls));
    acting(Actor::Operator, house.service.accounts.delete(&ann())).await.unwrap();
    drop(held);
    house.in_time(house.service.grants.settle()).await;
    assert_eq!(house.service.acts.count(), 0);
    let error = execute(&house, "confluence_page_create", new_page()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ResourceNotFound, "it is heard again");
}

#[tokio::test]
async fn a_fault_of_ours_is_answered_and_noted() {
    let house = House::new().await;
    house.connected(1).await;
    house.provider.panic_next();
    let error = execute(&house, "confluence_page_create", new_page()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Internal, ErrorCode::Internal));
    assert!(error.message().contains("may have had its effect"), "{error}");
    assert_eq!(outcomes(&house, "tool.execute").await, ["INTERNAL"]);
    assert_eq!(house.service.acts.count(), 0);
}

/// A crash right after the answer: what is in the store then is all there ever will be.
#[tokio::test]
async fn f13_credential_reads_and_changes_are_in_the_log_before_the_answer() {
    let house = House::new().await;
    house.connected(1).await;
    let service = &house.service;
    assert_eq!(stored(&house, "connection.create").await.len(), 1);
    assert_eq!(stored(&house, "account.link").await.len(), 1);
    assert_eq!(stored(&house, "account.consent").await.len(), 1);
    let entry =
        service.accounts.credentials(&ann()).await.map(|_| stored(&house, "account.read_credentials"));
    let entry = entry.unwrap().await.pop().unwrap();
    assert_eq!(entry.account_id, Some(house.account(&ann()).await.id));
    service.connections.set_enabled(house.wiki.id.as_str(), false).await.unwrap();
    assert_eq!(stored(&house, "connection.disable").await.len(), 1);
    let client = service.api_clients.create("one", Roles::ALL).await.unwrap().client.id;
    assert_eq!(
        stored(&house, "client.create").await.pop().unwrap().subject.as_deref(),
        Some(client.as_str())
    );
    let hook = service.webhooks.create("https://app.example/", Vec::new()).await.unwrap().webhook.id;
    service.webhooks.rotate(&hook, Duration::ZERO).await.unwrap();
    let filter = DeliveryFilter { webhook: Some(hook.clone()), ..DeliveryFilter::default() };
    service.webhooks.replay(&filter).await.unwrap();
    for action in ["webhook.create", "webhook.rotate", "webhook.replay"] {
        assert_eq!(stored(&house, action).await.len(), 1, "{action}");
    }
}

async fn without_log() -> (House, Arc<AtomicBool>) {
    let store = MemoryStore::default();
    let switch = store.audit_switch();
    (House::on(Box::new(store), 11, |_| {}).await, switch)
}

fn unavailable<T>(outcome: Result<T, ServiceError>) {
    let error = outcome.map(drop).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unavailable, ErrorCode::AuditUnavailable));
    assert!(error.message().contains("audit.required"), "{error}");
}

#[tokio::test]
async fn f13_what_cannot_be_logged_is_not_done() {
    let (house, refused) = without_log().await;
    house.connected(1).await;
    let (service, wiki) = (&house.service, house.wiki.id.as_str());
    let visit = house.start(&house.link_for(&AccountLocator::of("wiki", "bob")).await).await.unwrap();
    refused.store(true, Ordering::SeqCst);
    unavailable(service.accounts.credentials(&ann()).await);
    unavailable(service.accounts.disconnect(&ann()).await);
    unavailable(service.accounts.delete(&ann()).await);
    unavailable(service.accounts.create(&AccountLocator::of("wiki", "eve"), AccountChange::default()).await);
    unavailable(service.connections.set_enabled(wiki, false).await);
    unavailable(service.connections.delete(wiki).await);
    unavailable(service.api_clients.create("one", Roles::ALL).await);
    unavailable(service.webhooks.create("https://app.example/", Vec::new()).await);
    house.provider.answer_tokens(2);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({}));
    house.come_back(&visit).await.map(drop).unwrap_err();
    house.provider.requests();
    refused.store(false, Ordering::SeqCst);
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    assert_eq!(house.status(&AccountLocator::of("wiki", "bob")).await, AccountStatus::PendingAuth);
    assert!(house.service.accounts.get(&AccountLocator::of("wiki", "eve")).await.is_err());
    assert!(service.connections.get(wiki).await.unwrap().enabled);
    assert_eq!(service.api_clients.list().await.unwrap().len(), 0);
    assert_eq!(service.webhooks.list().await.unwrap().len(), 0);
    assert_eq!(outcomes(&house, "account.read_credentials").await, ["AUDIT_UNAVAILABLE"]);
}

#[tokio::test]
async fn the_operator_may_do_without_the_log() {
    let store = MemoryStore::default();
    let refused = store.audit_switch();
    let house = House::on(Box::new(store), 11, |settings| settings.audit_required = false).await;
    house.connected(1).await;
    refused.store(true, Ordering::SeqCst);
    house.service.accounts.credentials(&ann()).await.unwrap();
    house.service.accounts.disconnect(&ann()).await.unwrap();
    refused.store(false, Ordering::SeqCst);
    assert_eq!(outcomes(&house, "account.disconnect").await, ["ok"]);
    assert_eq!(outcomes(&house, "account.read_credentials").await, ["ok"]);
}

/// Tool calls do not wait for the log: its entry is written with the next batch.
#[tokio::test]
async fn tool_calls_go_on_while_the_log_cannot_be_written() {
    let (house, refused) = without_log().await;
    house.connected(1).await;
    refused.store(true, Ordering::SeqCst);
    house.provider.answer(200, &json!({}));
    house.read_page(&ann()).await.unwrap();
    assert!(house.service.audit.write().await.is_err());
    refused.store(false, Ordering::SeqCst);
    assert_eq!(outcomes(&house, "tool.execute").await, ["ok"]);
}
