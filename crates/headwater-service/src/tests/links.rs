//! Authorization links: what they are good for, how often and how long, and where they lead.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::role::Roles;

use super::harness::{House, ann, body, parameter};
use crate::accounts::{AccountLocator, ListAccounts};
use crate::connect::{ConnectError, LinkRequest};
use crate::connections::ConnectionSettings;

#[tokio::test]
async fn a_link_creates_the_account_once() {
    let house = House::new().await;
    assert_ne!(house.link().await, house.link().await);
    let account = house.account(&ann()).await;
    assert_eq!((account.status, account.version), (AccountStatus::PendingAuth, 1));
}

#[tokio::test]
async fn b6_looking_at_a_link_does_not_use_it_up() {
    let house = House::new().await;
    let locator = AccountLocator::of("wiki", "ada.lovelace@example.com");
    let link = house.link_for(&locator).await;
    for _ in 0..3 {
        let view = house.service.connect.view_link(&link).await.unwrap();
        assert_eq!((view.provider.as_str(), view.application), ("Confluence", None));
        assert_eq!(view.masked_identifier, "ad•••@example.com");
    }
    house.start(&link).await.unwrap();
}

#[tokio::test]
async fn the_start_page_names_the_application_where_there_is_one() {
    let house = House::new().await;
    let link = house.link().await;
    let named = async || house.service.connect.view_link(&link).await.unwrap().application;
    assert_eq!(named().await, None);
    house.service.api_clients.create("Acme Assistant", Roles::ALL).await.unwrap();
    assert_eq!(named().await.as_deref(), Some("Acme Assistant"));
    house.service.api_clients.create("Reports", Roles::NONE).await.unwrap();
    assert_eq!(named().await.as_deref(), Some("Acme Assistant"), "the other one makes no links");
    house.service.api_clients.create("Another", Roles::ALL).await.unwrap();
    assert_eq!(named().await, None, "which of them made the link is not known");
}

#[tokio::test]
async fn b14_what_a_browser_keeps_is_sealed_and_lapses() {
    let house = House::new().await;
    let kept = house.service.connect.seal_for_browser("Connected to <wiki>").unwrap();
    assert!(!kept.contains("wiki"));
    assert_eq!(house.service.connect.open_from_browser(&kept).as_deref(), Some("Connected to <wiki>"));
    for forged in ["", "x", "Q29ubmVjdGVk", &format!("{kept}A"), &kept[..kept.len() - 2], &"A".repeat(9_000)]
    {
        assert_eq!(house.service.connect.open_from_browser(forged), None, "{forged}");
    }
    assert_eq!(
        house.service.connect.seal_for_browser(&"x".repeat(4_000)),
        None,
        "it would not fit into a cookie"
    );
    house.clock.advance(std::time::Duration::from_secs(30 * 60));
    assert_eq!(house.service.connect.open_from_browser(&kept), None);
}

#[tokio::test]
async fn b6_a_link_works_once() {
    let house = House::new().await;
    let link = house.link().await;
    house.start(&link).await.unwrap();
    assert!(matches!(house.start(&link).await, Err(ConnectError::Used)));
    assert!(matches!(house.service.connect.view_link(&link).await, Err(ConnectError::Used)));
}

#[tokio::test]
async fn b6_of_two_browsers_with_the_same_link_one_wins() {
    let house = House::new().await;
    let link = house.link().await;
    let (one, other) = tokio::join!(house.start(&link), house.start(&link));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let loser = one.err().or(other.err());
    assert!(matches!(loser, Some(ConnectError::Used)), "{loser:?}");
}

#[tokio::test]
async fn b6_a_link_lapses_at_the_moment_that_was_told() {
    let house = House::with(|settings| settings.link_lifetime = Duration::from_secs(300)).await;
    let request = LinkRequest { account: ann(), ..LinkRequest::default() };
    let made = house.service.connect.link(request).await.unwrap();
    let token = made.url.rsplit('=').next().unwrap();
    assert_eq!(house.service.core.now().until(made.expires_at), Duration::from_secs(300));
    house.clock.advance(Duration::from_secs(299));
    house.service.connect.view_link(token).await.unwrap();
    house.clock.advance(Duration::from_secs(1));
    assert!(matches!(house.service.connect.view_link(token).await, Err(ConnectError::Expired)));
    assert!(matches!(house.start(token).await, Err(ConnectError::Expired)));
}

#[tokio::test]
async fn what_is_no_link_is_unknown() {
    let house = House::new().await;
    let link = house.link().await;
    for token in ["", "x", &link[1..], &format!("{link}A"), &link.to_lowercase()] {
        assert!(
            matches!(house.service.connect.view_link(token).await, Err(ConnectError::Unknown)),
            "{token}"
        );
        assert!(matches!(house.start(token).await, Err(ConnectError::Unknown)), "{token}");
    }
}

