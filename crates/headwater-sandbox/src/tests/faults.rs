//! Faults as a client on a real connection meets them, before and after the effect.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, to_bytes};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::harness::{SCOPES, SPACE_ID, World};
use crate::{
    Event, Fault, FaultDelay, FaultOutcome, FaultStep, FaultTarget, LedgerEntry, LedgerFilter,
    ScriptedResponse,
};

/// Asks the control port.
pub(super) async fn control(world: &World, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(format!("/_sandbox/control/{path}"));
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let response = world.sandbox.control_router().oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
}

/// Serves the world on a port, for tests that need a connection.
async fn serve(world: &World) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = world.sandbox.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Refreshes over a connection; returns every byte that came back before it ended.
async fn refresh(address: SocketAddr, token: &str) -> String {
    let body = json!({ "grant_type": "refresh_token", "client_id": "app", "client_secret": "app-secret",
        "refresh_token": token })
    .to_string();
    let request = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    exchange(address, &request).await
}

/// Sends a request over a connection; returns every byte that came back before it ended.
async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    // A reset is one of the ways in which a connection ends here.
    drop(connection.read_to_end(&mut reply).await);
    String::from_utf8_lossy(&reply).into_owned()
}

fn token_fault(step: FaultStep) -> Fault {
    let target = FaultTarget { grant_type: Some("refresh_token".to_owned()), ..FaultTarget::default() };
    Fault::steps(target, [step])
}

#[tokio::test]
async fn a_dropped_connection_carries_no_byte() {
    let world = World::new().await;
    let address = serve(&world).await;
    let pair = world.connect_with(SCOPES).await;
    let token = pair["refresh_token"].as_str().unwrap();
    world.sandbox.next_responses(token_fault(FaultStep::before(FaultOutcome::Drop)));
    assert_eq!(refresh(address, token).await, "");
    world.sandbox.next_responses(token_fault(FaultStep::after(FaultOutcome::Drop)));
    assert_eq!(refresh(address, token).await, "");
    assert!(refresh(address, token).await.starts_with("HTTP/1.1 200 OK"));
    let entries = world.sandbox.ledger(&crate::LedgerFilter {
        events: vec!["refreshed".to_owned()],
        ..crate::LedgerFilter::default()
    });
    let repeated: Vec<bool> = entries
        .iter()
        .map(|entry| matches!(entry.event, crate::Event::Refreshed { repeated: true, .. }))
        .collect();
    assert_eq!(repeated, [false, true], "the first drop came before the effect, the second after it");
}

#[tokio::test]
async fn a_reset_reply_promises_more_than_arrives_and_a_truncated_one_does_not() {
    let world = World::new().await;
    let address = serve(&world).await;
    let pair = world.connect_with(SCOPES).await;
    let token = pair["refresh_token"].as_str().unwrap();
    let split = |reply: &str| {
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(str::to_owned);
        (length.unwrap().parse::<usize>().unwrap(), body.len())
    };
    world.sandbox.next_responses(token_fault(FaultStep::after(FaultOutcome::Reset { after_bytes: 25 })));
    let (promised, arrived) = split(&refresh(address, token).await);
    assert!(promised > 100 && arrived == 25, "{promised} {arrived}");
    world.sandbox.next_responses(token_fault(FaultStep::after(FaultOutcome::Truncate { after_bytes: 25 })));
    assert_eq!(split(&refresh(address, token).await), (25, 25));
}

#[tokio::test]
async fn a_held_request_waits_until_it_is_released() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": "Held" });
    let fault = json!({ "operation": "createPage", "steps": [{ "when": "after", "hold": "here" }] });
    assert_eq!(control(&world, Method::POST, "fault", &fault).await.0, 204);
    let creating = session.post("/wiki/api/v2/pages", &body);
    let watching = async {
        assert_eq!(control(&world, Method::POST, "await", &json!({ "hold": "here" })).await.0, 204);
        assert_eq!(control(&world, Method::GET, "held", &Value::Null).await.1, json!({ "here": 1 }));
        let found = session.get("/wiki/api/v2/pages?title=Held").await;
        assert_eq!(found.json["results"].as_array().unwrap().len(), 1, "the effect is there already");
        let released = control(&world, Method::POST, "release", &json!({ "hold": "here" })).await.1;
        assert_eq!(released, json!({ "released": 1 }));
    };
    let (created, ()) = tokio::join!(creating, watching);
    assert_eq!(created.status, 200);
    assert_eq!(control(&world, Method::GET, "held", &Value::Null).await.1, json!({}));
}

