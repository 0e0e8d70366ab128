//! Refresh tokens: rotation, leeway and the end of a family.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::harness::{Reply, SCOPES, World, client};
use crate::bare;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

fn dead(reply: &Reply) -> (u16, &str, &str) {
    let text = |name: &str| reply.json[name].as_str().unwrap_or("");
    (reply.status.as_u16(), text("error"), text("error_description"))
}

const ROTATED_OUT: (u16, &str, &str) = (403, "unauthorized_client", "refresh_token is invalid");
const ENDED: (u16, &str, &str) = (403, "invalid_grant", "Unknown or invalid refresh token.");

async fn works(world: &World, token: &Value) -> bool {
    world.holding(token.as_str().unwrap()).get("/wiki/api/v2/pages").await.status == 200
}

#[tokio::test]
async fn a_pair_has_the_vendors_members() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    assert_eq!(pair["expires_in"], 3600);
    assert_eq!(pair["token_type"], "Bearer");
    assert!(pair["scope"].as_str().unwrap().contains("offline_access"));
    assert!(pair["refresh_token"].is_string());
}

#[tokio::test]
async fn access_tokens_are_long_and_say_what_they_are_for() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    let token = pair["access_token"].as_str().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!((parts.len(), token.len() > 1000), (3, true), "{token}");
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(bare::ACCOUNT_ID), &json!("app")));
    assert_eq!(claims["scope"], pair["scope"]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    let forged = format!("{}.{}.{}", parts[0], parts[1], "A".repeat(parts[2].len()));
    assert!(!works(&world, &json!(forged)).await);
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let world = World::new().await;
    let pair = world.connect_with("read:page:confluence").await;
    assert_eq!(pair.get("refresh_token"), None);
    assert!(works(&world, &pair["access_token"]).await);
}

#[tokio::test]
async fn forms_are_read_as_well_as_json() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "refresh_token")
        .append_pair("client_id", "app")
        .append_pair("client_secret", "app-secret")
        .append_pair("refresh_token", pair["refresh_token"].as_str().unwrap())
        .finish();
    let request = Request::post("/oauth/token").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let reply = world.send(request.body(Body::from(form)).unwrap()).await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.json["refresh_token"], pair["refresh_token"]);
}

#[tokio::test]
async fn faulty_requests_are_refused_in_the_vendors_words() {
    let world = World::new().await;
    world.sandbox.register_client(client("other", &[])).await.unwrap();
    let pair = world.connect_with(SCOPES).await;
    let token = &pair["refresh_token"];
    let cases = [
        (
            json!({ "grant_type": "refresh_token", "refresh_token": token, "client_secret": "no" }),
            401,
            "access_denied",
        ),
        (
            json!({ "grant_type": "refresh_token", "refresh_token": token, "client_id": "no" }),
            401,
            "access_denied",
        ),
        (json!({ "grant_type": "refresh_token" }), 400, "invalid_request"),
        (json!({ "refresh_token": token }), 400, "invalid_request"),
        (json!({ "grant_type": "authorization_code", "code": "x" }), 400, "invalid_request"),
        (json!({ "grant_type": "password" }), 400, "unsupported_grant_type"),
        (json!({ "grant_type": "refresh_token", "refresh_token": "guessed" }), 403, "unauthorized_client"),
        (
            json!({ "grant_type": "refresh_token", "refresh_token": token, "client_id": "other",
                "client_secret": "other-secret" }),
            403,
            "unauthorized_client",
        ),
    ];
    for (body, status, error) in cases {
        let reply = world.token(body.clone()).await;
        assert_eq!((reply.status.as_u16(), reply.json["error"].as_str()), (status, Some(error)), "{body}");
    }
    let request = Request::post("/oauth/token").header(CONTENT_TYPE, "application/json");
    let reply = world.send(request.body(Body::from("{")).unwrap()).await;
    assert_eq!((reply.status.as_u16(), reply.json["error"].as_str()), (400, Some("invalid_request")));
    assert_eq!(world.refresh(token).await.status, 200, "none of that spent the token");
}

