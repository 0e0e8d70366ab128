//! The programs that call headwater: their secrets, and how those are replaced.

use std::time::Duration;

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::ClientId;
use headwater_domain::role::Roles;
use headwater_domain::secret::Secret;

use super::harness::{House, reveal};

#[tokio::test]
async fn d7_only_the_right_secret_of_the_right_client_is_accepted() {
    let house = House::new().await;
    let one = house.service.api_clients.create("one", Roles::ALL).await.unwrap();
    let other = house.service.api_clients.create("other", Roles::ALL).await.unwrap();
    let id = one.client.id.as_str();
    assert_eq!(house.service.api_clients.authenticate(id, &one.secret).await.unwrap(), one.client.id);
    let long = Secret::new("x".repeat(1_000_000));
    let near = Secret::new(reveal(&one.secret)[1..].to_owned());
    let empty = Secret::new(String::new());
    let table = [
        (id, &other.secret),
        (id, &near),
        (id, &empty),
        (id, &long),
        ("skc_1", &one.secret),
        ("", &one.secret),
        ("' OR 1=1", &one.secret),
    ];
    let mut messages = Vec::new();
    for (id, secret) in table {
        let error = house.service.api_clients.authenticate(id, secret).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Unauthenticated, ErrorCode::InvalidClient));
        messages.push(error.message().to_owned());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "nothing can be probed");
}

#[tokio::test]
async fn a_rotated_secret_works_until_its_grace_ends() {
    let house = House::new().await;
    let old = house.service.api_clients.create("one", Roles::ALL).await.unwrap();
    let id = old.client.id.clone();
    let new = house.service.api_clients.rotate(&id, Duration::from_secs(60)).await.unwrap();
    let accepted = async |secret| house.service.api_clients.authenticate(id.as_str(), secret).await.is_ok();
    assert_eq!((accepted(&old.secret).await, accepted(&new.secret).await), (true, true));
    house.clock.advance(Duration::from_secs(59));
    assert!(accepted(&old.secret).await);
    house.service.api_clients.rotate(&id, Duration::from_secs(3600)).await.unwrap();
    house.clock.advance(Duration::from_secs(1));
    assert!(!accepted(&old.secret).await, "a later rotation lengthens no grace");
    assert!(accepted(&new.secret).await);
    let last = house.service.api_clients.rotate(&id, Duration::ZERO).await.unwrap();
    assert_eq!((accepted(&new.secret).await, accepted(&last.secret).await), (false, true));
    assert_eq!(last.client.secrets.len(), 3, "what lapsed is forgotten");
}

#[tokio::test]
async fn rotations_at_the_same_time_lose_no_secret() {
    let house = House::new().await;
    let id = house.service.api_clients.create("one", Roles::ALL).await.unwrap().client.id;
    let hour = Duration::from_secs(3600);
    let (one, other) = tokio::join!(
        house.service.api_clients.rotate(&id, hour),
        house.service.api_clients.rotate(&id, hour)
    );
    for new in [one.unwrap(), other.unwrap()] {
        house.service.api_clients.authenticate(id.as_str(), &new.secret).await.unwrap();
    }
}

#[tokio::test]
async fn d8_a_deleted_client_is_gone_at_once() {
    let house = House::new().await;
    let new = house.service.api_clients.create("one", Roles::ALL).await.unwrap();
    let id = new.client.id;
    assert!(house.service.api_clients.roles(&id).await.unwrap().is_some());
    house.service.api_clients.delete(&id).await.unwrap();
    assert!(house.service.api_clients.roles(&id).await.unwrap().is_none());
    assert!(house.service.api_clients.authenticate(id.as_str(), &new.secret).await.is_err());
    assert_eq!(house.service.api_clients.delete(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    let error = house.service.api_clients.rotate(&id, Duration::ZERO).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(house.service.api_clients.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_known_client_is_answered_from_memory() {
    let house = House::new().await;
    let id = house.service.api_clients.create("one", Roles::ALL).await.unwrap().client.id;
    house.service.api_clients.roles(&id).await.unwrap();
    let before = house.store.opened();
    for _ in 0..100 {
        assert!(house.service.api_clients.roles(&id).await.unwrap().is_some());
    }
    assert_eq!(house.store.opened(), before);
}

#[tokio::test]
async fn names_are_for_eyes() {
    let house = House::new().await;
    for name in ["", "  ", "a\u{1b}[31m", &"x".repeat(101)] {
        let error = house.service.api_clients.create(name, Roles::ALL).await.err().unwrap();
        assert_eq!(error.violations()[0].field, "name", "{name:?}");
    }
    house.service.api_clients.create(&"é".repeat(100), Roles::ALL).await.unwrap();
    assert!(ClientId::parse("' OR 1=1").is_err());
}
