//! Fresh tokens for callers: when they are bought, by whom, and what they see when that does not work. Crashes,
//! replicas and simulated time are next to the code itself.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::secret::Secret;
use serde_json::{Value, json};

use super::harness::{House, ann, bearer, body, response, reveal};
use crate::accounts::{AccountChange, SuppliedTokens};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn page() -> Value {
    json!({"id": "7"})
}

/// Which token the last request was made with, and how often the token endpoint was asked.
fn told(house: &House) -> (Option<String>, usize) {
    let requests = house.provider.requests();
    let asked = requests.iter().filter(|it| it.uri.path() == "/oauth/token").count();
    let last = requests.last().filter(|it| it.headers.contains_key("authorization"));
    (last.map(|it| bearer(it).to_owned()), asked)
}

#[tokio::test]
async fn a_token_with_minutes_left_is_used_while_the_next_is_bought() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600 - 599));
    house.provider.answer(200, &page());
    house.provider.answer_tokens(2);
    let held = house.provider.hold().await;
    let call = tokio::spawn({
        let service = house.service.clone();
        let account = account.clone();
        async move {
            let arguments = page().as_object().cloned().unwrap();
            let name = "confluence_page_get".to_owned();
            service.tools.execute(crate::tools::ExecuteTool { name, arguments, account }).await
        }
    });
    house.provider.next_request().await;
    drop(held);
    call.await.unwrap().unwrap();
    house.service.grants.settle().await;
    let requests = house.provider.requests();
    let page = requests.iter().find(|it| it.uri.path().ends_with("/pages/7")).unwrap();
    assert_eq!(bearer(page), "access-1");
    assert_eq!(reveal(&house.grant(&account).await.unwrap().access_token), "access-2");
}

#[tokio::test]
async fn a_token_with_less_than_a_minute_left_is_replaced_first() {
    for (age, expected) in [(3600 - 59, "access-2"), (3600, "access-2"), (40 * 86_400, "access-2")] {
        let house = House::new().await;
        let account = house.connected(1).await;
        house.clock.advance(seconds(age));
        house.provider.answer_tokens(2);
        house.provider.answer(200, &page());
        house.read_page(&account).await.unwrap();
        assert_eq!(told(&house), (Some(expected.to_owned()), 1), "{age}");
    }
}

#[tokio::test]
async fn a_hundred_callers_share_one_token_request() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600));
    house.provider.answer_tokens(2);
    (0..100).for_each(|_| house.provider.answer(200, &page()));
    let outcomes = join_all((0..100).map(|_| house.read_page(&account))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    let requests = house.provider.requests();
    let (asked, calls): (Vec<_>, Vec<_>) = requests.iter().partition(|it| it.uri.path() == "/oauth/token");
    assert_eq!((asked.len(), calls.len()), (1, 100));
    assert!(calls.iter().all(|it| bearer(it) == "access-2"));
}

#[tokio::test]
async fn every_refresh_presents_the_token_of_the_one_before() {
    let house = House::new().await;
    let account = house.connected(1).await;
    for number in 2..6 {
        house.clock.advance(seconds(3600));
        house.provider.answer_tokens(number);
        house.provider.answer(200, &page());
        house.read_page(&account).await.unwrap();
        let requests = house.provider.requests();
        let request = body(&requests[0]);
        assert_eq!(request["grant_type"], "refresh_token");
        assert_eq!(request["refresh_token"], format!("refresh-{}", number - 1));
        let grant = house.grant(&account).await.unwrap();
        assert_eq!(grant.generation, u64::from(number));
        assert_eq!(grant.refresh_token.as_ref().map(reveal), Some(format!("refresh-{number}").as_str()));
        let end = house.service.core.now().plus(seconds(3600));
        assert_eq!(house.account(&account).await.token_expires_at, Some(end));
    }
}

#[tokio::test]
async fn an_answer_without_refresh_token_keeps_the_present_one() {
    let house = House::new().await;
    let account = house.connected(1).await;
    for access in ["access-2", "access-3"] {
        house.clock.advance(seconds(3600));
        house.provider.answer(200, &json!({"access_token": access, "expires_in": 3600}));
        house.provider.answer(200, &page());
        house.read_page(&account).await.unwrap();
        assert_eq!(body(&house.provider.requests()[0])["refresh_token"], "refresh-1");
    }
    let grant = house.grant(&account).await.unwrap();
    assert_eq!(grant.scopes, ["read:page:confluence", "offline_access"], "unsaid scopes are the former ones");
}

#[tokio::test]
async fn only_a_confirmed_refusal_of_the_grant_expires_the_account() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600));
    let refusal = json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."});
    house.provider.answer(403, &refusal);
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unavailable, ErrorCode::RefreshFailed));
    assert_eq!(house.status(&account).await, AccountStatus::Active);
    house.clock.advance(seconds(30));
    house.provider.answer(403, &refusal);
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::FailedPrecondition, ErrorCode::AccountNotActive));
    assert_eq!(house.status(&account).await, AccountStatus::Expired);
    house.provider.requests();
    house.clock.advance(seconds(86_400));
    let error = house.read_page(&account).await.unwrap_err();
    assert!(error.message().contains("EXPIRED") && error.message().contains("authorization link"), "{error}");
    assert!(house.provider.requests().is_empty(), "an expired account asks nothing");
}

