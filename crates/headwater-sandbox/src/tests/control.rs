//! The control functions: consent, expiry, revocation, scripted faults.

use axum::body::{Body, to_bytes};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::harness::{SCOPES, World};
use crate::{Fault, ScriptedResponse};

fn busy(seconds: &'static str) -> ScriptedResponse {
    ScriptedResponse {
        status: StatusCode::TOO_MANY_REQUESTS,
        headers: vec![(HeaderName::from_static("retry-after"), HeaderValue::from_static(seconds))],
        body: "slow down".to_owned(),
    }
}

async fn ask(world: &World, path: &str, body: &Value) -> (StatusCode, String) {
    let request =
        Request::post(format!("/_sandbox/control/{path}")).header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = world.sandbox.control_router().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn scripted_answers_come_in_order_and_then_the_real_ones() {
    let world = World::new().await;
    let session = world.session().await;
    let script = [busy("3"), busy("5")];
    world.sandbox.next_responses(Fault::new(Method::GET, "/wiki/api/v2/pages", script));
    assert_eq!(session.get("/wiki/api/v2/spaces").await.status, 200, "another operation");
    for seconds in ["3", "5"] {
        let reply = session.get("/wiki/api/v2/pages?limit=1").await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("retry-after"), reply.text.as_str()),
            (429, seconds, "slow down")
        );
        assert_eq!(reply.header("server"), "", "nothing is added to a scripted answer");
    }
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 200);
}

#[tokio::test]
async fn the_token_endpoint_can_be_scripted_too() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    world.sandbox.next_responses(Fault::new(Method::POST, "/oauth/token", [busy("1")]));
    assert_eq!(world.refresh(&pair["refresh_token"]).await.status, 429);
    assert_eq!(world.refresh(&pair["refresh_token"]).await.status, 200, "the token was not spent");
}

#[tokio::test]
async fn the_controls_work_over_http() {
    let world = World::new().await;
    let session = world.session().await;
    let fault = json!({ "method": "GET", "path": "/wiki/api/v2/pages", "responses": [
        { "status": 503, "headers": [["retry-after", "2"]], "body": { "down": true } }, { "status": 500 } ] });
    assert_eq!(ask(&world, "fault", &fault).await.0, 204);
    let reply = session.get("/wiki/api/v2/pages").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("retry-after"), reply.text.as_str()),
        (503, "2", "{\"down\":true}")
    );
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 500);
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 200);
    assert_eq!(ask(&world, "expire", &json!({})).await.0, 204);
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 404);
    let pair = world.connect_with(SCOPES).await;
    assert_eq!(ask(&world, "revoke", &json!({})).await.0, 204);
    assert_eq!(world.refresh(&pair["refresh_token"]).await.status, 403);
    assert_eq!(ask(&world, "consent", &json!({ "outcome": "deny", "sites": "one" })).await.0, 204);
    assert_eq!(world.authorize(&[]).await.redirected("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn controls_that_make_no_sense_are_refused_with_the_reason() {
    let world = World::new().await;
    let fault =
        |method: &str, response: Value| json!({ "method": method, "path": "/", "responses": [response] });
    let cases = [
        ("fault", fault("G T", json!({ "status": 500 })), 400, "no HTTP method"),
        ("fault", fault("GET", json!({ "status": 99 })), 400, "no HTTP status"),
        ("fault", fault("GET", json!({ "status": 500, "headers": [["a b", "c"]] })), 400, "no header name"),
        ("fault", fault("GET", json!({ "status": 500, "headers": [["a", "\n"]] })), 400, "cannot be sent"),
        ("fault", json!({ "method": "GET" }), 400, "say what happens"),
        ("fault", json!({ "responses": [{ "status": 500 }] }), 400, "say what the fault is for"),
        ("fault", json!({ "operation": "makePage", "responses": [{ "status": 500 }] }), 400, "makePage"),
        ("fault", json!({ "path": "/", "steps": [{ "drop": true, "html": 502 }] }), 400, "one outcome"),
        ("fault", json!({ "path": "/", "steps": [{ "stall_after_bytes": 1 }] }), 400, "until"),
        ("fault", json!({ "path": "/", "steps": [{ "delay_seconds": -1 }] }), 400, "no number of seconds"),
        ("fault", json!({ "path": "/", "steps": [{ "delay_seconds": 1, "hold": "x" }] }), 400, "exclude"),
        ("fault", json!({ "method": "GET", "pth": "/" }), 422, "pth"),
        ("consent", json!({ "outcome": "maybe", "sites": "one" }), 422, "maybe"),
        ("consent", json!({ "outcome": "allow", "sites": "one", "account_id": "x" }), 400, "no user"),
        ("clock", json!({ "advance_seconds": 1, "set_ms": 1 }), 400, "exclude"),
        ("options", json!({ "stale_tokens": "fresh" }), 422, "fresh"),
        ("options", json!({ "tokens": { "leeway": 1 } }), 422, "leeway"),
        ("revoke", json!({ "user": "x" }), 422, "user"),
    ];
    for (path, body, status, part) in cases {
        let (found, text) = ask(&world, path, &body).await;
        assert_eq!(found.as_u16(), status, "{body}");
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn the_controls_are_not_served_beside_the_sandbox() {
    let world = World::new().await;
    let request = Request::post("/_sandbox/control/expire").body(Body::empty()).unwrap();
    let reply = world.send(request).await;
    assert!(!reply.status.is_success(), "{}", reply.status);
}
