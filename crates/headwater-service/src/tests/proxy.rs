//! Raw requests: what crosses in either direction, and where they cannot lead.

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_ports::upstream::{UpstreamError, full, read};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::json;

use super::harness::{House, SITE, ann, bearer, response};
use crate::proxy::ProxyRequest;

fn get(path: &str) -> ProxyRequest {
    ProxyRequest {
        account: ann(),
        otherwise: None,
        method: Method::GET,
        path: path.to_owned(),
        query: None,
        headers: HeaderMap::new(),
        body: full(""),
    }
}

#[tokio::test]
async fn a_request_crosses_as_it_is_with_the_accounts_token() {
    let house = House::new().await;
    house.connected(1).await;
    house.provider.answer_with(Ok(response(418, &[("etag", "\"1\""), ("set-cookie", "a=b")], "tea")));
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("authorization", "Bearer ours"),
        ("cookie", "session=1"),
        ("identifier", "ann"),
        ("connection_name", "wiki"),
        ("x-atlassian-token", "no-check"),
        ("content-type", "text/plain"),
        ("x-forwarded-for", "10.0.0.1"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let request = ProxyRequest {
        method: Method::PATCH,
        query: Some("a=%2F&b=1&a=2".to_owned()),
        headers,
        body: full("hello"),
        ..get("/wiki/rest/api/content/7%20x")
    };
    let answer = house.service.proxy.send(request).await.unwrap();
    let seen = house.provider.requests().remove(0);
    assert_eq!(seen.method, "PATCH");
    let base = format!("https://api.atlassian.com/ex/confluence/{SITE}");
    assert_eq!(seen.uri.to_string(), format!("{base}/wiki/rest/api/content/7%20x?a=%2F&b=1&a=2"));
    assert_eq!((bearer(&seen), &seen.body[..]), ("access-1", &b"hello"[..]));
    assert_eq!(seen.headers["x-atlassian-token"], "no-check");
    assert_eq!(seen.headers["content-type"], "text/plain");
    for name in ["cookie", "identifier", "connection_name", "x-forwarded-for"] {
        assert!(!seen.headers.contains_key(name), "{name}");
    }
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["etag"]),
        (418, &HeaderValue::from_static("\"1\""))
    );
    assert!(!answer.headers().contains_key("set-cookie"));
    assert_eq!(&read(answer.into_body(), 10).await.unwrap()[..], b"tea");
}

#[tokio::test]
async fn c2_no_path_leads_out_of_the_accounts_site() {
    let house = House::new().await;
    house.connected(1).await;
    let table = [
        "",
        "wiki",
        "//evil.example/",
        "/../other/wiki",
        "/wiki/../../other",
        "/%2e%2e/other",
        "/%252e%252e/other",
        "/wiki/..%2f..%2fother",
        "/wiki/\\..\\other",
        "/..;/other",
        "/@evil.example/..",
        "/ex/confluence/22222222-2222-4222-8222-222222222222/wiki",
        "/ex/jira/11111111-1111-4111-8111-111111111111/rest",
        "/wiki?x\r\nhost: evil",
        "/wiki#x",
        "/wiki/%zz",
        "https://evil.example/",
    ];
    for path in table {
        let error =
            house.service.proxy.send(get(path)).await.err().unwrap_or_else(|| panic!("{path} was sent"));
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{path}");
        assert_eq!(error.violations()[0].field, "path");
    }
    assert!(house.provider.requests().is_empty());
    for path in ["/wiki/x", &format!("/ex/confluence/{SITE}/wiki/x"), "/ex/confluence/{{cloud_id}}/wiki/x"] {
        house.provider.answer(200, &json!({}));
        house.service.proxy.send(get(path)).await.unwrap();
        let uri = house.provider.requests()[0].uri.to_string();
        assert_eq!(uri, format!("https://api.atlassian.com/ex/confluence/{SITE}/wiki/x"), "{path}");
    }
}

#[tokio::test]
async fn redirects_are_passed_on_and_lead_back_where_they_stay_inside() {
    let house = House::new().await;
    house.connected(1).await;
    let inside = format!("https://api.atlassian.com/ex/confluence/{SITE}/wiki/y?a=1");
    let table = [
        (inside.as_str(), "https://headwater.example/proxy/wiki/y?a=1"),
        ("/wiki/y", "https://headwater.example/proxy/wiki/y"),
        ("https://api.media.atlassian.com/file", "https://api.media.atlassian.com/file"),
        ("https://media.example/file", ""),
        ("/../api/v1/connections", ""),
    ];
    for (location, expected) in table {
        house.provider.answer_with(Ok(response(302, &[("location", location)], "")));
        let answer = house.service.proxy.send(get("/wiki/x")).await.unwrap();
        let kept = answer.headers().get("location").map_or("", |it| it.to_str().unwrap());
        assert_eq!(kept, expected, "{location}");
        assert_eq!(house.provider.requests().len(), 1, "redirects are not followed");
    }
}

#[tokio::test]
async fn failures_say_whether_the_call_may_have_had_its_effect() {
    let house = House::new().await;
    house.connected(1).await;
    let table = [
        (UpstreamError::NotSent { reason: "x".to_owned() }, ErrorKind::Unavailable, "it had no effect"),
        (UpstreamError::TimedOut(std::time::Duration::from_secs(1)), ErrorKind::DeadlineExceeded, "may have"),
        (UpstreamError::Broken { reason: "x".to_owned() }, ErrorKind::Internal, "may have"),
        (UpstreamError::Forbidden("x".to_owned()), ErrorKind::PermissionDenied, "it had no effect"),
    ];
    for (failure, kind, text) in table {
        house.provider.answer_with(Err(failure));
        let error = house.service.proxy.send(get("/wiki/x")).await.err().unwrap();
        assert_eq!((error.kind(), error.code()), (kind, ErrorCode::ProviderUnreachable));
        assert!(error.message().contains(text), "{error}");
        assert_eq!(house.provider.requests().len(), 1, "a body cannot be sent twice");
    }
}

#[tokio::test]
async fn accounts_that_cannot_be_used_send_nothing() {
    let house = House::new().await;
    assert_eq!(house.service.proxy.send(get("/wiki")).await.err().unwrap().kind(), ErrorKind::NotFound);
    house.link().await;
    assert_eq!(
        house.service.proxy.send(get("/wiki")).await.err().unwrap().code(),
        ErrorCode::AccountNotActive
    );
    assert!(house.provider.requests().is_empty());
}