#[tokio::test]
async fn a_delay_lasts_as_long_on_the_sandboxs_clock() {
    let world = World::new().await;
    let session = world.session().await;
    control(&world, Method::POST, "clock", &json!({ "standing": true })).await;
    let step = FaultStep::before(FaultOutcome::Proceed)
        .delayed(FaultDelay::Clock(std::time::Duration::from_secs(3600 * 24)));
    let target = FaultTarget { operation: Some("getPages".to_owned()), ..FaultTarget::default() };
    world.sandbox.next_responses(Fault::steps(target, [step]));
    let struck = |entry: &LedgerEntry| matches!(entry.event, Event::FaultApplied { .. });
    let moving = async {
        while !world.sandbox.ledger(&LedgerFilter::default()).iter().any(struck) {
            tokio::task::yield_now().await;
        }
        world.sandbox.advance_clock(86_400_000);
    };
    let (reply, ()) = tokio::join!(session.get("/wiki/api/v2/pages"), moving);
    assert_eq!(reply.status, 404, "it was performed a day later, when the token had expired");
}

#[tokio::test]
async fn an_answer_after_the_effect_hides_what_happened() {
    let world = World::new().await;
    let session = world.session().await;
    let answer = FaultOutcome::Answer(ScriptedResponse::html(StatusCode::BAD_GATEWAY));
    let target = FaultTarget { operation: Some("createPage".to_owned()), ..FaultTarget::default() };
    world.sandbox.next_responses(Fault::steps(target, [FaultStep::after(answer)]));
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": "Made" });
    let reply = session.post("/wiki/api/v2/pages", &body).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (502, "text/html"));
    assert!(reply.text.contains("502 Bad Gateway"), "{}", reply.text);
    assert_eq!(session.post("/wiki/api/v2/pages", &body).await.status, 400, "the title is taken");
}

#[tokio::test]
async fn a_stalled_reply_goes_on_when_it_is_released() {
    let world = World::new().await;
    let address = serve(&world).await;
    let pair = world.connect_with(SCOPES).await;
    let stall = FaultOutcome::Stall { after_bytes: 10, hold: "rest".to_owned() };
    world.sandbox.next_responses(token_fault(FaultStep::after(stall)));
    let releasing = async {
        world.sandbox.held("rest", 1).await;
        assert_eq!(world.sandbox.release("rest"), 1);
    };
    let (reply, ()) = tokio::join!(refresh(address, pair["refresh_token"].as_str().unwrap()), releasing);
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    let pair: Value = serde_json::from_str(body).unwrap();
    assert!(pair["refresh_token"].is_string());
}

#[tokio::test]
async fn a_dripping_reply_comes_byte_by_byte_as_the_clock_goes() {
    let world = World::new().await;
    let address = serve(&world).await;
    let fault = json!({ "path": "/_edge/tenant_info", "steps": [{ "when": "after", "drip_seconds": 1 }] });
    assert_eq!(control(&world, Method::POST, "fault", &fault).await.0, 204);
    let turns = AtomicUsize::new(0);
    let turning = async {
        loop {
            control(&world, Method::POST, "clock", &json!({ "advance_seconds": 0.5 })).await;
            turns.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    };
    let request = "GET /_edge/tenant_info HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let reply = tokio::select! {
        reply = exchange(address, request) => reply,
        () = turning => String::new(),
    };
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    assert!(serde_json::from_str::<Value>(body).unwrap()["cloudId"].is_string(), "{body}");
    assert!(turns.into_inner() > body.len(), "a byte a second, and half a second each time");
    let wrong = json!({ "path": "/", "steps": [{ "drip_seconds": -1 }] });
    assert_eq!(control(&world, Method::POST, "fault", &wrong).await.0, 400);
}

#[tokio::test]
async fn faults_are_listed_and_cleared() {
    let world = World::new().await;
    let session = world.session().await;
    let fault =
        json!({ "name": "down", "path": "/wiki/api/v2/", "lasting": true, "steps": [{ "html": 503 }] });
    control(&world, Method::POST, "fault", &fault).await;
    for _ in 0..3 {
        assert_eq!(session.get("/wiki/api/v2/pages").await.status, 503);
    }
    let (_, listed) = control(&world, Method::GET, "faults", &Value::Null).await;
    assert_eq!((&listed[0]["name"], &listed[0]["steps_left"]), (&json!("down"), &Value::Null));
    assert_eq!(control(&world, Method::DELETE, "faults", &Value::Null).await.0, 204);
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 200);
}
