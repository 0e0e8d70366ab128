//! What callers have stored is bounded: in size, by itself and grown over time, and in number.

use std::time::Duration;

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::secret::Secret;
use serde_json::{Map, Value, json};

use super::harness::{House, ann};
use crate::accounts::{AccountChange, AccountLocator, SuppliedTokens};
use crate::audit::AuditFilter;
use crate::bounds::Quotas;
use crate::connect::LinkRequest;
use crate::connections::{ConnectionSettings, NewConnection};
use crate::error::ServiceError;

fn too_long<T>(outcome: Result<T, ServiceError>, field: &str) {
    let error = outcome.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{field}: {error}");
    assert_eq!(error.violations()[0].field, field);
    assert!(error.message().len() < 500, "{field}: what was sent is not said again");
}

fn full<T>(outcome: Result<T, ServiceError>, setting: &str) {
    let error = outcome.map(drop).unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::ResourceExhausted, ErrorCode::QuotaExceeded),
        "{setting}"
    );
    assert!(error.message().contains(setting), "{error}");
}

fn config(config: &Value) -> AccountChange {
    AccountChange { tokens: None, api_config: config.as_object().cloned() }
}

fn tokens(access: &str, refresh: &str, scopes: Vec<String>) -> AccountChange {
    let secret = |text: &str| Secret::new(text.to_owned());
    let tokens =
        SuppliedTokens { access_token: secret(access), refresh_token: Some(secret(refresh)), scopes };
    AccountChange { tokens: Some(tokens), api_config: None }
}

#[tokio::test]
async fn f14_no_stored_text_is_without_a_bound() {
    let house = House::new().await;
    house.connected(1).await;
    let (service, id) = (&house.service, house.wiki.id.as_str());
    let long = "x".repeat(3_000_000);
    let settings = |change: fn(&mut ConnectionSettings, String)| {
        let mut settings = ConnectionSettings::default();
        change(&mut settings, long.clone());
        settings
    };
    let update = |change| service.connections.update(id, None, settings(change));
    too_long(update(|it, text| it.client_id = Some(text)).await, "client_id");
    too_long(update(|it, text| it.client_secret = Some(Secret::new(text))).await, "client_secret");
    too_long(update(|it, text| it.scopes = Some(vec![text])).await, "scopes");
    too_long(service.connections.update(id, Some(&long), ConnectionSettings::default()).await, "connector");
    let token = "authorization_details.oauth_token";
    too_long(
        service.accounts.update(&ann(), tokens(&long, "r", vec![])).await,
        &format!("{token}.access_token"),
    );
    too_long(
        service.accounts.update(&ann(), tokens("a", &long, vec![])).await,
        &format!("{token}.refresh_token"),
    );
    let scopes = format!("{token}.scopes");
    too_long(service.accounts.update(&ann(), tokens("a", "r", vec![long.clone()])).await, &scopes);
    too_long(service.accounts.update(&ann(), tokens("a", "r", vec!["s".to_owned(); 501])).await, &scopes);
    let named = |change: fn(&mut AccountLocator, String)| {
        let mut locator = AccountLocator::of("wiki", "eve");
        change(&mut locator, long.clone());
        locator
    };
    let create =
        async |locator: AccountLocator| service.accounts.create(&locator, AccountChange::default()).await;
    too_long(create(named(|it, text| it.identifier = Some(text))).await, "identifier");
    too_long(create(named(|it, text| it.organization_id = Some(text))).await, "organization_id");
    too_long(create(named(|it, text| it.user_id = Some(text))).await, "user_id");
    let link = async |state: Option<String>, user_verify_url: Option<String>| {
        service.connect.link(LinkRequest { account: ann(), state, user_verify_url }).await
    };
    too_long(link(Some(long.clone()), None).await, "state");
    too_long(link(None, Some(format!("https://app.example/{long}"))).await, "user_verify_url");
    let kinds = vec![headwater_domain::event::EventKind::Created; 100_000];
    let hook = service.webhooks.create("https://app.example/", kinds).await.unwrap().webhook;
    assert_eq!(hook.kinds.len(), 1);
    too_long(service.webhooks.create(&format!("https://app.example/{long}"), Vec::new()).await, "url");
    too_long(
        service.accounts.update(&ann(), config(&json!({"a": long}))).await,
        "connected_account.api_config",
    );
}

