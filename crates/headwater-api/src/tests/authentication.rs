//! Whose calls get through: any valid token of a client that exists.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{Method, Request, StatusCode};
use serde_json::json;
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
async fn d8_a_token_that_was_changed_is_worth_nothing() {
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
async fn d8_a_token_is_good_for_its_lifetime() {
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
async fn d8_the_tokens_of_a_deleted_client_are_gone_with_it() {
    let house = House::new().await;
    let value = format!("Bearer {}", house.token);
    assert!(gets_through(&house, &[&value]).await);
    house.service.api_clients.delete(&house.client).await.unwrap();
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

/// Tokens of other makers: unsigned, signed with what everybody knows, or with a key that they bring along.
#[tokio::test]
async fn d8_a_token_cannot_say_how_it_is_to_be_checked() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

    let house = House::new().await;
    let keys = house.send(request(Method::GET, "/keys", Body::empty())).await.json();
    let public = &keys["keys"][0];
    let text = |name: &str| public[name].as_str().unwrap().to_owned();
    let kid = Some(text("kid"));
    let part = house.token.split('.').nth(1).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let mut forged = Vec::new();
    // The public key as the secret of a message code: the classic confusion.
    let der = URL_SAFE_NO_PAD.decode(text("n")).unwrap();
    for secret in [public.to_string().into_bytes(), text("n").into_bytes(), der, Vec::new()] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { kid: kid.clone(), ..Header::new(algorithm) };
            forged.push(encode(&header, &claims, &EncodingKey::from_secret(&secret)).unwrap());
        }
    }
    for header in [
        json!({"alg": "none", "kid": kid}),
        json!({"alg": "None", "kid": kid}),
        json!({"alg": "nOnE", "kid": kid, "typ": "JWT"}),
        json!({"alg": "", "kid": kid}),
        json!({"kid": kid}),
        json!({"alg": "RS256"}),
        json!({"alg": "RS256", "kid": "../../dev/null"}),
        json!({"alg": "RS256", "kid": "' OR 1=1 --"}),
        json!({"alg": "RS256", "kid": "nobody", "jwk": public}),
        json!({"alg": "RS256", "kid": kid, "jku": "https://evil.example/keys", "x5u": "https://evil.example/"}),
        json!({"alg": "RS384", "kid": kid}),
        json!({"alg": "PS256", "kid": kid}),
        json!({"alg": "ES256", "kid": kid}),
        json!({"alg": "RS256", "kid": kid, "crit": ["b64"], "b64": false}),
    ] {
        let signature = house.token.rsplit('.').next().unwrap();
        let head = URL_SAFE_NO_PAD.encode(header.to_string());
        forged.extend(["", signature].map(|signature| format!("{head}.{part}.{signature}")));
    }
    // Properly signed, but with a key of the attacker's own, under our key's name.
    let own = crate::jwt::generate().unwrap();
    let own = EncodingKey::from_rsa_pem(super::harness::reveal(&own).as_bytes()).unwrap();
    forged.push(encode(&Header { kid, ..Header::new(Algorithm::RS256) }, &claims, &own).unwrap());
    for token in forged {
        assert!(!gets_through(&house, &[&format!("Bearer {token}")]).await, "{token}");
    }
    assert!(gets_through(&house, &[&format!("Bearer {}", house.token)]).await);
    assert!(!gets_through(&house, &["Bearer access-1"]).await, "a provider's token is none of ours");
}

/// A token that this key signed for somebody else, or for another time, is refused although its signature is right.
#[tokio::test]
async fn d8_a_token_for_another_audience_is_refused() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

    let house = House::new().await;
    let header = jsonwebtoken::decode_header(&house.token).unwrap();
    let part = house.token.split('.').nth(1).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let key = EncodingKey::from_rsa_pem(super::harness::signing_key().as_bytes()).unwrap();
    let header = Header { kid: header.kid, ..Header::new(Algorithm::RS256) };
    let sign = |claims: &serde_json::Value| format!("Bearer {}", encode(&header, claims, &key).unwrap());
    assert!(gets_through(&house, &[&sign(&claims)]).await, "the key is the right one");
    for (name, value) in [
        ("aud", json!(["https://other.example"])),
        ("aud", json!([])),
        ("aud", json!(null)),
        ("iss", json!("https://other.example")),
        ("iss", json!("")),
        ("sub", json!("skc_1")),
        ("sub", json!("ca_1")),
        ("exp", json!(0)),
        ("nbf", json!(i64::MAX)),
    ] {
        let mut changed = claims.clone();
        changed[name] = value.clone();
        assert!(!gets_through(&house, &[&sign(&changed)]).await, "{name}: {value}");
        changed.as_object_mut().unwrap().remove(name);
        assert!(!gets_through(&house, &[&sign(&changed)]).await, "without {name}");
    }
}
