//! The consent page and what it sends back to the app.

use axum::body::Body;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::harness::{CALLBACK, OTHER_ACCOUNT_ID, OTHER_CLOUD_ID, Reply, World, client};
use crate::{Consent, ConsentOutcome, ConsentSites, StaleTokens, bare};

async fn asking() -> World {
    World::with(Consent::Ask, StaleTokens::Masked).await
}

async fn submit(world: &World, pairs: &[(&str, &str)]) -> Reply {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = Request::post("/authorize").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    world.send(request.body(Body::from(form)).unwrap()).await
}

fn consent_id(reply: &Reply) -> String {
    let (_, behind) = reply.text.split_once("name=\"consent_id\" value=\"").expect("a form");
    behind.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn automatic_consent_sends_the_user_straight_back_with_code_and_state() {
    let world = World::new().await;
    let reply = world.authorize(&[]).await;
    assert_eq!(reply.status, 302);
    assert!(reply.header("location").starts_with("https://app.example/callback?keep=1&code="));
    assert_eq!(reply.redirected("state").as_deref(), Some("s/1 +&"));
}

#[tokio::test]
async fn unknown_apps_and_addresses_get_a_page_and_no_redirect() {
    let world = asking().await;
    let cases = [
        ("client_id", Some("nobody")),
        ("client_id", None),
        ("redirect_uri", Some("https://evil.example/")),
        ("redirect_uri", Some("https://app.example/callback")),
        ("redirect_uri", None),
        ("audience", Some("elsewhere")),
        ("audience", None),
    ];
    for (name, value) in cases {
        let reply = world.authorize(&[(name, value)]).await;
        assert_eq!(reply.status, 400, "{name} {value:?}");
        assert!(reply.headers.get("location").is_none(), "{name} {value:?}");
        assert!(reply.text.starts_with("<!doctype html>"), "{name} {value:?}");
        assert!(!reply.text.contains("<form"), "{name} {value:?}");
    }
}

/// What differs from a good request; `None` leaves the parameter out.
type Changes = &'static [(&'static str, Option<&'static str>)];

#[tokio::test]
async fn faulty_requests_go_back_to_the_app_as_errors() {
    let world = asking().await;
    world.sandbox.register_client(client("narrow", &["read:page:confluence"])).await.unwrap();
    let cases: [(Changes, &str); 5] = [
        (&[("response_type", Some("token"))], "unsupported_response_type"),
        (&[("scope", Some(" "))], "invalid_scope"),
        (&[("scope", None)], "invalid_scope"),
        (&[("client_id", Some("narrow")), ("scope", Some("write:page:confluence"))], "invalid_scope"),
        (&[("code_challenge", Some("abc")), ("code_challenge_method", Some("plain"))], "invalid_request"),
    ];
    for (changes, error) in cases {
        let reply = world.authorize(changes).await;
        assert_eq!(reply.status, 302, "{changes:?}");
        assert_eq!(reply.redirected("error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(reply.redirected("state").as_deref(), Some("s/1 +&"));
        assert_eq!(reply.redirected("code"), None);
    }
}

#[tokio::test]
async fn the_form_shows_app_scopes_users_and_sites_and_cannot_be_framed() {
    let world = asking().await;
    let reply = world.authorize(&[]).await;
    assert_eq!(reply.status, 200);
    for part in [
        "Test &#60;App&#62;",
        "See pages and blog posts",
        "Robin Sand",
        "Kim Other",
        OTHER_CLOUD_ID,
        "app.example",
    ] {
        assert!(reply.text.contains(part), "{part} is missing in {}", reply.text);
    }
    assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_person_chooses_user_and_sites() {
    let world = asking().await;
    let form = world.authorize(&[]).await;
    let id = consent_id(&form);
    let answer = [
        ("consent_id", id.as_str()),
        ("decision", "allow"),
        ("account_id", OTHER_ACCOUNT_ID),
        ("site", OTHER_CLOUD_ID),
    ];
    let reply = submit(&world, &answer).await;
    assert_eq!(reply.status, 200, "a browser would check a redirect against form-action");
    assert!(reply.header("content-security-policy").contains("form-action 'self'"));
    let (_, to) = reply.text.split_once("0; url=").unwrap();
    assert!(to.starts_with("https://app.example/callback?keep=1&#38;code="), "{to}");
    let code = reply.redirected("code").expect("a code");
    let exchange = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK });
    let pair = world.token(exchange).await.json;
    let session = world.holding(pair["access_token"].as_str().unwrap());
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 404, "the first site was not chosen");
    let labs = super::harness::Session { cloud_id: OTHER_CLOUD_ID.to_owned(), ..session };
    let user = labs.get("/wiki/rest/api/user/current").await;
    assert_eq!(user.json["accountId"], OTHER_ACCOUNT_ID);
}

#[tokio::test]
async fn a_form_can_be_answered_once() {
    let world = asking().await;
    let id = consent_id(&world.authorize(&[]).await);
    let deny = [("consent_id", id.as_str()), ("decision", "deny")];
    let reply = submit(&world, &deny).await;
    assert_eq!(reply.redirected("error").as_deref(), Some("access_denied"));
    assert_eq!(reply.redirected("state").as_deref(), Some("s/1 +&"));
    let again = submit(&world, &deny).await;
    assert_eq!(again.status, 400);
    assert!(again.headers.get("location").is_none());
    assert_eq!(submit(&world, &[("consent_id", "guessed"), ("decision", "allow")]).await.status, 400);
}

#[tokio::test]
async fn a_form_is_too_old_after_half_an_hour() {
    let world = asking().await;
    let id = consent_id(&world.authorize(&[]).await);
    world.clock.advance_seconds(30 * 60);
    assert_eq!(submit(&world, &[("consent_id", id.as_str()), ("decision", "deny")]).await.status, 400);
}

#[tokio::test]
async fn an_incomplete_answer_shows_the_same_form_again() {
    let world = asking().await;
    let id = consent_id(&world.authorize(&[]).await);
    let no_site = [("consent_id", id.as_str()), ("decision", "allow"), ("account_id", bare::ACCOUNT_ID)];
    let reply = submit(&world, &no_site).await;
    assert_eq!((reply.status.as_u16(), consent_id(&reply)), (400, id.clone()));
    assert!(reply.text.contains("Choose at least one site"));
    let complete = [no_site[0], no_site[1], no_site[2], ("site", bare::CLOUD_ID)];
    assert!(submit(&world, &complete).await.redirected("code").is_some());
}

#[tokio::test]
async fn tests_choose_how_automatic_consent_ends() {
    let world = World::new().await;
    world.sandbox.choose_consent(ConsentOutcome::Deny, ConsentSites::All);
    assert_eq!(world.authorize(&[]).await.redirected("error").as_deref(), Some("access_denied"));
    for (sites, expected) in [(ConsentSites::One, 1), (ConsentSites::All, 2)] {
        world.sandbox.choose_consent(ConsentOutcome::Allow, sites);
        let session = world.session().await;
        let request = Request::get("/oauth/token/accessible-resources");
        let request = request.header("authorization", format!("Bearer {}", session.token));
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.json.as_array().unwrap().len(), expected, "{sites:?}");
    }
}