#[tokio::test]
async fn links_are_refused_where_they_could_not_lead_anywhere() {
    let house = House::new().await;
    let blank = ConnectionSettings::default();
    let provider = house.wiki.provider.clone();
    let new = crate::connections::NewConnection { name: Some("blank".to_owned()), provider, settings: blank };
    house.service.connections.create(new).await.unwrap();
    let off = house.connection("off").await;
    house.service.connections.set_enabled(off.id.as_str(), false).await.unwrap();
    let by_id = AccountLocator { id: Some("ca_1".to_owned()), ..AccountLocator::default() };
    let table = [
        (
            AccountLocator::of("blank", "ann"),
            ErrorKind::FailedPrecondition,
            ErrorCode::ConnectionNotConfigured,
        ),
        (AccountLocator::of("off", "ann"), ErrorKind::FailedPrecondition, ErrorCode::ConnectionDisabled),
        (AccountLocator::of("nowhere", "ann"), ErrorKind::NotFound, ErrorCode::ResourceNotFound),
        (AccountLocator::of("", "ann"), ErrorKind::InvalidArgument, ErrorCode::InvalidArgument),
        (AccountLocator::of("wiki", ""), ErrorKind::InvalidArgument, ErrorCode::InvalidArgument),
        (by_id, ErrorKind::NotFound, ErrorCode::ResourceNotFound),
    ];
    for (account, kind, code) in table {
        let request = LinkRequest { account: account.clone(), ..LinkRequest::default() };
        let error = house.service.connect.link(request).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, code), "{account:?}: {error}");
    }
    assert_eq!(
        house.service.accounts.list(ListAccounts::default(), page()).await.unwrap().total,
        0,
        "a refused link leaves no account behind"
    );
}

#[tokio::test]
async fn the_authorize_request_holds_exactly_what_the_provider_wants() {
    let house = House::new().await;
    let visit = house.visit().await;
    let url = &visit.authorize_url;
    assert_eq!(url.as_str().split('?').next(), Some("https://auth.atlassian.com/authorize"));
    let redirect = format!("https://headwater.example/sso/v1/oauth/{}/callback", house.wiki.id);
    let challenge = parameter(url, "code_challenge").unwrap();
    let expected = [
        ("audience", "api.atlassian.com"),
        ("prompt", "consent"),
        ("client_id", "the-app"),
        ("scope", "read:page:confluence write:page:confluence offline_access"),
        ("redirect_uri", &redirect),
        ("state", &visit.state),
        ("response_type", "code"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let expected: Vec<(String, String)> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn b1_the_verifier_that_is_sent_fits_the_challenge() {
    let house = House::new().await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[super::harness::SITE]);
    house.come_back(&visit).await.unwrap();
    let requests = house.provider.requests();
    assert_eq!(requests[0].uri, "https://auth.atlassian.com/oauth/token");
    let sent = body(&requests[0]);
    let verifier = sent["code_verifier"].as_str().unwrap();
    assert!((43..=128).contains(&verifier.len()));
    let challenge = URL_SAFE_NO_PAD.encode(house.service.core.sealer().sha256(verifier.as_bytes()));
    assert_eq!(parameter(&visit.authorize_url, "code_challenge"), Some(challenge));
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!(sent["code"], "the-code");
    assert_eq!(sent["client_secret"], "the-secret");
    assert_eq!(
        Some(sent["redirect_uri"].as_str().unwrap().to_owned()),
        parameter(&visit.authorize_url, "redirect_uri")
    );
}

#[tokio::test]
async fn without_pkce_there_is_neither_challenge_nor_verifier() {
    let house = House::new().await;
    let settings = ConnectionSettings { pkce: Some(false), ..ConnectionSettings::default() };
    house.service.connections.update(house.wiki.id.as_str(), None, settings).await.unwrap();
    let visit = house.visit().await;
    assert_eq!(parameter(&visit.authorize_url, "code_challenge"), None);
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[super::harness::SITE]);
    house.come_back(&visit).await.unwrap();
    assert_eq!(body(&house.provider.requests()[0]).get("code_verifier"), None);
}

#[tokio::test]
async fn old_flows_are_removed_a_day_after_they_lapsed() {
    let house = House::new().await;
    let link = house.link().await;
    house.clock.advance(Duration::from_secs(86_400 + 599));
    assert_eq!(house.service.connect.remove_old().await.unwrap(), 0);
    house.clock.advance(Duration::from_secs(2));
    assert_eq!(house.service.connect.remove_old().await.unwrap(), 1);
    assert!(matches!(house.service.connect.view_link(&link).await, Err(ConnectError::Unknown)));
}

fn page() -> headwater_domain::page::Page {
    headwater_domain::page::Page { offset: 0, limit: 10 }
}
