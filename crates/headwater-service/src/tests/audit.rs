//! The audit log: what is in it, and what it costs.

use std::time::Duration;

use headwater_domain::audit::{Actor, AuditEntry};
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_ports::upstream::full;
use http::{HeaderMap, Method};
use serde_json::json;

use super::harness::{House, ann, response};
use crate::accounts::AccountLocator;
use crate::audit::{AuditFilter, acting};
use crate::proxy::ProxyRequest;

fn agent() -> Actor {
    Actor::Client(ClientId::parse("skc_7").unwrap())
}

/// What was noted about `action`.
async fn entries(house: &House, action: &str) -> Vec<AuditEntry> {
    house.service.audit.write().await.unwrap();
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    house.service.audit.read(&filter, 100).await.unwrap()
}

#[tokio::test]
async fn a_tool_call_is_noted_with_everything_but_its_content() {
    let house = House::new().await;
    let locator = house.connected(1).await;
    let account = house.account(&locator).await;
    let headers = [("atl-traceid", "abc123"), ("x-request-id", "other")];
    house.provider.answer_with(Ok(response(404, &headers, "{\"message\": \"canary-secret-page\"}")));
    let arguments = json!({"id": "7"});
    let error = acting(agent(), house.call("confluence_page_get", &locator, &arguments)).await.unwrap_err();
    let entry = entries(&house, "tool.execute").await.pop().unwrap();
    assert_eq!(entry.actor, agent());
    assert_eq!(
        (entry.account_id.as_ref(), entry.connection_id.as_ref()),
        (Some(&account.id), Some(&house.wiki.id))
    );
    assert_eq!(entry.subject.as_deref(), Some("confluence_page_get"));
    assert_eq!(entry.outcome, error.code().as_str());
    assert_eq!(entry.provider_status, Some(404));
    assert_eq!(entry.provider_request_id.as_deref(), Some("abc123"));
    assert_eq!(entry.execution_id.as_deref(), error.tool().map(|it| it.execution_id.as_str()));
    assert!(!format!("{entry:?}").contains("canary"));
}

#[tokio::test]
async fn what_did_not_come_to_the_provider_is_noted_too() {
    let house = House::new().await;
    house.connected(1).await;
    let nobody = AccountLocator::of("wiki", "nobody");
    house.call("confluence_page_get", &nobody, &json!({"id": "7"})).await.unwrap_err();
    house.call("My secret\nplan", &ann(), &json!({})).await.unwrap_err();
    let found = entries(&house, "tool.execute").await;
    let outcomes: Vec<_> = found.iter().map(|it| (it.subject.as_deref(), it.outcome.as_str())).collect();
    let missing = "RESOURCE_NOT_FOUND";
    let mut expected = vec![(Some("confluence_page_get"), missing), (Some("?"), missing)];
    // Of one moment: in the order of chance.
    expected.sort_unstable();
    let mut outcomes = outcomes;
    outcomes.sort_unstable();
    assert_eq!(outcomes, expected);
    assert!(found.iter().all(|it| it.account_id.is_none() && it.provider_status.is_none()));
}

#[tokio::test]
async fn c9_a_raw_request_is_noted_without_what_users_wrote() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({}));
    let request = ProxyRequest {
        account,
        otherwise: None,
        method: Method::GET,
        path: "/wiki/rest/api/content/Secret%20title".to_owned(),
        query: Some("cql=canary".to_owned()),
        headers: HeaderMap::new(),
        body: full(""),
    };
    house.in_time(acting(agent(), house.service.proxy.send(request))).await.unwrap();
    let entry = entries(&house, "proxy.request").await.pop().unwrap();
    assert_eq!(entry.subject.as_deref(), Some("GET /wiki/rest/api/content/*"));
    assert_eq!((entry.outcome.as_str(), entry.provider_status), ("ok", Some(200)));
    assert_eq!(entry.actor, agent());
}

#[tokio::test]
async fn every_change_is_noted_with_whoever_made_it() {
    let house = House::new().await;
    house.connected(1).await;
    acting(agent(), house.service.accounts.disconnect(&ann())).await.unwrap();
    house.service.accounts.credentials(&ann()).await.unwrap();
    acting(Actor::Operator, house.service.accounts.delete(&ann())).await.unwrap();
    acting(agent(), house.service.accounts.delete(&ann())).await.unwrap_err();
    for (action, actor, outcome) in [
        ("connection.create", Actor::System, "ok"),
        ("account.link", Actor::System, "ok"),
        ("account.consent", Actor::EndUser, "ok"),
        ("account.disconnect", agent(), "ok"),
        ("account.read_credentials", Actor::System, "ok"),
        ("account.delete", Actor::Operator, "ok"),
        ("account.delete", agent(), "RESOURCE_NOT_FOUND"),
    ] {
        let found = entries(&house, action).await;
        assert!(found.iter().any(|it| it.actor == actor && it.outcome == outcome), "{action}: {found:?}");
    }
}

#[tokio::test]
async fn f9_strangers_cannot_fill_the_log() {
    let house = House::new().await;
    let query = super::harness::code("no-such-state");
    assert!(house.service.connect.callback(house.wiki.id.as_str(), query, None).await.is_err());
    assert_eq!(entries(&house, "account.consent").await, []);
    let visit = house.visit().await;
    let query = super::harness::code(&visit.state);
    assert!(house.service.connect.callback(house.wiki.id.as_str(), query, None).await.is_err());
    let found = entries(&house, "account.consent").await;
    assert_eq!(found.iter().map(|it| it.outcome.as_str()).collect::<Vec<_>>(), ["OTHER_BROWSER"]);
}

#[tokio::test]
async fn calls_are_written_in_one_go_and_what_operators_do_at_once() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.service.audit.write().await.unwrap();
    (0..50).for_each(|_| house.provider.answer(200, &json!({})));
    for _ in 0..50 {
        house.read_page(&account).await.unwrap();
    }
    let before = house.store.opened();
    house.service.audit.write().await.unwrap();
    assert_eq!(house.store.opened(), before + 1);
    house.service.audit.write().await.unwrap();
    assert_eq!(house.store.opened(), before + 1, "without entries nothing is written");
    assert_eq!(entries(&house, "tool.execute").await.len(), 50);
    acting(Actor::Operator, house.service.api_clients.create("x", Roles::ALL)).await.unwrap();
    let filter = AuditFilter { actor: Some("operator".to_owned()), ..AuditFilter::default() };
    let found = house.service.audit.read(&filter, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].subject.as_ref().unwrap().starts_with("skc_"), "{found:?}");
}

#[tokio::test]
async fn f9_old_entries_are_removed() {
    let house = House::with(|settings| settings.audit_retention = Duration::from_secs(60)).await;
    house.connected(1).await;
    house.service.audit.write().await.unwrap();
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(house.service.audit.remove_old().await.unwrap(), 0);
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(house.service.audit.remove_old().await.unwrap(), 3);
}