#[tokio::test]
async fn codes_work_once_for_five_minutes_and_for_their_own_request() {
    let world = World::new().await;
    let code = || async { world.authorize(&[]).await.redirected("code").unwrap() };
    let exchange = |code: String, uri: &str| {
        world.token(json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": uri }))
    };
    let once = code().await;
    assert_eq!(exchange(once.clone(), CALLBACK).await.status, 200);
    let reused = exchange(once, CALLBACK).await;
    let elsewhere = exchange(code().await, "https://app.example/callback").await;
    let late = code().await;
    world.clock.advance_seconds(5 * 60);
    let late = exchange(late, CALLBACK).await;
    let guessed = exchange("guessed".to_owned(), CALLBACK).await;
    let expected = json!({ "error": "invalid_grant", "error_description": "Invalid authorization code" });
    for reply in [reused, elsewhere, late, guessed] {
        assert_eq!((reply.status.as_u16(), &reply.json), (403, &expected));
    }
}

#[tokio::test]
async fn a_challenge_must_be_answered() {
    let world = World::new().await;
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for (verifier, expected) in [("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", 200), ("wrong", 403)] {
        let changes = [("code_challenge", Some(challenge)), ("code_challenge_method", Some("S256"))];
        let code = world.authorize(&changes).await.redirected("code").unwrap();
        let exchange = json!({
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        });
        assert_eq!(world.token(exchange).await.status, expected, "{verifier}");
    }
}
