//! Where secrets of a connection are sent, and who may change that.

use headwater_domain::audit::Actor;
use headwater_domain::connection::{Connection, Endpoints};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_domain::secret::Secret;
use url::{Host, Url};

use super::harness::{House, reveal};
use crate::accounts::{AccountChange, AccountLocator};
use crate::audit::calling;
use crate::connections::{ConnectionSettings, NewConnection, client_secret};
use crate::error::ServiceError;

const THIEF: &str = "https://thief.example/token";

fn agent() -> Actor {
    Actor::Client(ClientId::parse("skc_7").unwrap())
}

fn moved(present: &Endpoints, field: &str, url: &str) -> Endpoints {
    let (mut endpoints, url) = (present.clone(), Url::parse(url).unwrap());
    match field {
        "authorize_uri" => endpoints.authorize = url,
        "token_uri" => endpoints.token = url,
        "resources_uri" => endpoints.resources = url,
        _ => endpoints.api_base = url,
    }
    endpoints
}

async fn update(
    house: &House,
    endpoints: Endpoints,
    secret: Option<&str>,
) -> Result<Connection, ServiceError> {
    let settings = ConnectionSettings {
        endpoints: Some(endpoints),
        client_secret: secret.map(|it| Secret::new(it.to_owned())),
        ..ConnectionSettings::default()
    };
    calling(agent(), Roles::ALL, house.service.connections.update(house.wiki.id.as_str(), None, settings))
        .await
}

#[tokio::test]
async fn d11_no_secret_is_sent_elsewhere_by_who_does_not_know_it() {
    let house = House::new().await;
    house.connected(1).await;
    for field in ["authorize_uri", "token_uri", "resources_uri", "api_base"] {
        for secret in [None, Some(""), Some("guessed")] {
            let endpoints = moved(&house.wiki.endpoints, field, THIEF);
            let error = update(&house, endpoints, secret).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::PermissionDenied, ErrorCode::ClientSecretNeeded),
                "{field}"
            );
            assert!(error.message().contains(field) && error.message().contains("client_secret"), "{error}");
        }
        let stored = house.service.connections.get(house.wiki.id.as_str()).await.unwrap();
        assert_eq!(stored.endpoints, house.wiki.endpoints, "{field}");
        assert_eq!(
            reveal(&client_secret(&house.service.core, &stored).unwrap()),
            "the-secret",
            "nor is it replaced"
        );
    }
    let endpoints = moved(&house.wiki.endpoints, "token_uri", "https://gateway.example/token");
    update(&house, endpoints.clone(), Some("the-secret")).await.unwrap();
    // Another path at the same place tells nobody new.
    update(&house, moved(&endpoints, "token_uri", "https://gateway.example/v2/token"), None).await.unwrap();
}

#[tokio::test]
async fn d11_a_connection_without_a_secret_does_not_give_its_accounts_away() {
    let house = House::new().await;
    let new = NewConnection {
        name: Some("draft".to_owned()),
        provider: house.wiki.provider.clone(),
        settings: ConnectionSettings::default(),
    };
    let draft = house.service.connections.create(new).await.unwrap();
    let change = |url: &str| ConnectionSettings {
        endpoints: Some(moved(&draft.endpoints, "token_uri", url)),
        ..ConnectionSettings::default()
    };
    let update = async |url: &str| {
        calling(agent(), Roles::ALL, house.service.connections.update(draft.id.as_str(), None, change(url)))
            .await
    };
    update("https://one.example/token").await.unwrap();
    let bob = AccountLocator::of("draft", "bob");
    house.service.accounts.create(&bob, AccountChange::default()).await.unwrap();
    let error = update(THIEF).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::FailedPrecondition, ErrorCode::ClientSecretNeeded));
}

#[tokio::test]
async fn d11_endpoints_are_https_and_hold_no_user_name() {
    let house = House::with(|settings| {
        settings.plain_hosts = vec![(Host::parse("sandbox.example").unwrap(), Some(8080))];
    })
    .await;
    for url in [
        "http://auth.atlassian.com/oauth/token",
        "http://localhost/oauth/token",
        "http://sandbox.example/token",
        "http://sandbox.example:8081/token",
        "https://user@auth.atlassian.com/oauth/token",
        "https://:pass@auth.atlassian.com/oauth/token",
        "ftp://auth.atlassian.com/",
        &format!("https://auth.atlassian.com/{}", "x".repeat(2048)),
    ] {
        let error = update(&house, moved(&house.wiki.endpoints, "token_uri", url), Some("the-secret")).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{url}: {error}");
        assert_eq!(error.violations()[0].field, "connection.oauth_config.token_uri");
    }
    let sandbox = moved(&house.wiki.endpoints, "token_uri", "http://sandbox.example:8080/token");
    update(&house, sandbox, Some("the-secret")).await.unwrap();
}

#[tokio::test]
async fn the_operator_moves_endpoints_without_the_secret() {
    let house = House::new().await;
    let settings = ConnectionSettings {
        endpoints: Some(moved(&house.wiki.endpoints, "token_uri", "https://gateway.example/token")),
        ..ConnectionSettings::default()
    };
    let id = house.wiki.id.as_str();
    crate::audit::acting(Actor::Operator, house.service.connections.update(id, None, settings))
        .await
        .unwrap();
}