#[tokio::test]
async fn an_expired_account_comes_back_with_a_new_consent() {
    let house = House::with(|settings| settings.confirm_refusal_after = Duration::ZERO).await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600));
    house.provider.answer(403, &json!({"error": "invalid_grant"}));
    house.read_page(&account).await.unwrap_err();
    assert_eq!(house.status(&account).await, AccountStatus::Expired);
    house.connected(2).await;
    house.provider.answer(200, &page());
    house.read_page(&account).await.unwrap();
    assert_eq!(told(&house), (Some("access-2".to_owned()), 0));
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_connections_fault() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600));
    house.provider.answer(401, &json!({"error": "access_denied", "error_description": "Unauthorized"}));
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::FailedPrecondition, ErrorCode::ConnectionRefused));
    assert!(error.message().contains("`wiki`"), "{error}");
    assert_eq!(house.status(&account).await, AccountStatus::Active);
    house.provider.requests();
    house.read_page(&account).await.unwrap_err();
    assert!(house.provider.requests().is_empty(), "the provider is not asked again at once");
    house.clock.advance(seconds(60));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &page());
    house.read_page(&account).await.unwrap();
}

#[tokio::test]
async fn while_the_provider_is_away_the_present_token_serves_as_long_as_it_lives() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600 - 50));
    for _ in 0..20 {
        house.provider.answer(503, &json!({}));
    }
    let service = house.service.clone();
    let id = house.account(&account).await.id;
    let live =
        house.in_time(async move { service.grants.usable(&id).await.map(|it| it.grant.generation) }).await;
    assert_eq!(live.unwrap(), 1);
    assert_eq!(house.status(&account).await, AccountStatus::Active);
    house.clock.advance(seconds(60));
    let (service, id) = (house.service.clone(), house.account(&account).await.id);
    let outcome = house.in_time(async move { service.grants.usable(&id).await.map(drop) }).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(house.status(&account).await, AccountStatus::Active);
}

#[tokio::test]
async fn a7_an_account_that_is_disconnected_during_its_refresh_stays_so() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600));
    house.provider.answer_tokens(2);
    let held = house.provider.hold().await;
    let id = house.account(&account).await.id;
    let service = house.service.clone();
    let call = tokio::spawn(async move { service.grants.usable(&id).await.map(drop) });
    house.provider.next_request().await;
    house.service.accounts.disconnect(&account).await.unwrap();
    drop(held);
    assert!(call.await.unwrap().is_err());
    house.service.grants.settle().await;
    assert_eq!(house.status(&account).await, AccountStatus::Disconnected);
    assert!(house.grant(&account).await.is_none());
    assert!(house.read_page(&account).await.is_err());
}

#[tokio::test]
async fn a_consent_during_a_refresh_wins() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600));
    house.provider.answer_tokens(2);
    let held = house.provider.hold().await;
    let (service, id) = (house.service.clone(), house.account(&account).await.id);
    let call = tokio::spawn(async move { service.grants.usable(&id).await.map(|it| it.grant.generation) });
    house.provider.next_request().await;
    let tokens = SuppliedTokens {
        access_token: Secret::new("access-9".to_owned()),
        refresh_token: Some(Secret::new("refresh-9".to_owned())),
        scopes: Vec::new(),
    };
    let change = AccountChange { tokens: Some(tokens), api_config: None };
    house.service.accounts.update(&account, change).await.unwrap();
    drop(held);
    assert_eq!(call.await.unwrap().unwrap(), 2);
    assert_eq!(reveal(&house.grant(&account).await.unwrap().access_token), "access-9");
}

/// Without a refresh token there is nothing to buy the next access token with: the present one serves to its end.
#[tokio::test]
async fn a_grant_without_refresh_token_serves_to_its_end() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer(200, &json!({"access_token": "access-1", "expires_in": 3600}));
    house.provider.answer_sites(&[super::harness::SITE]);
    house.provider.answer(403, &json!({}));
    house.come_back(&visit).await.unwrap();
    house.provider.requests();
    for step in [3600 - 500, 460, 39] {
        house.clock.advance(seconds(step));
        house.provider.answer(200, &page());
        house.read_page(&ann()).await.unwrap();
        house.service.grants.settle().await;
        house.service.grants.refresh_due().await.unwrap();
        assert_eq!(house.status(&ann()).await, AccountStatus::Active, "{step}");
        assert_eq!(told(&house), (Some("access-1".to_owned()), 0));
    }
    house.clock.advance(seconds(2));
    let error = house.read_page(&ann()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AccountNotActive);
    assert_eq!(house.status(&ann()).await, AccountStatus::Expired);
}

#[tokio::test]
async fn credentials_are_handed_out_fresh() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(seconds(3600));
    house.provider.answer_tokens(2);
    let credentials = house.service.accounts.credentials(&account).await.unwrap();
    let grant = credentials.grant.unwrap();
    assert_eq!(reveal(&grant.access_token), "access-2");
    assert_eq!(credentials.view.account.token_expires_at, grant.expires_at);
    house.service.accounts.disconnect(&account).await.unwrap();
    let credentials = house.service.accounts.credentials(&account).await.unwrap();
    assert!(credentials.grant.is_none());
    assert_eq!(credentials.view.account.status, AccountStatus::Disconnected);
}

/// A token endpoint that names the end of its pause as a date (RFC 9110 §10.2.3) is not asked before that.
#[tokio::test]
async fn a_token_endpoint_that_names_a_date_is_left_alone_until_then() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.clock.advance(Duration::from_secs(3600));
    let end =
        SystemTime::UNIX_EPOCH + Duration::from_secs(house.service.core.now().seconds().unsigned_abs() + 120);
    let date = httpdate::fmt_http_date(end);
    house.provider.answer_with(Ok(response(429, &[("retry-after", &date)], "{}")));
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!((error.code(), house.provider.requests().len()), (ErrorCode::RefreshFailed, 1));
    house.clock.advance(Duration::from_secs(60));
    house.read_page(&account).await.unwrap_err();
    assert_eq!(house.provider.requests().len(), 0, "asked half-way through the pause");
    house.clock.advance(Duration::from_secs(90));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
}
