//! The application confirms its end user.

use std::time::Duration;

use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use serde_json::json;
use url::Url;

use super::harness::{House, OTHER_SITE, SITE, Visit, ann, bearer, parameter, reveal};
use crate::connect::{CallbackOutcome, LinkRequest};

const VERIFY_URL: &str = "https://app.example/verify?tenant=7";

/// A visit that will have to be confirmed.
async fn visit(house: &House) -> Visit {
    let request = LinkRequest {
        account: ann(),
        user_verify_url: Some(VERIFY_URL.to_owned()),
        state: Some("a b".to_owned()),
    };
    let link = house.service.connect.link(request).await.unwrap();
    house.start(link.url.split_once("token=").unwrap().1).await.unwrap()
}

/// The user consents; returns where the browser is sent.
async fn consent(house: &House, tokens: u32) -> Url {
    let visit = visit(house).await;
    house.provider.answer_tokens(tokens);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    let Ok(CallbackOutcome::Verify(url)) = house.come_back(&visit).await else { panic!() };
    Url::parse(&url).unwrap()
}

fn request_id(url: &Url) -> String {
    parameter(url, "auth_request_id").unwrap()
}

#[tokio::test]
async fn b3_tokens_are_the_accounts_only_once_the_application_has_spoken() {
    let house = House::new().await;
    let url = consent(&house, 1).await;
    assert_eq!((url.host_str(), url.path()), (Some("app.example"), "/verify"));
    assert_eq!(parameter(&url, "tenant").as_deref(), Some("7"));
    assert_eq!(parameter(&url, "state").as_deref(), Some("a b"));
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingVerification);
    assert!(house.grant(&ann()).await.is_none());
    house.provider.requests();
    assert_eq!(house.read_page(&ann()).await.unwrap_err().kind(), ErrorKind::FailedPrecondition);
    assert!(house.provider.requests().is_empty());
    let verified = house.service.connect.verify_user(&request_id(&url), "ann").await.unwrap();
    assert_eq!(verified.redirect_url, "https://headwater.example/connect/success");
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    let account = house.account(&ann()).await;
    assert_eq!(account.provider_account_id.as_deref(), Some("712020:ann"));
    assert_eq!(reveal(&house.grant(&ann()).await.unwrap().access_token), "access-1");
    let again = house.service.connect.verify_user(&request_id(&url), "ann").await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn b8_of_many_confirmations_one_counts() {
    let house = House::new().await;
    let id = request_id(&consent(&house, 1).await);
    let attempts = (0..20).map(|_| house.service.connect.verify_user(&id, "ann"));
    let outcomes = futures_util::future::join_all(attempts).await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(house.grant(&ann()).await.unwrap().generation, 1);
}

/// Cross-user session fixation: the link of one user was opened by another, whom the application knows.
#[tokio::test]
async fn b3_a_link_that_somebody_else_opened_connects_nothing() {
    let house = House::new().await;
    let id = request_id(&consent(&house, 1).await);
    for left in (0..5).rev() {
        let error = house.service.connect.verify_user(&id, "victim").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{left} attempts left");
        assert!(!error.message().contains("ann"), "whose link it was stays unsaid");
    }
    let late = house.service.connect.verify_user(&id, "ann").await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::NotFound, "guessing ended it");
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
    assert!(house.grant(&ann()).await.is_none());
}

#[tokio::test]
async fn b4_the_present_grant_serves_until_the_new_one_is_confirmed() {
    let house = House::new().await;
    house.connected(1).await;
    let url = consent(&house, 2).await;
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    assert_eq!(reveal(&house.grant(&ann()).await.unwrap().access_token), "access-1");
    house.service.connect.verify_user(&request_id(&url), "ann").await.unwrap();
    assert_eq!(reveal(&house.grant(&ann()).await.unwrap().access_token), "access-2");
}

#[tokio::test]
async fn b3_what_nobody_confirms_is_destroyed() {
    let house = House::new().await;
    let id = request_id(&consent(&house, 1).await);
    assert_eq!(house.service.connect.destroy_lapsed().await.unwrap(), 0, "it may still come");
    house.clock.advance(Duration::from_secs(601));
    let late = house.service.connect.verify_user(&id, "ann").await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::NotFound);
    assert_eq!(house.service.connect.destroy_lapsed().await.unwrap(), 1);
    assert_eq!(house.service.connect.destroy_lapsed().await.unwrap(), 0);
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
    let late = house.service.connect.verify_user(&id, "ann").await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn b4_an_active_account_does_not_notice_that_nobody_confirmed() {
    let house = House::new().await;
    house.connected(1).await;
    consent(&house, 2).await;
    house.clock.advance(Duration::from_secs(601));
    assert_eq!(house.service.connect.destroy_lapsed().await.unwrap(), 1);
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
    assert_eq!(reveal(&house.grant(&ann()).await.unwrap().access_token), "access-1");
}

