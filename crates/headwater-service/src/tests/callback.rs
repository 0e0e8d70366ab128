//! The provider's answer to a flow: whose it is, how often it counts, and what it may change.

use std::time::Duration;

use headwater_domain::account::AccountStatus;
use headwater_ports::upstream::UpstreamError;
use serde_json::json;

use super::harness::{House, SITE, ann, bearer, body, code, reveal};
use crate::connect::{CallbackOutcome, CallbackQuery, ConnectError, SecretCheck};

#[tokio::test]
async fn a_consent_makes_the_account_usable() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    let Ok(CallbackOutcome::Connected(summary)) = house.come_back(&visit).await else { panic!() };
    assert_eq!((summary.provider.as_str(), summary.identifier.as_str()), ("Confluence", "ann"));
    let account = house.account(&ann()).await;
    assert_eq!(account.status, AccountStatus::Active);
    assert_eq!(account.provider_account_id.as_deref(), Some("712020:ann"));
    assert_eq!(account.site.unwrap().cloud_id, SITE);
    assert_eq!(account.token_expires_at, Some(house.service.core.now().plus(Duration::from_secs(3600))));
    let grant = house.grant(&ann()).await.unwrap();
    assert_eq!((grant.generation, reveal(&grant.access_token)), (1, "access-1"));
    assert_eq!(grant.refresh_token.as_ref().map(reveal), Some("refresh-1"));
    assert_eq!(grant.scopes, ["read:page:confluence", "offline_access"]);
    let requests = house.provider.requests();
    let targets: Vec<String> = requests.iter().map(|it| format!("{} {}", it.method, it.uri)).collect();
    assert_eq!(
        targets,
        [
            "POST https://auth.atlassian.com/oauth/token".to_owned(),
            "GET https://api.atlassian.com/oauth/token/accessible-resources".to_owned(),
            format!("GET https://api.atlassian.com/ex/confluence/{SITE}/wiki/rest/api/user/current"),
        ]
    );
    assert_eq!((bearer(&requests[1]), bearer(&requests[2])), ("access-1", "access-1"));
}

#[tokio::test]
async fn an_identity_that_stays_unknown_does_not_matter() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(403, &json!({}));
    house.come_back(&visit).await.unwrap();
    let account = house.account(&ann()).await;
    assert_eq!((account.status, account.provider_account_id), (AccountStatus::Active, None));
}

#[tokio::test]
async fn b1_an_answer_that_comes_twice_counts_once() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.come_back(&visit).await.unwrap();
    house.provider.requests();
    assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Used)));
    assert!(house.provider.requests().is_empty(), "a code is never presented twice");
    assert_eq!(house.grant(&ann()).await.unwrap().generation, 1);
}

#[tokio::test]
async fn two_answers_at_the_same_time_present_one_code() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    let (one, other) = tokio::join!(house.come_back(&visit), house.come_back(&visit));
    assert!(one.is_ok() != other.is_ok());
    let posts = house.provider.requests().iter().filter(|it| it.method == "POST").count();
    assert_eq!(posts, 1);
}

#[tokio::test]
async fn b2_only_the_browser_that_started_may_finish() {
    let house = House::new().await;
    let (visit, stranger) = (house.visit().await, house.visit().await);
    for cookie in [None, Some(""), Some(stranger.cookie.as_str()), Some(visit.state.as_str())] {
        let outcome =
            house.service.connect.callback(house.wiki.id.as_str(), code(&visit.state), cookie).await;
        assert!(matches!(outcome, Err(ConnectError::OtherBrowser)), "{cookie:?}: {outcome:?}");
    }
    assert!(house.provider.requests().is_empty());
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.come_back(&visit).await.unwrap();
}

#[tokio::test]
async fn an_unattended_flow_needs_no_browser() {
    let house = House::with(|settings| settings.unattended_connect = true).await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.service.connect.callback(house.wiki.id.as_str(), code(&visit.state), None).await.unwrap();
    assert_eq!(house.status(&ann()).await, AccountStatus::Active);
}

