//! Connections: the operator's OAuth apps.

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::page::Page;
use headwater_domain::provider::ProviderKey;
use headwater_domain::secret::Secret;

use super::harness::{House, body, reveal};
use crate::connections::{ConnectionFilter, ConnectionSettings, NewConnection, client_secret};

#[tokio::test]
async fn a_name_is_taken_once() {
    let house = House::new().await;
    let new = |name: &str, provider: &str| NewConnection {
        name: Some(name.to_owned()),
        provider: ProviderKey::new(provider),
        settings: ConnectionSettings::default(),
    };
    let error = house.service.connections.create(new("wiki", "CONFLUENCE")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let error = house.service.connections.create(new("x", "JIRA")).await.unwrap_err();
    assert!(error.message().contains("CONFLUENCE"), "{error}");
    for name in ["", " a", "a/b", "é", &"x".repeat(301)] {
        let error = house.service.connections.create(new(name, "CONFLUENCE")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}");
    }
    let other = house.connection("other").await;
    let settings = ConnectionSettings::default();
    let error =
        house.service.connections.update(other.id.as_str(), Some("wiki"), settings).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    let house = House::new().await;
    let id = house.wiki.id.as_str();
    let empty = ConnectionSettings { client_secret: Some(Secret::new(String::new())), ..Default::default() };
    let same = house.service.connections.update(id, None, empty).await.unwrap();
    assert_eq!((same.client_id.as_str(), &same.scopes), ("the-app", &house.wiki.scopes));
    assert_eq!(reveal(&client_secret(&house.service.core, &same).unwrap()), "the-secret");
    let new = ConnectionSettings { client_secret: Some(Secret::new("new".to_owned())), ..Default::default() };
    let changed = house.service.connections.update(id, Some("renamed"), new).await.unwrap();
    assert_eq!(reveal(&client_secret(&house.service.core, &changed).unwrap()), "new");
    assert_eq!(house.service.connections.named("renamed").await.unwrap().id, house.wiki.id);
    assert_eq!(house.service.connections.named("wiki").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn scopes_are_single_words_each_once() {
    let house = House::new().await;
    let change = async |scopes: &[&str]| {
        let scopes = Some(scopes.iter().map(|it| (*it).to_owned()).collect());
        let settings = ConnectionSettings { scopes, ..ConnectionSettings::default() };
        house.service.connections.update(house.wiki.id.as_str(), None, settings).await
    };
    let kept =
        change(&["read:me", "offline_access", "read:page:confluence", "read:me"]).await.unwrap().scopes;
    assert_eq!(kept, ["read:me", "read:page:confluence"]);
    let many: Vec<String> = (0..51).map(|number| format!("read:thing{number}:jira")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for scopes in [&["a b"][..], &[""], &["a\n"], &many] {
        assert_eq!(change(scopes).await.unwrap_err().violations()[0].field, "scopes", "{scopes:?}");
    }
    change(&many[..50]).await.unwrap();
}

#[tokio::test]
async fn a_changed_secret_is_used_for_the_next_refresh() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let new = ConnectionSettings { client_secret: Some(Secret::new("new".to_owned())), ..Default::default() };
    house.service.connections.update(house.wiki.id.as_str(), None, new).await.unwrap();
    house.clock.advance(std::time::Duration::from_secs(3600));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &serde_json::json!({}));
    house.read_page(&account).await.unwrap();
    assert_eq!(body(&house.provider.requests()[0])["client_secret"], "new");
}

#[tokio::test]
async fn a_deleted_connection_takes_its_accounts_along() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(200, &serde_json::json!({}));
    house.read_page(&account).await.unwrap();
    let id = house.account(&account).await.id;
    house.provider.requests();
    house.service.connections.delete(house.wiki.id.as_str()).await.unwrap();
    assert_eq!(house.read_page(&account).await.unwrap_err().kind(), ErrorKind::NotFound);
    let by_id = crate::accounts::AccountLocator { id: Some(id.to_string()), ..Default::default() };
    assert_eq!(house.read_page(&by_id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(house.provider.requests().is_empty());
    let error = house.service.connections.delete(house.wiki.id.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let page = Page { offset: 0, limit: 10 };
    assert_eq!(house.service.connections.list(&ConnectionFilter::default(), page).await.unwrap().total, 0);
}

#[tokio::test]
async fn switching_a_connection_off_stops_warm_accounts_at_once() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let id = house.wiki.id.as_str();
    house.provider.answer(200, &serde_json::json!({}));
    house.read_page(&account).await.unwrap();
    house.provider.requests();
    assert!(!house.service.connections.set_enabled(id, false).await.unwrap().enabled);
    assert_eq!(house.read_page(&account).await.unwrap_err().code(), ErrorCode::ConnectionDisabled);
    assert!(house.provider.requests().is_empty());
    assert!(house.service.connections.set_enabled(id, true).await.unwrap().enabled);
    house.provider.answer(200, &serde_json::json!({}));
    house.read_page(&account).await.unwrap();
}

#[tokio::test]
async fn what_people_paste_is_trimmed_and_a_name_is_found_for_them() {
    let house = House::new().await;
    let settings = ConnectionSettings { client_id: Some(" the-id \n".to_owned()), ..Default::default() };
    let new = NewConnection { name: None, provider: house.wiki.provider.clone(), settings };
    let made = house.service.connections.create(new).await.unwrap();
    assert_eq!((made.name.as_str(), made.client_id.as_str()), ("confluence", "the-id"));
    assert!(!made.configured(), "there is no secret yet");
    assert!(made.pkce && made.enabled && !made.additional_tools);
}
