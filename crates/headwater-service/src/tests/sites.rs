//! Which site an account reaches: told by the grant, picked by the end user or named by the caller; never guessed.

use std::time::Duration;

use headwater_domain::account::AccountStatus;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::secret::Secret;
use serde_json::{Map, Value, json};

use super::harness::{House, OTHER_SITE, SITE, Visit, ann, bearer, reveal};
use crate::accounts::{AccountChange, AccountLocator, SuppliedTokens};
use crate::connect::{CallbackOutcome, ConnectError, SiteChoice};
use crate::error::ServiceError;

/// A flow whose end user has to pick a site.
async fn choosing(house: &House) -> (Visit, SiteChoice) {
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE, OTHER_SITE]);
    let Ok(CallbackOutcome::ChooseSite(choice)) = house.come_back(&visit).await else { panic!() };
    (visit, choice)
}

/// An account whose tokens come from outside.
async fn supplied(house: &House, api_config: Value) -> Result<AccountLocator, ServiceError> {
    let Value::Object(api_config) = api_config else { panic!("settings are an object") };
    house.service.accounts.create(&ann(), change("access-9", api_config)).await?;
    Ok(ann())
}

fn change(access_token: &str, api_config: Map<String, Value>) -> AccountChange {
    let tokens = SuppliedTokens {
        access_token: Secret::new(access_token.to_owned()),
        refresh_token: None,
        scopes: Vec::new(),
    };
    AccountChange { tokens: Some(tokens), api_config: Some(api_config) }
}

#[tokio::test]
async fn a_grant_for_several_sites_waits_for_the_end_user() {
    let house = House::new().await;
    let (visit, choice) = choosing(&house).await;
    let ids: Vec<&str> = choice.sites.iter().map(|it| it.cloud_id.as_str()).collect();
    assert_eq!(ids, [SITE, OTHER_SITE]);
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
    assert!(house.grant(&ann()).await.is_none(), "nothing is granted before the choice");
    let outcome =
        house.service.connect.choose_site(&choice.flow, OTHER_SITE, Some(&visit.cookie)).await.unwrap();
    let CallbackOutcome::Connected(summary) = outcome else { panic!() };
    assert_eq!(summary.site.cloud_id, OTHER_SITE);
    assert_eq!(reveal(&house.grant(&ann()).await.unwrap().access_token), "access-1");
    house.provider.requests();
    house.provider.answer(200, &json!({}));
    house.read_page(&ann()).await.unwrap();
    assert!(house.provider.requests()[0].uri.path().starts_with(&format!("/ex/confluence/{OTHER_SITE}/")));
}

#[tokio::test]
async fn a_choice_counts_once_from_the_right_browser_for_an_offered_site() {
    let house = House::new().await;
    let (visit, choice) = choosing(&house).await;
    let stranger = house.visit().await;
    let pick = |site: &'static str, cookie: Option<String>| {
        let (service, flow) = (house.service.clone(), choice.flow.clone());
        async move { service.connect.choose_site(&flow, site, cookie.as_deref()).await }
    };
    assert!(matches!(pick(SITE, None).await, Err(ConnectError::OtherBrowser)));
    assert!(matches!(pick(SITE, Some(stranger.cookie)).await, Err(ConnectError::OtherBrowser)));
    let foreign = pick("33333333-3333-4333-8333-333333333333", Some(visit.cookie.clone())).await;
    assert!(matches!(foreign, Err(ConnectError::ForeignSite)));
    pick(SITE, Some(visit.cookie.clone())).await.unwrap();
    assert!(matches!(pick(OTHER_SITE, Some(visit.cookie)).await, Err(ConnectError::Used)));
    assert_eq!(house.account(&ann()).await.site.unwrap().cloud_id, SITE);
    for flow in ["", "x", "flow_1"] {
        let outcome = house.service.connect.choose_site(flow, SITE, None).await;
        assert!(matches!(outcome, Err(ConnectError::Unknown)), "{flow}");
    }
}

#[tokio::test]
async fn a_choice_lapses() {
    let house = House::new().await;
    let (visit, choice) = choosing(&house).await;
    house.clock.advance(Duration::from_secs(600));
    let outcome = house.service.connect.choose_site(&choice.flow, SITE, Some(&visit.cookie)).await;
    assert!(matches!(outcome, Err(ConnectError::Expired)));
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
}

#[tokio::test]
async fn a_grant_that_reaches_nothing_connects_nothing() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[]);
    assert!(matches!(house.come_back(&visit).await, Err(ConnectError::NoSite)));
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer(500, &json!({}));
    assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Exchange(_))));
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
}

