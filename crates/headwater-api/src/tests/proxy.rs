//! `/proxy/<path>`: raw requests through the whole wire contract.

use axum::body::Body;
use http::{HeaderValue, Method, Request, StatusCode};
use serde_json::json;

use super::harness::{Answer, House, SITE, request};

/// A raw request with the account of `ann`.
fn raw(method: Method, path: &str, body: &'static str) -> Request<Body> {
    let mut request = request(method, path, Body::from(body));
    request.headers_mut().insert("connection_name", HeaderValue::from_static("wiki"));
    request.headers_mut().insert("identifier", HeaderValue::from_static("ann"));
    request
}

async fn get(house: &House, path: &str) -> Answer {
    house.send_authorized(raw(Method::GET, path, "")).await
}

#[tokio::test]
async fn a_raw_request_reaches_the_accounts_site() {
    let house = House::new().await;
    house.connected().await;
    house.provider.answer(207, "raw bytes");
    let request = raw(Method::PUT, "/proxy/wiki/rest/api/content/7?a=%2F&a=2", "hello");
    let answer = house.send_authorized(request).await;
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (207, &b"raw bytes"[..]));
    let asked = house.asked();
    let url = format!("https://api.atlassian.com/ex/confluence/{SITE}/wiki/rest/api/content/7?a=%2F&a=2");
    assert_eq!((asked.method.as_str(), asked.uri.to_string(), &asked.body[..]), ("PUT", url, &b"hello"[..]));
    let authorization: Vec<_> = asked.headers.get_all("authorization").iter().collect();
    assert_eq!(authorization, ["Bearer access-1"], "the account's token, not the caller's");
    assert!(!asked.headers.contains_key("identifier") && !asked.headers.contains_key("connection_name"));
}

#[tokio::test]
async fn a_refusal_of_the_provider_comes_back_as_it_is() {
    let house = House::new().await;
    house.connected().await;
    for status in [401, 403, 404, 429, 500, 503] {
        house.provider.answer(status, "their words");
        let answer = get(&house, "/proxy/wiki/x").await;
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (status, &b"their words"[..]));
        // A refusal can make us look for a fresh token or leave the site alone for a while.
        house.clock.advance(std::time::Duration::from_secs(120));
    }
}

#[tokio::test]
async fn the_account_must_be_named() {
    let house = House::new().await;
    house.connected().await;
    for missing in ["connection_name", "identifier"] {
        let mut request = raw(Method::GET, "/proxy/wiki/x", "");
        request.headers_mut().remove(missing);
        let answer = house.send_authorized(request).await;
        assert_eq!(
            (answer.status, answer.error_code().as_str()),
            (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT")
        );
        assert!(answer.json()["message"].as_str().unwrap().contains(missing));
    }
    let mut request = raw(Method::GET, "/proxy/wiki/x", "");
    request.headers_mut().insert("identifier", HeaderValue::from_bytes(b"a\xff").unwrap());
    assert_eq!(house.send_authorized(request).await.status, StatusCode::BAD_REQUEST, "not UTF-8");
    let mut request = raw(Method::GET, "/proxy/wiki/x", "");
    request.headers_mut().insert("identifier", HeaderValue::from_static("nobody"));
    assert_eq!(house.send_authorized(request).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_path_without_its_slash_is_explained() {
    let house = House::new().await;
    house.connected().await;
    let sent = house.provider.seen().len();
    for path in ["/proxy", "/proxywiki/rest/api/user/current", "/proxy?x=1"] {
        let answer = get(&house, path).await;
        assert_eq!(
            (answer.status, answer.error_code().as_str()),
            (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"),
            "{path}"
        );
        assert!(answer.json()["message"].as_str().unwrap().contains('/'), "{path}");
    }
    assert_eq!(house.provider.seen().len(), sent);
}

#[tokio::test]
async fn c2_no_path_leads_out_of_the_site_of_the_router() {
    let house = House::new().await;
    house.connected().await;
    let sent = house.provider.seen().len();
    for path in [
        "/proxy/../x",
        "/proxy/wiki/%2e%2e/%2e%2e/%2e%2e/x",
        "/proxy/wiki/..%2f..%2f..%2fx",
        "/proxy//evil.example/x",
        "/proxy/%5c%5cevil.example/x",
        "/proxy/wiki/%00",
    ] {
        let answer = get(&house, path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.json());
    }
    assert_eq!(house.provider.seen().len(), sent);
}

#[tokio::test]
async fn our_own_refusals_are_never_401() {
    let house = House::new().await;
    let account = json!({"connector": "wiki", "identifier": "ann", "connected_account": {}});
    assert_eq!(house.post("/api/v1/connected_accounts", &account).await.status, StatusCode::CREATED);
    let answer = get(&house, "/proxy/wiki/x").await;
    assert_eq!((answer.status, answer.error_code().as_str()), (StatusCode::FORBIDDEN, "ACCOUNT_NOT_ACTIVE"));
    assert!(house.provider.seen().is_empty());
}

#[tokio::test]
async fn a_body_that_is_too_large_does_not_get_through() {
    let house = House::new().await;
    house.connected().await;
    let sent = house.provider.seen().len();
    house.provider.answer(200, "stored");
    let mut request = raw(Method::POST, "/proxy/wiki/x", "");
    *request.body_mut() = Body::from("x".repeat(1025));
    drop(house.send_authorized(request).await);
    // The fake provider reads what it can; what was over the bound never came.
    assert!(house.provider.seen().iter().skip(sent).all(|it| it.body.is_empty()));
}