#[tokio::test]
async fn a_refresh_gives_a_new_pair_that_works() {
    let world = World::new().await;
    let first = world.connect_with(SCOPES).await;
    let second = world.refresh(&first["refresh_token"]).await.json;
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert!(works(&world, &second["access_token"]).await);
    assert_eq!(world.refresh(&second["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn the_previous_token_works_for_ten_minutes_and_gives_a_fresh_pair() {
    let world = World::new().await;
    let first = world.connect_with(SCOPES).await;
    let lost = world.refresh(&first["refresh_token"]).await.json;
    world.clock.advance_seconds(10 * MINUTE);
    let second = world.refresh(&first["refresh_token"]).await;
    assert_eq!(second.status, 200);
    assert_ne!(second.json["refresh_token"], lost["refresh_token"]);
    assert!(works(&world, &second.json["access_token"]).await);
    world.clock.advance_seconds(1);
    assert_eq!(
        dead(&world.refresh(&first["refresh_token"]).await),
        ROTATED_OUT,
        "the leeway counts from the first exchange"
    );
    assert_eq!(world.refresh(&second.json["refresh_token"]).await.status, 200, "the family lives on");
}

#[tokio::test]
async fn the_token_before_the_previous_one_does_not_work_even_in_the_leeway() {
    let world = World::new().await;
    let first = world.connect_with(SCOPES).await;
    let second = world.refresh(&first["refresh_token"]).await.json;
    let third = world.refresh(&second["refresh_token"]).await.json;
    assert_eq!(dead(&world.refresh(&first["refresh_token"]).await), ROTATED_OUT);
    assert_eq!(world.refresh(&second["refresh_token"]).await.status, 200);
    assert_eq!(world.refresh(&third["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn two_consents_are_two_families() {
    let world = World::new().await;
    let one = world.connect_with(SCOPES).await;
    let other = world.connect_with(SCOPES).await;
    let next = world.refresh(&one["refresh_token"]).await.json;
    world.refresh(&next["refresh_token"]).await;
    assert_eq!(dead(&world.refresh(&one["refresh_token"]).await), ROTATED_OUT);
    assert_eq!(world.refresh(&other["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn the_scopes_of_a_later_consent_replace_the_earlier_ones_at_the_next_refresh() {
    let world = World::new().await;
    let wide = world.connect_with(SCOPES).await;
    world.connect_with("read:page:confluence offline_access").await;
    assert!(works(&world, &wide["access_token"]).await, "tokens that are out keep their scopes");
    let next = world.refresh(&wide["refresh_token"]).await.json;
    assert_eq!(next["scope"], "read:page:confluence offline_access");
}

#[tokio::test]
async fn access_tokens_end_after_an_hour_or_with_the_leeway_of_their_pair() {
    let world = World::new().await;
    let first = world.connect_with(SCOPES).await;
    world.clock.advance_seconds(3599);
    assert!(works(&world, &first["access_token"]).await);
    world.clock.advance_seconds(1);
    assert!(!works(&world, &first["access_token"]).await);
    let second = world.refresh(&first["refresh_token"]).await.json;
    world.refresh(&second["refresh_token"]).await;
    world.clock.advance_seconds(10 * MINUTE - 1);
    assert!(works(&world, &second["access_token"]).await, "still within the leeway");
    world.clock.advance_seconds(1);
    assert!(!works(&world, &second["access_token"]).await);
}

#[tokio::test]
async fn refresh_tokens_idle_for_ninety_days_are_dead_and_each_rotation_starts_anew() {
    let world = World::new().await;
    let first = world.connect_with(SCOPES).await;
    world.clock.advance_seconds(90 * DAY);
    let second = world.refresh(&first["refresh_token"]).await;
    assert_eq!(second.status, 200);
    world.clock.advance_seconds(90 * DAY + 1);
    assert_eq!(dead(&world.refresh(&second.json["refresh_token"]).await), ENDED);
}

#[tokio::test]
async fn a_family_ends_after_a_year_however_busy() {
    let world = World::new().await;
    let mut pair = world.connect_with(SCOPES).await;
    for _ in 0..5 {
        world.clock.advance_seconds(73 * DAY);
        let reply = world.refresh(&pair["refresh_token"]).await;
        assert_eq!(reply.status, 200);
        pair = reply.json;
    }
    world.clock.advance_seconds(1);
    assert_eq!(dead(&world.refresh(&pair["refresh_token"]).await), ENDED);
}

#[tokio::test]
async fn revoked_grants_end_both_tokens() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    world.sandbox.revoke_grants().await.unwrap();
    assert!(!works(&world, &pair["access_token"]).await);
    assert_eq!(dead(&world.refresh(&pair["refresh_token"]).await), ENDED);
    let again = world.connect_with(SCOPES).await;
    assert!(works(&world, &again["access_token"]).await, "a new consent works");
}
