//! Connections over REST: made, changed, listed, removed; the client secret goes in and never comes out.

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::harness::{House, request};

const SECRET: &str = "the-client-secret";

async fn create(house: &House, name: &str) -> Value {
    let body = json!({"provider_key": "CONFLUENCE", "key_id": name, "type": "OAUTH"});
    let answer = house.post("/api/v1/connections", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    answer.json()["connection"].clone()
}

async fn delete(house: &House, id: &str) -> StatusCode {
    let path = format!("/api/v1/connections/{id}");
    house.send_authorized(request(Method::DELETE, &path, Body::empty())).await.status
}

#[tokio::test]
async fn a_connection_lives_from_draft_to_deletion() {
    let house = House::new().await;
    let made = create(&house, "team").await;
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["status"], &made["enabled"]), (&json!("DRAFT"), &json!(true)));
    let callback = made["oauth_config"]["redirect_uri"].as_str().unwrap();
    assert!(callback.starts_with("https://headwater.example/") && callback.contains(id), "{callback}");
    let path = format!("/api/v1/connections/{id}");
    let change = json!({"oauth_config": {"client_id": "app", "client_secret": SECRET, "scopes": ["read:me", "search:confluence"]}});
    let changed = house.call(Method::PATCH, &path, &change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.json());
    let read = house.get(&path).await;
    for answer in [changed, read, house.get("/api/v1/connections").await] {
        assert!(!String::from_utf8_lossy(&answer.body).contains(SECRET));
    }
    let read = house.get(&path).await.json()["connection"].clone();
    assert_eq!(read["status"], "COMPLETED");
    assert_eq!(read["oauth_config"]["scopes"], json!(["read:me", "search:confluence"]));
    assert_eq!(read["oauth_config"]["client_id"], "app");
    assert!(read["oauth_config"]["client_secret"].is_null());
    for (verb, enabled) in [("disable", false), ("enable", true)] {
        let toggle = request(Method::PATCH, &format!("{path}:{verb}"), Body::empty());
        assert_eq!(house.send_authorized(toggle).await.json()["enabled"], enabled);
        assert_eq!(house.get(&path).await.json()["connection"]["enabled"], enabled);
    }
    assert_eq!(delete(&house, id).await, StatusCode::OK);
    assert_eq!(delete(&house, id).await, StatusCode::NOT_FOUND);
    assert_eq!(house.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_show_every_connection_and_narrow_by_query() {
    let house = House::new().await;
    for name in ["alpha", "beta"] {
        create(&house, name).await;
    }
    let all = house.get("/api/v1/connections").await.json();
    assert_eq!(all["connections"].as_array().unwrap().len(), 3);
    let found = house.get("/api/v1/connections/app?query=alp&provider=confluence").await.json();
    assert_eq!((&found["total_size"], &found["connections"][0]["key_id"]), (&json!(1), &json!("alpha")));
    let page = house.get("/api/v1/connections/app?page_size=2").await.json();
    assert_eq!((page["connections"].as_array().unwrap().len(), &page["total_size"]), (2, &json!(3)));
    let token = page["next_page_token"].as_str().unwrap();
    let rest = house.get(&format!("/api/v1/connections/app?page_size=2&page_token={token}")).await.json();
    assert_eq!((rest["connections"].as_array().unwrap().len(), &rest["next_page_token"]), (1, &json!("")));
}

#[tokio::test]
async fn a_connection_that_cannot_be_is_refused() {
    let house = House::new().await;
    let table = [
        (json!({}), 400),
        (json!({"provider_key": "NOTION"}), 400),
        (json!({"provider_key": "CONFLUENCE", "type": "SAML"}), 400),
        (json!({"provider_key": "CONFLUENCE", "type": "SURPRISE"}), 400),
        (json!({"provider_key": "CONFLUENCE", "key_id": "wiki"}), 409),
        (json!({"provider_key": "CONFLUENCE", "colour": "red"}), 400),
    ];
    for (body, status) in table {
        let answer = house.post("/api/v1/connections", &body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.json());
    }
    let id =
        house.get("/api/v1/connections").await.json()["connections"][0]["id"].as_str().unwrap().to_owned();
    for uri in ["ftp://auth.example/x", "/relative", "https://", "javascript:alert(1)"] {
        let change = json!({"oauth_config": {"token_uri": uri}});
        let answer = house.call(Method::PATCH, &format!("/api/v1/connections/{id}"), &change).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
        assert!(answer.json()["message"].as_str().unwrap().contains("token_uri"));
    }
}
