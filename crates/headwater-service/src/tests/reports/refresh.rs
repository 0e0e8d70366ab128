//! Reports about tokens that expired, were refreshed twice, or were lost.

use std::time::Duration;

use futures_util::future::join_all;
use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::page::Page;
use headwater_ports::upstream::UpstreamError;
use headwater_store::SqliteStore;
use http::HeaderMap;
use serde_json::{Value, json};

use crate::accounts::AccountLocator;
use crate::events::EventFilter;
use crate::proxy::ProxyRequest;
use crate::tests::harness::{House, ann, bearer, body};

const HOUR: Duration = Duration::from_secs(3600);

fn invalid_grant() -> Value {
    json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."})
}

/// Atlassian's answer to a stale token at the second version of the API, and to a page that is not there.
fn bare_404() -> Value {
    json!({"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": null}]})
}

/// A raw GET request of `ann`.
fn raw_get() -> ProxyRequest {
    ProxyRequest {
        account: ann(),
        otherwise: None,
        method: http::Method::GET,
        path: "/wiki/api/v2/pages/7".to_owned(),
        query: None,
        headers: HeaderMap::new(),
        body: headwater_ports::upstream::full(""),
    }
}

/// How many of the requests since the last look asked for tokens.
fn token_requests(house: &House) -> usize {
    house.provider.requests().iter().filter(|it| it.uri.path() == "/oauth/token").count()
}

/// Lets the provider refuse the refresh token until headwater believes it.
async fn lose_the_grant(house: &House, account: &AccountLocator) {
    house.clock.advance(HOUR);
    for _ in 0..2 {
        house.provider.answer(403, &invalid_grant());
        house.read_page(account).await.unwrap_err();
        house.clock.advance(Duration::from_secs(30));
    }
}

/// Nango #1005 and its fix #1354: one refresh that never ended blocked the connection until the server was restarted.
#[tokio::test]
async fn a_refresh_that_broke_off_does_not_block_the_account_until_a_restart() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(HOUR);
    house.provider.panic_next();
    house.read_page(&account).await.unwrap_err();
    // The pause before the next attempt, and the lease of the attempt that broke off.
    house.clock.advance(Duration::from_secs(60));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
}

/// Nango #2494: many concurrent proxied calls on an expired token queued for one lock and timed out.
#[tokio::test]
async fn many_proxied_calls_on_an_expired_token_all_get_their_answer() {
    let house = House::with(|settings| settings.calls_per_account = 200).await;
    house.connected(1).await;
    house.clock.advance(HOUR);
    house.provider.answer_tokens(2);
    (0..100).for_each(|_| house.provider.answer(200, &json!({"id": "7"})));
    // An answer counts as a call under way until it was read.
    let whole = |number: usize| {
        let service = &house.service;
        async move {
            let answer = service.proxy.send(raw_get()).await.unwrap();
            assert_eq!(answer.status(), 200, "{number}");
            headwater_ports::upstream::read(answer.into_body(), 100).await.unwrap();
        }
    };
    house.in_time(join_all((0..100).map(whole))).await;
    assert_eq!(token_requests(&house), 1);
}

/// Nango #2859: the same thousand stuck connections came first in every round, and the others were never refreshed.
#[tokio::test]
async fn accounts_that_cannot_be_refreshed_do_not_starve_the_others() {
    let house = House::new().await;
    for number in 0..30 {
        house.connect(&house.wiki, &format!("user-{number}"), number).await;
    }
    house.clock.advance(HOUR);
    // Whoever is asked for first fails; then the provider is well again.
    (0..15).for_each(|_| house.provider.answer(500, &json!({})));
    (0..60).for_each(|number| house.provider.answer_tokens(100 + number));
    for _ in 0..20 {
        house.in_time(house.service.grants.refresh_due()).await.unwrap();
        house.in_time(house.service.grants.settle()).await;
        house.clock.advance(Duration::from_secs(30));
    }
    for number in 0..30 {
        let account = AccountLocator::of("wiki", &format!("user-{number}"));
        let generation = house.grant(&account).await.unwrap().generation;
        assert!(generation > 1, "user-{number} was never refreshed");
    }
}

/// Nango #7000: while a refresh was slow, callers were told that their credentials were invalid, and asked their users
/// to connect again for nothing.
#[tokio::test]
async fn a_provider_that_does_not_answer_is_not_called_a_lost_connection() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(HOUR);
    house.provider.answer_with(Err(UpstreamError::TimedOut(Duration::from_secs(10))));
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(house.status(&account).await, AccountStatus::Active);
}

/// Nango #2433: several callers that failed at once sent the same notification several times.
#[tokio::test]
async fn callers_that_fail_together_are_one_event() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(HOUR);
    for _ in 0..2 {
        (0..20).for_each(|_| house.provider.answer(403, &invalid_grant()));
        join_all((0..20).map(|_| house.read_page(&account))).await;
        house.clock.advance(Duration::from_secs(30));
    }
    let all = Page { offset: 0, limit: 1000 };
    let events = house.service.events.list(&EventFilter::default(), all).await.unwrap().items;
    let ends = events.iter().filter(|event| event.data.get("status") == Some(&json!("EXPIRED")));
    let changes = ends.filter(|event| event.data.contains_key("old_status")).count();
    assert_eq!((house.status(&account).await, changes), (AccountStatus::Expired, 1));
}