#[tokio::test]
async fn b1_states_that_did_not_go_out_are_unknown() {
    let house = House::new().await;
    let visit = house.visit().await;
    let tampered = format!("{}A", &visit.state[1..]);
    let states =
        [None, Some(String::new()), Some(tampered), Some(house.link().await), Some(visit.cookie.clone())];
    for state in states {
        let query = CallbackQuery { state: state.clone(), ..code("") };
        let outcome =
            house.service.connect.callback(house.wiki.id.as_str(), query, Some(&visit.cookie)).await;
        assert!(matches!(outcome, Err(ConnectError::Unknown)), "{state:?}: {outcome:?}");
    }
    assert!(house.provider.requests().is_empty());
}

#[tokio::test]
async fn b5_an_answer_for_another_connection_is_not_taken() {
    let house = House::new().await;
    let other = house.connection("other").await;
    let visit = house.visit().await;
    for connection in [other.id.as_str(), "conn_1", "x", ""] {
        let outcome =
            house.service.connect.callback(connection, code(&visit.state), Some(&visit.cookie)).await;
        assert!(matches!(outcome, Err(ConnectError::Unknown)), "{connection}: {outcome:?}");
    }
    assert!(house.provider.requests().is_empty());
}

#[tokio::test]
async fn b5_an_answer_of_another_authorization_server_is_not_taken() {
    let house = House::new().await;
    let visit = house.visit().await;
    let answer = |issuer: &str| CallbackQuery { iss: Some(issuer.to_owned()), ..code(&visit.state) };
    let id = house.wiki.id.as_str();
    for issuer in
        ["https://evil.example", "https://auth.atlassian.com.evil.example", "auth.atlassian.com", ""]
    {
        let outcome = house.service.connect.callback(id, answer(issuer), Some(&visit.cookie)).await;
        assert!(matches!(outcome, Err(ConnectError::Unknown)), "{issuer}: {outcome:?}");
    }
    assert!(house.provider.requests().is_empty());
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    let right = answer("https://auth.atlassian.com");
    house.service.connect.callback(id, right, Some(&visit.cookie)).await.unwrap();
}

#[tokio::test]
async fn b1_consent_that_takes_too_long_does_not_count() {
    let house = House::with(|settings| settings.consent_lifetime = Duration::from_secs(60)).await;
    let visit = house.visit().await;
    house.clock.advance(Duration::from_secs(60));
    assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Expired)));
    assert!(house.provider.requests().is_empty());
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
}

#[tokio::test]
async fn a_provider_that_says_no_ends_the_flow() {
    let house = House::new().await;
    let (plain, odd) = ("User did not authorize the request".to_owned(), "a\u{7}b".repeat(300));
    for (error, text, declined) in [
        ("access_denied", &plain, true),
        ("access_denied", &String::new(), true),
        ("access_denied", &odd, false),
        ("server_error", &odd, false),
    ] {
        let visit = house.visit().await;
        let query = || CallbackQuery {
            error: Some(error.to_owned()),
            error_description: Some(text.clone()),
            ..code(&visit.state)
        };
        let outcome =
            house.service.connect.callback(house.wiki.id.as_str(), query(), Some(&visit.cookie)).await;
        match outcome {
            Err(ConnectError::Declined) => assert!(declined),
            Err(ConnectError::Provider { code, description }) => {
                assert!(!declined && code == error);
                assert_eq!(description, "ab".repeat(150), "shortened, without controls");
            }
            other => panic!("{other:?}"),
        }
        assert!(house.provider.requests().is_empty(), "the code beside an error is not used");
        assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Used)));
    }
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
}

