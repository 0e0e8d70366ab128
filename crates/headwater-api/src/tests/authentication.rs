//! Whose calls get through: any valid token of a client that exists.

use std::time::Duration;

use axum::body::Body;
use http::header::AUTHORIZATION;
use http::{Method, Request, StatusCode};
use tonic::Code;

use super::harness::{Answer, House, Reply, TOKEN_LIFETIME, request, rpc_request};
use crate::proto::tools::ListToolsRequest;

const PATH: &str = "/api/v1/tools?page_size=1";

/// Visits with these `authorization` values, by REST and by gRPC, and tells whether the call got through.
async fn gets_through(house: &House, values: &[&str]) -> bool {
    let rest = with(request(Method::GET, PATH, Body::empty()), values);
    let rest = house.send(rest).await.status;
    let method = "/scalekit.v1.tools.ToolService/ListTools";
    let rpc = with(rpc_request(method, &ListToolsRequest { page_size: 1, ..Default::default() }), values);
    let rpc = Reply::read(&house.send(rpc).await).code;
    match (rest, rpc) {
        (StatusCode::OK, Code::Ok) => true,
        (StatusCode::UNAUTHORIZED, Code::Unauthenticated) => false,
        other => panic!("REST and gRPC disagree: {other:?}"),
    }
}

fn with(mut request: Request<Body>, values: &[&str]) -> Request<Body> {
    for value in values {
        request.headers_mut().append(AUTHORIZATION, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn one_valid_token_among_the_values_is_enough() {
    let house = House::new().await;
    let (valid, lower) = (format!("Bearer {}", house.token), format!("bearer {}", house.token));
    let joined = format!("Bearer stale, {valid}");
    let bare = house.token.clone();
    let basic = format!("Basic {bare}");
    let table: [(&[&str], bool); 11] = [
        (&[&valid], true),
        (&[&lower], true),
        (&["Bearer stale", &valid], true),
        (&[&valid, "Bearer stale"], true),
        (&[&joined], true),
        (&[], false),
        (&[""], false),
        (&["Bearer"], false),
        (&["Bearer a.b.c", "Bearer d"], false),
        (&[&bare], false),
        (&[&basic], false),
    ];
    for (values, through) in table {
        assert_eq!(gets_through(&house, values).await, through, "{values:?}");
    }
}

#[tokio::test]
async fn a_token_that_was_changed_is_worth_nothing() {
    let house = House::new().await;
    let parts: Vec<&str> = house.token.split('.').collect();
    let [head, claims, signature] = parts[..] else { panic!("a token has three parts") };
    let other = house.new_token().await;
    let other_claims = other.split('.').nth(1).unwrap();
    assert_ne!(claims, other_claims);
    let flipped: String = signature.chars().rev().collect();
    for token in [
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!("{head}.{claims}.{flipped}"),
        format!("{head}.{claims}x.{signature}"),
        format!("{claims}.{head}.{signature}"),
        format!("{head}.{other_claims}.{signature}"),
        "x".repeat(100_000),
    ] {
        assert!(!gets_through(&house, &[&format!("Bearer {token}")]).await, "{token}");
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_lifetime() {
    let house = House::new().await;
    let value = format!("Bearer {}", house.token);
    house.clock.advance(TOKEN_LIFETIME.saturating_sub(Duration::from_secs(1)));
    assert!(gets_through(&house, &[&value]).await);
    house.clock.advance(Duration::from_secs(1));
    assert!(!gets_through(&house, &[&value]).await, "although it was verified before");
    let renewed = format!("Bearer {}", house.new_token().await);
    assert!(gets_through(&house, &[&value, &renewed]).await);
}

#[tokio::test]
async fn the_tokens_of_a_deleted_client_are_gone_with_it() {
    let house = House::new().await;
    let value = format!("Bearer {}", house.token);
    assert!(gets_through(&house, &[&value]).await);
    house.service.delete_api_client(&house.client).await.unwrap();
    assert!(!gets_through(&house, &[&value]).await);
}

#[tokio::test]
async fn a_refusal_tells_programs_and_people_what_to_do() {
    let house = House::new().await;
    let answer: Answer = house.send(request(Method::GET, PATH, Body::empty())).await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["code"], Code::Unauthenticated as i32);
    assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    assert!(answer.json()["message"].as_str().unwrap().contains("/oauth/token"));
    let call = rpc_request("/scalekit.v1.tools.ToolService/ListTools", &ListToolsRequest::default());
    let reply = Reply::read(&house.send(call).await);
    assert_eq!((reply.code, reply.error_code()), (Code::Unauthenticated, "UNAUTHENTICATED"));
}
