//! `POST /oauth/token`: who gets an access token, and how the others are refused.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};

use super::harness::{House, TOKEN_LIFETIME, request};

const GRANT: &str = "grant_type=client_credentials";

#[tokio::test]
async fn a_client_gets_a_token_by_form_or_by_basic_authentication() {
    let house = House::new().await;
    let (id, secret) = (&house.client, &house.secret);
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let stale = "Bearer a.stale.token".to_owned();
    let table = [
        (format!("{GRANT}&client_id={id}&client_secret={secret}"), None),
        (format!("{GRANT}&client_id={id}&client_secret={secret}&scope=x&unknown=y"), None),
        (GRANT.to_owned(), Some(&basic)),
        // SDKs send their expired token along.
        (format!("{GRANT}&client_id={id}&client_secret={secret}"), Some(&stale)),
    ];
    for (form, authorization) in table {
        let headers: Vec<_> = authorization.map(|it| ("authorization", it.as_str())).into_iter().collect();
        let answer = house.ask_token(&form, &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{form}: {}", answer.json());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], TOKEN_LIFETIME.as_secs());
        assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
    }
}

#[tokio::test]
async fn what_is_no_proof_gets_an_oauth_error() {
    let house = House::new().await;
    let (id, secret) = (&house.client, &house.secret);
    let right = format!("client_id={id}&client_secret={secret}");
    let table = [
        (String::new(), 400, "invalid_request"),
        (right.clone(), 400, "invalid_request"),
        (format!("{GRANT}&{right}&client_id=skc_1"), 400, "invalid_request"),
        (GRANT.to_owned(), 400, "invalid_request"),
        (format!("{GRANT}&client_id={id}"), 400, "invalid_request"),
        (format!("{GRANT}&client_secret={secret}"), 400, "invalid_request"),
        (format!("grant_type=password&{right}"), 400, "unsupported_grant_type"),
        (format!("grant_type=&{right}"), 400, "unsupported_grant_type"),
        (format!("{GRANT}&client_id={id}&client_secret=wrong"), 401, "invalid_client"),
        (format!("{GRANT}&client_id={id}&client_secret="), 401, "invalid_client"),
        (format!("{GRANT}&client_id=skc_1&client_secret={secret}"), 401, "invalid_client"),
        (format!("{GRANT}&client_id=%00%FF&client_secret={secret}"), 401, "invalid_client"),
    ];
    for (form, status, code) in table {
        let answer = house.ask_token(&form, &[]).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (status, &code.into()), "{form}");
        assert!(!answer.json()["error_description"].as_str().unwrap().is_empty());
        assert!(!String::from_utf8_lossy(&answer.body).contains(secret.as_str()), "{form}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn basic_authentication_that_cannot_be_read_counts_as_none() {
    let house = House::new().await;
    let (id, secret) = (&house.client, &house.secret);
    let encode = |text: String| format!("Basic {}", STANDARD.encode(text));
    let table = [
        ("Basic".to_owned(), 400),
        ("Basic !!!".to_owned(), 400),
        (encode(format!("{id}{secret}")), 400),
        (encode(format!("{id}:%FF")), 400),
        (encode(format!("{id}:wrong")), 401),
        (encode(format!(":{secret}")), 401),
    ];
    for (value, status) in table {
        let answer = house.ask_token(GRANT, &[("authorization", &value)]).await;
        assert_eq!(answer.status.as_u16(), status, "{value}: {}", answer.json());
    }
}

#[tokio::test]
async fn only_forms_are_read() {
    let house = House::new().await;
    let form = format!("{GRANT}&client_id={}&client_secret={}", house.client, house.secret);
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
        let answer = house.ask_token(&form, &[("content-type", kind)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
        assert_eq!(answer.json()["error"], "invalid_request", "{kind}");
    }
    let bare = house.send(request(Method::POST, "/oauth/token", Body::from(form.clone()))).await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST, "without a content type");
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    assert_eq!(house.ask_token(&form, &[("content-type", kind)]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let house = House::new().await;
    let answer = house.ask_token(&format!("{GRANT}&x={}", "y".repeat(64 * 1024)), &[]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_environment_url_with_a_trailing_slash_works() {
    let house = House::new().await;
    let mut request = request(
        Method::POST,
        "//oauth/token",
        Body::from(format!("{GRANT}&client_id={}&client_secret={}", house.client, house.secret)),
    );
    let kind = "application/x-www-form-urlencoded".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    assert_eq!(house.send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn n9_an_environment_url_with_a_path_is_explained() {
    let house = House::new().await;
    let form = || Body::from(format!("{GRANT}&client_id={}&client_secret={}", house.client, house.secret));
    for path in [
        "/headwater/oauth/token",
        "/a/b/keys",
        "//x/oauth/token",
        "/api/v1/oauth/token",
        "/proxy/oauth/token",
    ] {
        let answer = house.send(request(Method::POST, path, form())).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        for field in ["message", "error_description"] {
            let said = answer.json()[field].as_str().unwrap().to_owned();
            assert!(said.contains("use https://headwater.example, without `/"), "{path}: {said}");
        }
    }
}

#[tokio::test]
async fn the_public_keys_verify_the_tokens() {
    let house = House::new().await;
    let answer = house.send(request(Method::GET, "/keys", Body::empty())).await;
    assert_eq!(answer.status, StatusCode::OK);
    let keys = answer.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    let key = &keys["keys"][0];
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    assert_eq!((text("kty"), text("alg"), text("use")), ("RSA".into(), "RS256".into(), "sig".into()));
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(key.get(private).is_none(), "{private} is nobody's business");
    }
    let header = jsonwebtoken::decode_header(&house.token).unwrap();
    assert_eq!(header.kid, Some(text("kid")));
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    rules.set_audience(&["https://headwater.example"]);
    rules.set_issuer(&["https://headwater.example"]);
    // The scripted clock stands elsewhere than the wall's.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let key = jsonwebtoken::DecodingKey::from_rsa_components(&text("n"), &text("e")).unwrap();
    let claims = jsonwebtoken::decode::<serde_json::Value>(&house.token, &key, &rules).unwrap().claims;
    assert_eq!(claims["sub"], house.client.as_str());
    let (issued, expires) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert_eq!(expires - issued, TOKEN_LIFETIME.as_secs());
}

/// Without the throttle every guess would be answered with 401, for ever.
#[tokio::test]
async fn d7_guessing_a_secret_is_slowed_down() {
    let house = House::new().await;
    let guess = |number: u32| format!("{GRANT}&client_id={}&client_secret=guess-{number}", house.client);
    for number in 0..10 {
        assert_eq!(house.ask_token(&guess(number), &[]).await.status, StatusCode::UNAUTHORIZED);
    }
    let slowed = house.ask_token(&guess(10), &[]).await;
    assert_eq!((slowed.status, slowed.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("6")));
    assert_eq!(slowed.json()["error"], "temporarily_unavailable");
    let right = format!("{GRANT}&client_id={}&client_secret={}", house.client, house.secret);
    assert_eq!(house.ask_token(&right, &[]).await.status, StatusCode::OK, "a right one is no guess");
    assert_eq!(house.ask_token(&guess(11), &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
    // Somebody elsewhere is not held up: the listener says where a request comes from.
    let mut elsewhere = request(Method::POST, "/oauth/token", Body::from(guess(12)));
    let kind = "application/x-www-form-urlencoded".parse().unwrap();
    elsewhere.headers_mut().insert("content-type", kind);
    elsewhere.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 1))));
    assert_eq!(house.send(elsewhere).await.status, StatusCode::UNAUTHORIZED);
    house.clock.advance(Duration::from_secs(6));
    assert_eq!(house.ask_token(&guess(13), &[]).await.status, StatusCode::UNAUTHORIZED);
}

/// All clients behind one reverse proxy, or one stranger who goes on and on with a client's id.
#[tokio::test]
async fn d7_nobody_locks_a_right_secret_out() {
    let house = House::new().await;
    let right = format!("{GRANT}&client_id={}&client_secret={}", house.client, house.secret);
    for number in 0..300 {
        let id = if number % 2 == 0 { house.client.to_string() } else { format!("skc_{number}") };
        let guess = format!("{GRANT}&client_id={id}&client_secret=guess-{number}");
        house.ask_token(&guess, &[]).await;
    }
    assert_eq!(house.ask_token(&right, &[]).await.status, StatusCode::OK);
}

/// The `kid` of a token.
fn key_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn published(house: &House) -> Vec<String> {
    let keys = house.send(request(Method::GET, "/keys", Body::empty())).await.json();
    keys["keys"].as_array().unwrap().iter().map(|it| it["kid"].as_str().unwrap().to_owned()).collect()
}

async fn works(house: &House, token: &str) -> bool {
    let mut asked = request(Method::GET, "/api/v1/connections", Body::empty());
    asked.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    house.send(asked).await.status == StatusCode::OK
}

#[tokio::test]
async fn d8_a_rotated_key_verifies_for_as_long_as_its_tokens_live() {
    let house = House::new().await;
    let (first, earlier) = (key_of(&house.token), house.token.clone());
    house.clock.advance(Duration::from_secs(3000));
    let renewed = house.new_token().await;
    let second = house.service.signing_keys.rotate(crate::jwt::generate).await.unwrap().to_string();
    house.clock.advance(Duration::from_secs(20));
    assert_eq!(published(&house).await, [second.clone(), first.clone()], "published before it signs");
    assert_eq!(key_of(&house.new_token().await), first, "another server may not have it yet");
    house.clock.advance(Duration::from_secs(40));
    let latest = house.new_token().await;
    assert_eq!(key_of(&latest), second);
    for token in [&earlier, &renewed, &latest] {
        assert!(works(&house, token).await);
    }
    house.clock.advance(TOKEN_LIFETIME + Duration::from_secs(31));
    assert_eq!(published(&house).await, [second], "nothing that the first one signed is alive");
    house.clock.advance(Duration::from_secs(25 * 3600));
    house.service.signing_keys.rotate(crate::jwt::generate).await.unwrap();
    let left: Vec<String> =
        house.service.signing_keys.list().await.unwrap().into_iter().map(|it| it.0.to_string()).collect();
    assert!(left.len() == 2 && !left.contains(&first), "it is removed: {left:?}");
}

#[tokio::test]
async fn d8_a_revoked_key_is_of_no_use_any_more() {
    let house = House::new().await;
    let stolen = house.token.clone();
    let second = house.service.signing_keys.revoke(crate::jwt::generate).await.unwrap().to_string();
    house.clock.advance(Duration::from_secs(20));
    assert!(!works(&house, &stolen).await);
    assert_eq!(published(&house).await, std::slice::from_ref(&second));
    let token = house.new_token().await;
    assert!(key_of(&token) == second && works(&house, &token).await);
}

/// Two servers on one database; the token of the one names a key that the other has not read yet.
#[tokio::test]
async fn d8_a_key_that_another_server_has_already_is_read_at_once() {
    let house = House::new().await;
    house.service.signing_keys.revoke(crate::jwt::generate).await.unwrap();
    let other = crate::router(house.service.clone(), super::harness::limits(), crate::OpenDoor::default())
        .await
        .unwrap();
    let other = House { router: other, ..House::new().await };
    let form = format!("{GRANT}&client_id={}&client_secret={}", house.client, house.secret);
    let token = other.ask_token(&form, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    house.clock.advance(Duration::from_secs(2));
    assert!(works(&house, &token).await, "within two seconds instead of twenty");
}