#[tokio::test]
async fn a_code_that_brings_no_tokens_is_gone() {
    let house = House::new().await;
    let broken = || UpstreamError::Broken { reason: "reset".to_owned() };
    let refusals: [&dyn Fn(&House); 4] = [
        &|house| {
            house.provider.answer(403, &json!({"error": "invalid_grant", "error_description": "bad code"}));
        },
        &|house| house.provider.answer(500, &json!({})),
        &|house| house.provider.answer(200, &json!({"token_type": "Bearer"})),
        &|house| house.provider.answer_with(Err(broken())),
    ];
    for refuse in refusals {
        let visit = house.visit().await;
        refuse(&house);
        assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Exchange(_))));
        assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Used)));
        assert_eq!(house.provider.requests().len(), 1);
    }
    assert_eq!(house.status(&ann()).await, AccountStatus::PendingAuth);
    assert!(house.grant(&ann()).await.is_none());
}

#[tokio::test]
async fn n8_a_wrong_client_secret_is_the_operators_to_mend() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer(401, &json!({"error": "access_denied", "error_description": "Unauthorized"}));
    let outcome = house.come_back(&visit).await;
    assert!(matches!(&outcome, Err(ConnectError::WrongSecret(name)) if name == "wiki"), "{outcome:?}");

    for (status, body, expected) in [
        (401, json!({"error": "access_denied", "error_description": "Unauthorized"}), "wrong"),
        (403, json!({"error": "invalid_grant", "error_description": "Invalid authorization code"}), "right"),
        (500, json!({}), "unknown"),
    ] {
        house.provider.answer(status, &body);
        let found = match house.service.connect.check_client_secret(&house.wiki).await {
            SecretCheck::Wrong(_) => "wrong",
            SecretCheck::Right => "right",
            SecretCheck::Unknown(_) => "unknown",
        };
        assert_eq!(found, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn an_answer_without_code_and_error_ends_the_flow() {
    let house = House::new().await;
    let visit = house.visit().await;
    let query = CallbackQuery { code: None, ..code(&visit.state) };
    let outcome = house.service.connect.callback(house.wiki.id.as_str(), query, Some(&visit.cookie)).await;
    assert!(matches!(outcome, Err(ConnectError::Exchange(_))), "{outcome:?}");
    assert!(house.provider.requests().is_empty());
}

#[tokio::test]
async fn a_new_consent_replaces_the_grant_at_once() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
    house.connected(2).await;
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
    assert_eq!(bearer(&house.provider.requests()[0]), "access-2");
    let grant = house.grant(&account).await.unwrap();
    assert_eq!((grant.generation, grant.refresh_token.as_ref().map(reveal)), (2, Some("refresh-2")));
}

#[tokio::test]
async fn an_account_that_works_stays_so_when_a_new_consent_is_declined() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let visit = house.visit().await;
    let query = CallbackQuery { error: Some("access_denied".to_owned()), ..code(&visit.state) };
    let outcome = house.service.connect.callback(house.wiki.id.as_str(), query, Some(&visit.cookie)).await;
    assert!(matches!(outcome, Err(ConnectError::Declined)));
    assert_eq!(house.status(&account).await, AccountStatus::Active);
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
    assert_eq!(bearer(&house.provider.requests()[0]), "access-1");
}

#[tokio::test]
async fn a_flow_of_a_deleted_account_leads_nowhere() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.service.accounts.delete(&ann()).await.unwrap();
    assert!(matches!(house.come_back(&visit).await, Err(ConnectError::Unknown)));
    assert!(house.provider.requests().is_empty());
}

#[tokio::test]
async fn b5_the_exchange_goes_to_the_connections_own_endpoint() {
    let house = House::new().await;
    let mut endpoints = house.wiki.endpoints.clone();
    endpoints.token = "https://sandbox.example/token".parse().unwrap();
    let settings =
        crate::connections::ConnectionSettings { endpoints: Some(endpoints), ..Default::default() };
    house.service.connections.update(house.wiki.id.as_str(), None, settings).await.unwrap();
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.come_back(&visit).await.unwrap();
    let requests = house.provider.requests();
    assert_eq!(requests[0].uri, "https://sandbox.example/token");
    assert_eq!(body(&requests[0])["client_id"], "the-app");
}
