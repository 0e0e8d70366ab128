//! Requests that came in clear to a server that others reach by https.

use axum::body::Body;
use axum::extract::Request;
use http::uri::Scheme;
use http::{Method, StatusCode};
use tonic::Code;

use super::harness::{Answer, House, Reply, request, rpc_request};
use crate::proto::tools::ListToolsRequest;
use crate::{Transport, with_transport};

const LIST: &str = "/scalekit.v1.tools.ToolService/ListTools";

async fn house(refuse_plaintext: bool, strict: bool) -> House {
    let mut house = House::new().await;
    let origin = "https://headwater.example".to_owned();
    house.router = with_transport(house.router, Transport { origin, refuse_plaintext, strict });
    house
}

async fn send(house: &House, scheme: Option<Scheme>, mut request: Request) -> Answer {
    if let Some(scheme) = scheme {
        request.extensions_mut().insert(scheme);
    }
    house.send(request).await
}

fn with(mut request: Request, name: &'static str, value: &str) -> Request {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

/// Right and wrong ones get the same answer, so that nothing was looked at.
#[tokio::test]
async fn a10_credentials_in_clear_are_refused_unchecked() {
    let house = house(true, true).await;
    let get = |path: &str| request(Method::GET, path, Body::empty());
    let mut answers = Vec::new();
    for token in [house.token.as_str(), "wrong"] {
        let bearer = format!("Bearer {token}");
        for path in ["/api/v1/connections", "/proxy/wiki/x", "/keys", "/nowhere/api"] {
            let method = if path.starts_with("/nowhere") { Method::POST } else { Method::GET };
            let asked = with(request(method, path, Body::empty()), "authorization", &bearer);
            answers.push(send(&house, Some(Scheme::HTTP), asked).await);
        }
        let asked = with(rpc_request(LIST, &ListToolsRequest::default()), "authorization", &bearer);
        let reply = Reply::read(&send(&house, Some(Scheme::HTTP), asked).await);
        assert_eq!((reply.code, reply.error_code()), (Code::FailedPrecondition, "PLAINTEXT_CREDENTIALS"));
        assert!(reply.message.contains("Use https://headwater.example"), "{}", reply.message);
    }
    for secret in [house.secret.as_str(), "wrong"] {
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={secret}", house.client);
        answers.push(house.ask_token(&form, &[]).await);
        answers.push(house.ask_token("grant_type=client_credentials", &[("authorization", "Basic x")]).await);
    }
    answers.push(send(&house, None, with(get("/api/v1/x"), "cookie", "a=b")).await);
    let post = request(Method::POST, "/oauth/connect", Body::from("token=x"));
    answers.push(send(&house, Some(Scheme::HTTP), post).await);
    for answer in answers {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.json());
        assert_eq!(answer.error_code(), "PLAINTEXT_CREDENTIALS");
        assert!(answer.json()["error_description"].as_str().unwrap().contains("https://headwater.example"));
        assert_eq!(answer.header("strict-transport-security"), None, "not in clear");
    }
    let answer = send(&house, Some(Scheme::HTTP), get("/oauth/connect?token=x")).await;
    assert_eq!(answer.header("location"), Some("https://headwater.example/oauth/connect?token=x"));
    let answer = send(&house, Some(Scheme::HTTP), get("/keys")).await;
    assert_eq!(answer.status, StatusCode::OK, "what is public stays so");
}

#[tokio::test]
async fn a10_encrypted_requests_are_served_and_browsers_told_to_stay_there() {
    let house = house(true, true).await;
    let asked = || {
        let bearer = format!("Bearer {}", house.token);
        with(request(Method::GET, "/api/v1/connections", Body::empty()), "authorization", &bearer)
    };
    let answer = send(&house, Some(Scheme::HTTPS), asked()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test]
async fn a10_development_takes_both_and_tells_browsers_nothing() {
    let house = house(false, false).await;
    for scheme in [Scheme::HTTP, Scheme::HTTPS] {
        let bearer = format!("Bearer {}", house.token);
        let asked =
            with(request(Method::GET, "/api/v1/connections", Body::empty()), "authorization", &bearer);
        let answer = send(&house, Some(scheme), asked).await;
        assert_eq!((answer.status, answer.header("strict-transport-security")), (StatusCode::OK, None));
    }
}