/// Settings are merged, so that many small additions would make something large.
#[tokio::test]
async fn f14_settings_do_not_grow_without_end() {
    let house = House::new().await;
    house.connected(1).await;
    let mut refused = 0;
    for number in 0..40 {
        let part: Map<String, Value> =
            (0..20).map(|key| (format!("{number}-{key}"), Value::from("x".repeat(20)))).collect();
        let change = AccountChange { tokens: None, api_config: Some(part) };
        if let Err(error) = house.service.accounts.update(&ann(), change).await {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
            refused += 1;
        }
    }
    assert!(refused > 10, "only {refused} were refused");
    let stored = house.account(&ann()).await.api_config;
    assert!(serde_json::to_string(&stored).unwrap().len() < 20_000);
}

#[tokio::test]
async fn f14_rows_are_bounded_by_the_operator() {
    let quotas = Quotas { connections: 2, accounts_per_connection: 2, links_per_account: 3, webhooks: 1 };
    let house = House::with(|settings| settings.quotas = quotas).await;
    let service = &house.service;
    let new = |name: &str| NewConnection {
        name: Some(name.to_owned()),
        provider: house.wiki.provider.clone(),
        settings: ConnectionSettings::default(),
    };
    service.connections.create(new("two")).await.unwrap();
    full(service.connections.create(new("three")).await, "quota.connections");
    service.webhooks.create("https://app.example/", Vec::new()).await.unwrap();
    full(service.webhooks.create("https://app.example/2", Vec::new()).await, "quota.webhooks");
    let named = |name: &str| AccountLocator::of("wiki", name);
    service.accounts.create(&named("one"), AccountChange::default()).await.unwrap();
    for _ in 0..3 {
        house.link_for(&named("two")).await;
    }
    let link = |name: &str| LinkRequest { account: named(name), ..LinkRequest::default() };
    full(service.connect.link(link("two")).await, "quota.links_per_account");
    full(
        service.accounts.create(&named("three"), AccountChange::default()).await,
        "quota.accounts_per_connection",
    );
    full(service.connect.link(link("three")).await, "quota.accounts_per_connection");
    service.connect.link(link("one")).await.unwrap();
    service.accounts.create(&AccountLocator::of("two", "one"), AccountChange::default()).await.unwrap();
    house.clock.advance(Duration::from_secs(601));
    service.connect.link(link("two")).await.unwrap();
}

async fn logins(house: &House) -> Vec<(String, String, String)> {
    house.service.audit.write().await.unwrap();
    let filter = AuditFilter { action: Some("client.authenticate".to_owned()), ..AuditFilter::default() };
    let found = house.service.audit.read(&filter, 1000).await.unwrap();
    let mut found: Vec<_> = found
        .into_iter()
        .map(|it| (it.actor.as_str().to_owned(), it.subject.unwrap_or_default(), it.outcome))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn f9_attempts_to_authenticate_are_in_the_log_and_do_not_fill_it() {
    let house = House::new().await;
    let new = house.service.api_clients.create("one", headwater_domain::role::Roles::USE).await.unwrap();
    let id = new.client.id.to_string();
    let wrong = Secret::new("wrong".to_owned());
    for number in 0..100 {
        house.service.api_clients.authenticate(&id, &wrong).await.unwrap_err();
        house.service.api_clients.authenticate(&format!("skc_{number}"), &wrong).await.unwrap_err();
        house.service.api_clients.authenticate("no id at all", &wrong).await.unwrap_err();
        house.service.api_clients.authenticate(&id, &new.secret).await.unwrap();
    }
    let text = |parts: [&str; 3]| (parts[0].to_owned(), parts[1].to_owned(), parts[2].to_owned());
    let first = [
        text([&id, &id, "ok"]),
        text(["system", &id, "invalid_client"]),
        text(["system", "unknown client", "invalid_client"]),
    ];
    assert_eq!(logins(&house).await, first);
    house.clock.advance(Duration::from_secs(60));
    let found = logins(&house).await;
    assert_eq!(found.len(), 6, "{found:?}");
    assert!(found.contains(&text(["system", &format!("{id}, 99 more"), "invalid_client"])), "{found:?}");
    assert!(found.contains(&text(["system", "unknown client, 199 more", "invalid_client"])), "{found:?}");
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(logins(&house).await.len(), 6, "and nothing where nothing was tried");
}