#[tokio::test]
async fn a_site_is_picked_before_the_application_is_asked() {
    let house = House::new().await;
    let visit = visit(&house).await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE, OTHER_SITE]);
    let Ok(CallbackOutcome::ChooseSite(choice)) = house.come_back(&visit).await else { panic!() };
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    let outcome = house.service.connect.choose_site(&choice.flow, OTHER_SITE, Some(&visit.cookie)).await;
    let Ok(CallbackOutcome::Verify(url)) = outcome else { panic!() };
    assert!(house.grant(&ann()).await.is_none());
    house.service.connect.verify_user(&request_id(&Url::parse(&url).unwrap()), "ann").await.unwrap();
    assert_eq!(house.account(&ann()).await.site.unwrap().cloud_id, OTHER_SITE);
}

#[tokio::test]
async fn a_disconnected_account_needs_the_confirmation_too() {
    let house = House::new().await;
    house.connected(1).await;
    house.service.accounts.disconnect(&ann()).await.unwrap();
    let url = consent(&house, 2).await;
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingVerification);
    house.service.connect.verify_user(&request_id(&url), "ann").await.unwrap();
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
}

#[tokio::test]
async fn a_deleted_account_cannot_be_confirmed() {
    let house = House::new().await;
    let url = consent(&house, 1).await;
    house.service.accounts.delete(&ann()).await.unwrap();
    let error = house.service.connect.verify_user(&request_id(&url), "ann").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn b7_where_it_is_required_a_link_needs_a_url_of_an_allowed_origin() {
    let origin = Url::parse("https://app.example").unwrap().origin();
    let house = House::with(|settings| {
        settings.verification.required = true;
        settings.verification.origins = vec![origin];
    })
    .await;
    let table = [
        (None, false),
        (Some(""), false),
        (Some("https://app.example/verify"), true),
        (Some("https://APP.example:443/verify"), true),
        (Some("https://app.example:8443/verify"), false),
        (Some("http://app.example/verify"), false),
        (Some("https://app.example.evil.example/"), false),
        (Some("https://app.example@evil.example/"), false),
    ];
    for (url, allowed) in table {
        let user_verify_url = url.map(str::to_owned);
        let request = LinkRequest { account: ann(), user_verify_url, state: None };
        let outcome = house.service.connect.link(request).await;
        assert_eq!(outcome.is_ok(), allowed, "{url:?}");
        if let Err(error) = outcome {
            assert_eq!(error.violations()[0].field, "user_verify_url");
        }
    }
}

#[tokio::test]
async fn every_step_has_its_own_time() {
    let minute = Duration::from_secs(60);
    let house =
        House::with(|settings| (settings.link_lifetime, settings.consent_lifetime) = (minute, minute));
    let house = house.await;
    let almost = || house.clock.advance(Duration::from_secs(59));
    let user_verify_url = Some(VERIFY_URL.to_owned());
    let request = LinkRequest { account: ann(), user_verify_url, ..LinkRequest::default() };
    let link = house.service.connect.link(request).await.unwrap();
    almost();
    let visit = house.start(link.url.split_once("token=").unwrap().1).await.unwrap();
    almost();
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE, OTHER_SITE]);
    let Ok(CallbackOutcome::ChooseSite(choice)) = house.come_back(&visit).await else { panic!() };
    almost();
    let chosen = house.service.connect.choose_site(&choice.flow, SITE, Some(&visit.cookie)).await;
    let Ok(CallbackOutcome::Verify(url)) = chosen else { panic!() };
    almost();
    house.service.connect.verify_user(&request_id(&Url::parse(&url).unwrap()), "ann").await.unwrap();
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
}

#[tokio::test]
async fn a_confirmed_grant_replaces_the_present_one_at_once() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    let url = consent(&house, 2).await;
    house.service.connect.verify_user(&request_id(&url), "ann").await.unwrap();
    house.provider.requests();
    house.provider.answer(200, &json!({}));
    house.read_page(&account).await.unwrap();
    assert_eq!(bearer(&house.provider.requests()[0]), "access-2");
}

#[tokio::test]
async fn a_request_id_that_was_changed_on_the_way_is_told_from_one_that_is_unknown() {
    let house = House::new().await;
    let id = request_id(&consent(&house, 1).await);
    let table = [
        (format!("{id}A"), ErrorKind::NotFound),
        (id[1..].to_owned(), ErrorKind::NotFound),
        (String::new(), ErrorKind::NotFound),
        (format!("{id}\n"), ErrorKind::InvalidArgument),
        (format!(" {id}"), ErrorKind::InvalidArgument),
        (id.replace(&id[..1], "%41"), ErrorKind::InvalidArgument),
    ];
    for (id, kind) in table {
        assert_eq!(house.service.connect.verify_user(&id, "ann").await.unwrap_err().kind(), kind, "{id:?}");
    }
    house.service.connect.verify_user(&id, "ann").await.unwrap();
}