#[tokio::test]
async fn supplied_tokens_find_their_site_on_first_use_and_remember_it() {
    let house = House::new().await;
    let account = supplied(&house, json!({})).await.unwrap();
    assert_eq!(house.status(&account).await, AccountStatus::Active);
    assert!(house.provider.requests().is_empty(), "nothing is asked before the first use");
    house.provider.answer_sites(&[SITE]);
    for _ in 0..2 {
        house.provider.answer(200, &json!({}));
        house.read_page(&account).await.unwrap();
    }
    let requests = house.provider.requests();
    assert_eq!(requests.len(), 3, "the list of sites is read once");
    assert!(requests.iter().all(|it| bearer(it) == "access-9"));
    assert_eq!(house.account(&account).await.site.unwrap().cloud_id, SITE);
}

#[tokio::test]
async fn of_several_sites_the_settings_name_one() {
    for (api_config, wanted) in [
        (json!({}), None),
        (json!({"cloud_id": "elsewhere"}), None),
        (json!({"cloud_id": 7}), None),
        (json!({"cloud_id": OTHER_SITE}), Some(OTHER_SITE)),
    ] {
        let house = House::new().await;
        let account = supplied(&house, api_config.clone()).await.unwrap();
        house.provider.answer_sites(&[SITE, OTHER_SITE]);
        house.provider.answer(200, &json!({}));
        let outcome = house.read_page(&account).await;
        if let Some(site) = wanted {
            outcome.unwrap();
            assert!(house.provider.requests()[1].uri.path().contains(site));
        } else {
            let error = outcome.unwrap_err();
            assert_eq!(error.code(), ErrorCode::SiteUnknown, "{api_config}");
            assert!(error.message().contains(SITE) && error.message().contains(OTHER_SITE), "{error}");
            assert_eq!(house.provider.requests().len(), 1, "nothing is sent to a guessed site");
        }
    }
}

#[tokio::test]
async fn naming_another_site_later_moves_the_account() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let other = json!({"cloud_id": OTHER_SITE}).as_object().cloned();
    let change = AccountChange { tokens: None, api_config: other };
    house.service.accounts.update(&account, change).await.unwrap();
    house.provider.answer_sites(&[SITE, OTHER_SITE]);
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    let requests = house.provider.requests();
    assert!(requests[1].uri.path().contains(OTHER_SITE), "{}", requests[1].uri);
}

/// Reads a page with an account whose site is not known; `meanwhile` happens while the provider is asked for it.
async fn read_while_looking<F: Future<Output = ()>>(
    house: &House,
    account: &AccountLocator,
    meanwhile: F,
) -> Result<crate::tools::Executed, ServiceError> {
    let held = house.provider.hold().await;
    let others = async {
        house.provider.next_request().await;
        meanwhile.await;
        drop(held);
    };
    tokio::join!(Box::pin(house.read_page(account)), others).0
}

#[tokio::test]
async fn a_site_that_is_named_while_another_is_looked_up_is_the_one() {
    let house = House::new().await;
    let account = supplied(&house, json!({"cloud_id": SITE})).await.unwrap();
    house.provider.answer_sites(&[SITE, OTHER_SITE]);
    house.provider.answer_sites(&[SITE, OTHER_SITE]);
    house.provider.answer(200, &json!({}));
    let name_other = async {
        let api_config = json!({"cloud_id": OTHER_SITE}).as_object().cloned();
        let change = AccountChange { tokens: None, api_config };
        house.service.accounts.update(&account, change).await.unwrap();
    };
    read_while_looking(&house, &account, name_other).await.unwrap();
    let requests = house.provider.requests();
    assert!(requests.last().unwrap().uri.path().contains(OTHER_SITE), "{}", requests.last().unwrap().uri);
    assert_eq!(house.account(&account).await.site.unwrap().cloud_id, OTHER_SITE);
}

#[tokio::test]
async fn an_account_that_is_disconnected_while_its_site_is_looked_up_sends_nothing() {
    let house = House::new().await;
    let account = supplied(&house, json!({})).await.unwrap();
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({}));
    let disconnect = async {
        house.service.accounts.disconnect(&account).await.unwrap();
    };
    let error = read_while_looking(&house, &account, disconnect).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AccountNotActive, "{error}");
    assert_eq!(house.provider.requests().len(), 1, "only the sites were asked for");
    assert_eq!(house.status(&account).await, AccountStatus::Disconnected);
    assert_eq!(house.read_page(&account).await.unwrap_err().code(), ErrorCode::AccountNotActive, "nor later");
}

#[tokio::test]
async fn callers_that_come_at_once_find_the_same_site() {
    let house = House::new().await;
    let account = supplied(&house, json!({})).await.unwrap();
    for _ in 0..2 {
        house.provider.answer_sites(&[SITE]);
    }
    for _ in 0..2 {
        house.provider.answer(200, &json!({}));
    }
    let held = house.provider.hold().await;
    let free = async {
        while house.provider.asked() < 2 {
            tokio::task::yield_now().await;
        }
        drop(held);
    };
    let read = || Box::pin(house.read_page(&account));
    let (one, other, ()) = tokio::join!(read(), read(), free);
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(house.account(&account).await.site.unwrap().cloud_id, SITE);
}