/// n8n #37776: Atlassian answers an expired token with 404, and workflows that ran less than hourly always failed.
#[tokio::test]
async fn a_page_that_is_missing_only_for_the_old_token_is_found() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(404, &bare_404());
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({"id": "7"}));
    let page = house.read_page(&account).await.unwrap();
    assert_eq!(page.data["id"], "7");
    assert_eq!(bearer(house.provider.requests().last().unwrap()), "access-2");
}

/// n8n #37776, the other half: without a check every page that is really missing costs a token exchange.
#[tokio::test]
async fn pages_that_are_really_missing_do_not_cost_a_refresh_each() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(404, &bare_404());
    house.provider.answer_tokens(2);
    (0..10).for_each(|_| house.provider.answer(404, &bare_404()));
    for _ in 0..10 {
        house.read_page(&account).await.unwrap_err();
    }
    assert!(token_requests(&house) <= 1);
}

/// cloudflare-os #507: one hour after connecting the account was shown as expired, because the expiry of the access
/// token was taken for the end of the connection.
#[tokio::test]
async fn an_account_is_not_shown_as_expired_an_hour_after_it_was_connected() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(HOUR * 48);
    assert_eq!(house.status(&account).await, AccountStatus::Active);
}

/// Cometline #80: the answer to a refresh got lost, and the rotated token with it.
#[tokio::test]
async fn a_refresh_whose_answer_got_lost_is_repeated_with_the_same_token() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(HOUR);
    house.provider.answer_with(Err(UpstreamError::Broken { reason: "reset".to_owned() }));
    house.read_page(&account).await.unwrap_err();
    house.clock.advance(Duration::from_secs(60));
    house.provider.requests();
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
    assert_eq!(body(&house.provider.requests()[0])["refresh_token"], "refresh-1");
}

/// xagent #1454: whoever lost a race of two refreshes deleted what the winner had just written. cloudflare/mcp #136 and
/// `FastMCP` #5037: two windows that share a grant made the provider end it.
#[tokio::test]
async fn two_servers_that_refresh_at_once_present_one_token_and_keep_its_successor() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("headwater.db");
    let open = async |seed| {
        let store = SqliteStore::open(&file).await.unwrap();
        House::on(Box::new(store), seed, |_| {}).await
    };
    let (one, other) = (open(1).await, open(2).await);
    let account = one.connected(1).await;
    for house in [&one, &other] {
        house.clock.advance(HOUR);
        house.provider.answer_tokens(2);
    }
    // Whoever comes second waits for the other's lease, by its own clock.
    let both =
        futures_util::future::join(one.service.grants.refresh_due(), other.service.grants.refresh_due());
    let (first, second) = one.in_time(other.in_time(both)).await;
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(token_requests(&one) + token_requests(&other), 1);
    assert_eq!(one.status(&account).await, AccountStatus::Active);
    assert_eq!(one.grant(&account).await.unwrap().generation, 2);
}

/// atlassian-mcp-server #32, #41, #55, #75 and #93: the connection dropped after 15 to 55 minutes, several times a day.
#[tokio::test]
async fn an_account_works_all_day_without_another_consent() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let mut number = 1;
    for _ in 0..(24 * 4) {
        house.clock.advance(Duration::from_secs(15 * 60));
        let due = house.grant(&account).await.unwrap().expires_at;
        let left = due.map_or(HOUR, |at| house.service.core.now().until(at));
        if left <= Duration::from_secs(600) {
            number += 1;
            house.provider.answer_tokens(number);
            house.service.grants.refresh_due().await.unwrap();
            house.service.grants.settle().await;
        }
        house.provider.answer(200, &json!({"id": "7"}));
        house.read_page(&account).await.unwrap();
    }
    assert_eq!(house.status(&account).await, AccountStatus::Active);
    assert!(number > 20, "tokens live for an hour");
}

/// `MetaMCP` #142: a grant that ended was silent; the list of tools was just empty.
#[tokio::test]
async fn a_grant_that_ended_is_said_in_every_answer_and_told_as_an_event() {
    let house = House::new().await;
    let account = house.connected(1).await;
    lose_the_grant(&house, &account).await;
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::FailedPrecondition, ErrorCode::AccountNotActive));
    assert!(error.to_string().contains("get an authorization link"), "{error}");
    let all = Page { offset: 0, limit: 1000 };
    let events = house.service.events.list(&EventFilter::default(), all).await.unwrap().items;
    assert!(events.iter().any(|event| event.data.get("status") == Some(&json!("EXPIRED"))));
}

/// rust-sdk (rmcp) #509: when a token expires was known in memory only, so a restarted process never refreshed.
#[tokio::test]
async fn a_restarted_server_knows_when_its_tokens_expire() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("headwater.db");
    let before = House::on(Box::new(SqliteStore::open(&file).await.unwrap()), 1, |_| {}).await;
    before.connected(1).await;
    drop(before);
    let after = House::on(Box::new(SqliteStore::open(&file).await.unwrap()), 2, |_| {}).await;
    after.clock.advance(Duration::from_secs(3300));
    after.provider.answer_tokens(2);
    assert_eq!(after.service.grants.refresh_due().await.unwrap(), 1);
    after.service.grants.settle().await;
    assert_eq!(token_requests(&after), 1);
}
