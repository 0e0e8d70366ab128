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
    for status in [403, 404, 429, 500, 503] {
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
    request.headers_mut().insert("identifier", HeaderValue::from_bytes(b"a\x80").unwrap());
    assert_eq!(house.send_authorized(request).await.status, StatusCode::BAD_REQUEST, "a control character");
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

#[tokio::test]
async fn c1_only_methods_on_the_list_cross_the_proxy() {
    let house = House::new().await;
    house.connected().await;
    let sent = house.provider.seen().len();
    for (method, status) in
        [("TRACE", 405), ("CONNECT", 405), ("get", 501), ("PROPFIND", 501), ("TRACK", 501), ("PURGE", 501)]
    {
        let answer = house.send_authorized(raw(method.parse().unwrap(), "/proxy/wiki/x", "")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_str()),
            (status, "METHOD_NOT_ALLOWED"),
            "{method}"
        );
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"), "{method}");
    }
    assert_eq!(house.provider.seen().len(), sent);
    for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] {
        house.provider.answer(200, "done");
        let answer = house.send_authorized(raw(method.parse().unwrap(), "/proxy/wiki/x", "")).await;
        assert_eq!((answer.status.as_u16(), house.asked().method.as_str()), (200, method));
    }
}

#[tokio::test]
async fn c1_requests_of_an_odd_form_do_not_cross_the_proxy() {
    let house = House::new().await;
    house.connected().await;
    let sent = house.provider.seen().len();
    let answer = house.send_authorized(raw(Method::GET, "http://evil.example/proxy/wiki/x", "")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "an absolute URL");
    let mut request = raw(Method::GET, "/proxy/wiki/x", "");
    request.headers_mut().insert("expect", HeaderValue::from_static("the-moon"));
    assert_eq!(house.send_authorized(request).await.status, StatusCode::EXPECTATION_FAILED);
    assert_eq!(house.provider.seen().len(), sent);
    house.provider.answer(200, "done");
    let mut request = raw(Method::GET, "/proxy/wiki/x", "");
    for (name, value) in [("upgrade", "websocket"), ("connection", "upgrade"), ("expect", "100-continue")] {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    assert_eq!(house.send_authorized(request).await.status, StatusCode::OK);
    let asked = house.asked();
    for name in ["upgrade", "connection", "expect"] {
        assert!(!asked.headers.contains_key(name), "{name}");
    }
}

/// How SDKs send what is not ASCII: Python and Node as Latin-1, others as UTF-8.
#[tokio::test]
async fn an_identifier_is_read_in_the_encoding_that_its_client_has() {
    let house = House::new().await;
    let create = |identifier: &str| {
        let tokens = json!({"access_token": "access-1", "refresh_token": "refresh-1"});
        json!({"connector": "wiki", "identifier": identifier,
               "connected_account": {"authorization_details": {"oauth_token": tokens}}})
    };
    assert_eq!(house.post("/api/v1/connected_accounts", &create("Zoë")).await.status, StatusCode::CREATED);
    house.answer_sites();
    for bytes in [&b"Zo\xeb"[..], "Zoë".as_bytes()] {
        house.provider.answer(200, "done");
        let mut request = raw(Method::GET, "/proxy/wiki/x", "");
        request.headers_mut().insert("identifier", HeaderValue::from_bytes(bytes).unwrap());
        let answer = house.send_authorized(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{bytes:?}: {:?}", answer.body);
    }
}

/// The attacker's own identifier is what a victim's looks like in the other encoding.
#[tokio::test]
async fn d1_bytes_that_name_two_accounts_name_none() {
    let house = House::new().await;
    for identifier in ["Zoë", "ZoÃ«"] {
        let tokens = json!({"access_token": "access-1", "refresh_token": "refresh-1"});
        let account = json!({"connector": "wiki", "identifier": identifier,
            "connected_account": {"authorization_details": {"oauth_token": tokens}}});
        assert_eq!(house.post("/api/v1/connected_accounts", &account).await.status, StatusCode::CREATED);
    }
    let sent = house.provider.seen().len();
    let mut request = raw(Method::GET, "/proxy/wiki/x", "");
    request.headers_mut().insert("identifier", HeaderValue::from_bytes("Zoë".as_bytes()).unwrap());
    let answer = house.send_authorized(request).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{:?}", answer.body);
    assert_eq!(house.provider.seen().len(), sent);
}
