//! The log of what really happened.

use http::Method;
use serde_json::{Value, json};

use super::faults::control;
use super::harness::{SCOPES, World};
use crate::{Fault, FaultOutcome, FaultStep, FaultTarget};

/// The entries for this query, without the noise of the clock.
async fn log(world: &World, query: &str) -> Vec<Value> {
    let (status, text) = control(world, Method::GET, &format!("ledger?{query}"), &Value::Null).await;
    assert_eq!(status, 200, "{text}");
    // One line is JSON by itself.
    let lines = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).filter(Value::is_object).collect()
}

fn events(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["event"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_refresh_is_told_from_its_arrival_to_its_reply() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    world.refresh(&pair["refresh_token"]).await;
    world.refresh(&pair["refresh_token"]).await;
    let entries = log(&world, "").await;
    assert_eq!(
        events(&entries),
        [
            "consent_granted",
            "token_request_received",
            "code_exchanged",
            "token_request_answered",
            "token_request_received",
            "refreshed",
            "token_request_answered",
            "token_request_received",
            "refreshed",
            "token_request_answered",
        ]
    );
    let (consent, exchange, first, second) = (&entries[0], &entries[2], &entries[5], &entries[8]);
    assert_eq!(exchange["refresh"]["generation"], 0);
    assert_eq!(entries[4]["token"], exchange["refresh"], "the arrival names the token");
    assert_eq!(first["presented"], exchange["refresh"]);
    assert_eq!((&first["repeated"], &second["repeated"]), (&json!(false), &json!(true)));
    assert_eq!((&first["refresh"]["generation"], &second["refresh"]["generation"]), (&json!(1), &json!(1)));
    assert_ne!(first["refresh"]["fingerprint"], second["refresh"]["fingerprint"]);
    assert_eq!(second["since_first_ms"], 0);
    let numbers: Vec<u64> = entries.iter().map(|entry| entry["number"].as_u64().unwrap()).collect();
    assert!(numbers.iter().zip(1..).all(|(number, expected)| *number == expected), "{numbers:?}");
    assert_eq!(entries[4]["request"], entries[5]["request"]);
    assert_eq!(entries[5]["request"], entries[6]["request"]);
    assert_eq!(consent["family"], first["family"]);
}

#[tokio::test]
async fn tokens_are_shown_only_when_they_are_asked_for() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    let token = pair["refresh_token"].as_str().unwrap();
    let (_, hidden) = control(&world, Method::GET, "ledger?", &Value::Null).await;
    assert!(!hidden.as_str().unwrap().contains(token));
    let (_, shown) = control(&world, Method::GET, "ledger?raw=true", &Value::Null).await;
    assert!(shown.as_str().unwrap().contains(token));
}

#[tokio::test]
async fn refusals_say_why() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    let next = world.refresh(&pair["refresh_token"]).await.json;
    world.refresh(&next["refresh_token"]).await;
    world.refresh(&pair["refresh_token"]).await;
    world.refresh(&json!("guessed")).await;
    let wrong = json!({ "grant_type": "refresh_token", "client_secret": "no", "refresh_token": "x" });
    world.token(wrong).await;
    world.clock.advance_seconds(11 * 60);
    world.refresh(&next["refresh_token"]).await;
    world.sandbox.revoke_grants().await.unwrap();
    world.refresh(&next["refresh_token"]).await;
    let entries = log(&world, "event=token_refused").await;
    let reasons: Vec<&str> = entries.iter().map(|entry| entry["reason"].as_str().unwrap()).collect();
    assert_eq!(
        reasons,
        ["not_the_previous_one", "unknown_token", "wrong_client", "after_leeway", "family_ended"]
    );
    assert_eq!(entries[3]["presented"]["generation"], 1);
    assert_eq!(log(&world, "event=family_ended").await[0]["reason"], "revoked");
}

#[tokio::test]
async fn every_access_token_that_comes_is_told_with_its_standing() {
    let world = World::new().await;
    let session = world.session().await;
    session.get("/wiki/api/v2/pages").await;
    world.sandbox.expire_access_tokens().await.unwrap();
    session.get("/wiki/api/v2/pages").await;
    world.sandbox.revoke_grants().await.unwrap();
    session.get("/wiki/api/v2/pages").await;
    world.holding("made-up").get("/wiki/api/v2/pages").await;
    let entries = log(&world, "event=token_presented").await;
    let standings: Vec<&str> = entries.iter().map(|entry| entry["standing"].as_str().unwrap()).collect();
    assert_eq!(standings, ["good", "expired", "revoked", "unknown"]);
    let family = entries[0]["token"]["family"].as_str().unwrap();
    assert_eq!(log(&world, &format!("family={family}&standing=good")).await.len(), 1);
}

#[tokio::test]
async fn writes_that_took_place_are_told_with_their_operation() {
    let world = World::new().await;
    let session = world.session().await;
    let page = session.create_page("Written", json!({})).await;
    let id = page["id"].as_str().unwrap();
    session.update_page(id, 9, "Written", "<p>stale</p>").await;
    session.update_page(id, 2, "Written", "<p>new</p>").await;
    session.delete(&format!("/wiki/api/v2/pages/{id}")).await;
    let entries = log(&world, "event=write_applied").await;
    let operations: Vec<&str> = entries.iter().map(|entry| entry["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["createPage", "updatePage", "deletePage"], "the conflict changed nothing");
    assert_eq!(log(&world, "event=write_applied&operation=updatePage").await.len(), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_is_told_and_its_request_is_performed_all_the_same() {
    let world = World::new().await;
    let pair = world.connect_with(SCOPES).await;
    let step = FaultStep::after(FaultOutcome::Proceed).delayed(crate::FaultDelay::Held("reply".to_owned()));
    let target = FaultTarget { path: Some("/oauth/token".to_owned()), ..FaultTarget::default() };
    world.sandbox.next_responses(Fault::steps(target, [step]).named("lost"));
    tokio::select! {
        reply = world.refresh(&pair["refresh_token"]) => panic!("nobody released {reply:?}"),
        () = world.sandbox.held("reply", 1) => {}
    }
    let entries = log(&world, "after=4").await;
    assert_eq!(
        events(&entries),
        ["token_request_received", "fault_applied", "refreshed", "token_request_abandoned"]
    );
    assert_eq!((&entries[1]["fault"], &entries[1]["phase"]), (&json!("lost"), &json!("after")));
}

#[tokio::test]
async fn unknown_filters_are_refused() {
    let world = World::new().await;
    for query in ["famly=x", "after=x"] {
        let (status, _) = control(&world, Method::GET, &format!("ledger?{query}"), &Value::Null).await;
        assert_eq!(status, 400, "{query}");
    }
}
