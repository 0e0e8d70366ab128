//! Webhooks: what is posted where, how it is signed, and what happens when it is not taken.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::delivery::{Delivery, DeliveryState};
use headwater_domain::error::ErrorKind;
use headwater_domain::event::EventKind;
use headwater_domain::id::{EventId, WebhookId};
use headwater_domain::page::Page;
use headwater_ports::fakes::{SeededEntropy, SeenRequest};
use headwater_ports::sealer::Sealer as _;
use headwater_ports::upstream::UpstreamError;
use headwater_seal::KeyRing;
use serde_json::{Value, json};

use super::harness::{House, ann, body, reveal};
use crate::accounts::{AccountChange, AccountLocator};
use crate::webhooks::{DeliveryFilter, NewWebhookSecret, WebhookChange};

const URL: &str = "https://app.example/hooks?tenant=7";

async fn hook(house: &House, kinds: &[EventKind]) -> NewWebhookSecret {
    house.service.webhooks.create(URL, kinds.to_vec()).await.unwrap()
}

async fn create(house: &House, name: &str) {
    let locator = AccountLocator::of("wiki", name);
    house.service.accounts.create(&locator, AccountChange::default()).await.unwrap();
}

/// The signature that the holder of a secret expects.
fn signature(secret: &str, request: &SeenRequest) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let begin = format!("{}.{}.", header("webhook-id"), header("webhook-timestamp"));
    let ring = KeyRing::single(&[0; 32], std::sync::Arc::new(SeededEntropy::new(0)));
    let code = ring.hmac_sha256(&key, &[begin.as_bytes(), &request.body].concat());
    format!("v1,{}", STANDARD.encode(code))
}

async fn deliveries(house: &House, filter: &DeliveryFilter) -> Vec<Delivery> {
    house.service.webhooks.deliveries(filter, Page { offset: 0, limit: 100 }).await.unwrap().items
}

fn kind(request: &SeenRequest) -> Value {
    body(request)["type"].clone()
}

#[tokio::test]
async fn f5_a_delivery_is_what_the_contract_says_and_signed() {
    let house = House::new().await;
    let hook = hook(&house, &[]).await;
    create(&house, "ann").await;
    house.provider.answer(204, &json!(null));
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 1);
    let request = house.provider.requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.uri.to_string()), ("POST", URL.to_owned()));
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["webhook-timestamp"], "1795000000");
    assert_eq!(request.headers["webhook-signature"], signature(reveal(&hook.secret), &request));
    let envelope = body(&request);
    assert_eq!(envelope["id"], request.headers["webhook-id"].to_str().unwrap());
    assert_eq!(envelope["type"], "connected_account.created");
    assert_eq!(envelope["environment_id"], house.service.events.environment_id());
    assert_eq!(envelope["data"]["id"], house.account(&ann()).await.id.as_str());
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 0);
    let delivered = deliveries(&house, &DeliveryFilter::default()).await;
    assert_eq!((delivered[0].state, delivered[0].last_status), (DeliveryState::Delivered, Some(204)));
}

#[tokio::test]
async fn only_what_is_wanted_comes_and_nothing_to_a_disabled_one() {
    let house = House::new().await;
    let hook = hook(&house, &[EventKind::Deleted]).await;
    create(&house, "ann").await;
    house.service.accounts.delete(&ann()).await.unwrap();
    house.provider.answer(200, &json!({}));
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 1);
    assert_eq!(kind(&house.provider.requests()[0]), "connected_account.deleted");
    switch(&house, &hook.webhook.id, false).await;
    create(&house, "ann").await;
    house.service.accounts.delete(&ann()).await.unwrap();
    switch(&house, &hook.webhook.id, true).await;
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 0);
}

#[tokio::test]
async fn an_account_waits_for_its_first_event_and_others_do_not() {
    let house = House::new().await;
    hook(&house, &[]).await;
    create(&house, "ann").await;
    house.service.accounts.delete(&ann()).await.unwrap();
    house.provider.answer(500, &json!({}));
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 1);
    let first = house.provider.requests().pop().unwrap();
    create(&house, "bob").await;
    house.provider.answer(200, &json!({}));
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 1);
    assert_eq!(body(&house.provider.requests()[0])["data"]["identifier"], "bob");
    house.clock.advance(Duration::from_secs(6));
    (0..2).for_each(|_| house.provider.answer(200, &json!({})));
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 2);
    let requests = house.provider.requests();
    assert_eq!(requests[0].headers["webhook-id"], first.headers["webhook-id"], "the id stays");
    assert_eq!(requests[0].body, first.body, "and so does the body");
    assert_ne!(requests[0].headers["webhook-signature"], first.headers["webhook-signature"]);
    assert_eq!(kind(&requests[1]), "connected_account.deleted");
}

/// Eight attempts within some 28 hours; then the rest of the line goes on, and the operator can replay.
#[tokio::test]
async fn an_endpoint_that_stays_away_gets_eight_attempts_and_a_replay() {
    let house = House::new().await;
    let hook = hook(&house, &[]).await;
    create(&house, "ann").await;
    let (mut attempts, mut elapsed) = (0, 0);
    while deliveries(&house, &DeliveryFilter::default()).await[0].state == DeliveryState::Pending {
        house.provider.answer_with(Err(UpstreamError::NotSent { reason: "no route".to_owned() }));
        attempts += house.service.webhooks.deliver_due().await.unwrap();
        house.clock.advance(Duration::from_secs(60));
        elapsed += 60;
        assert!(elapsed < 40 * 3600);
    }
    assert_eq!(attempts, 8);
    assert!((29..36).contains(&(elapsed / 3600)), "{elapsed}");
    let filter =
        DeliveryFilter { webhook: Some(hook.webhook.id), state: Some(DeliveryState::Dead), event: None };
    let dead = deliveries(&house, &filter).await;
    assert_eq!(dead.len(), 1);
    assert!(dead[0].last_error.as_ref().unwrap().contains("no route"), "{dead:?}");
    house.provider.requests();
    assert_eq!(house.service.webhooks.replay(&filter).await.unwrap(), 1);
    let unused = house.provider.requests().len();
    assert_eq!(unused, 0);
    // Answers of the script that the minutes without an attempt have left over.
    while house.service.webhooks.deliver_due().await.unwrap() == 1 {
        house.clock.advance(Duration::from_secs(12 * 3600));
    }
    assert!(!house.provider.requests().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_is_gone_for_good_is_believed() {
    let house = House::new().await;
    hook(&house, &[]).await;
    create(&house, "ann").await;
    house.provider.answer(410, &json!({}));
    house.service.webhooks.deliver_due().await.unwrap();
    let delivery = deliveries(&house, &DeliveryFilter::default()).await.pop().unwrap();
    assert_eq!((delivery.state, delivery.last_status), (DeliveryState::Dead, Some(410)));
}

/// A crash between sending and noting: the event comes twice, with the same id.
#[tokio::test]
async fn an_attempt_that_was_cut_off_is_made_again() {
    let house = House::new().await;
    hook(&house, &[]).await;
    create(&house, "ann").await;
    let gate = house.provider.hold().await;
    {
        let mut cut = Box::pin(house.service.webhooks.deliver_due());
        tokio::select! {
            _ = &mut cut => panic!("the endpoint has not answered"),
            () = house.provider.next_request() => {}
        }
    }
    drop(gate);
    let first = house.provider.requests().pop().unwrap();
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 0, "somebody may still be at it");
    house.clock.advance(Duration::from_secs(60));
    house.provider.answer(200, &json!({}));
    assert_eq!(house.service.webhooks.deliver_due().await.unwrap(), 1);
    let second = house.provider.requests().pop().unwrap();
    assert_eq!(first.headers["webhook-id"], second.headers["webhook-id"]);
}

#[tokio::test]
async fn f5_while_a_secret_is_replaced_both_sign() {
    let house = House::new().await;
    let old = hook(&house, &[]).await;
    let new = house.service.webhooks.rotate(&old.webhook.id, Duration::from_secs(60)).await.unwrap();
    for (name, both) in [("ann", true), ("bob", false)] {
        create(&house, name).await;
        house.provider.answer(200, &json!({}));
        house.service.webhooks.deliver_due().await.unwrap();
        let request = house.provider.requests().pop().unwrap();
        let of = |hook: &NewWebhookSecret| signature(reveal(&hook.secret), &request);
        let expected = if both { format!("{} {}", of(&new), of(&old)) } else { of(&new) };
        assert_eq!(request.headers["webhook-signature"], expected);
        house.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn f4_endpoints_are_checked() {
    let house = House::with(|settings| {
        settings.plain_hosts = vec![(url::Host::Domain("inside".to_owned()), Some(8080))];
    })
    .await;
    for good in ["https://app.example", "http://127.0.0.1:9/x", "http://[::1]/", "http://inside:8080/"] {
        assert!(house.service.webhooks.create(good, Vec::new()).await.is_ok(), "{good}");
    }
    let long = format!("https://app.example/{}", "x".repeat(2048));
    for bad in [
        "",
        "app.example",
        "http://app.example",
        "http://inside:8081",
        "ftp://inside:8080",
        "https://a:b@c",
        &long,
    ] {
        let error = house.service.webhooks.create(bad, Vec::new()).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{bad}");
    }
    for _ in 4..20 {
        hook(&house, &[]).await;
    }
    let error = house.service.webhooks.create(URL, Vec::new()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::ResourceExhausted);
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let house = House::new().await;
    let id = WebhookId::parse("whk_1").unwrap();
    assert_eq!(house.service.webhooks.delete(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    let error = house.service.webhooks.rotate(&id, Duration::ZERO).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let filter = DeliveryFilter { webhook: Some(id), ..DeliveryFilter::default() };
    assert_eq!(house.service.webhooks.replay(&filter).await.unwrap_err().kind(), ErrorKind::NotFound);
    let event = Some(EventId::parse("evt_1").unwrap());
    let filter = DeliveryFilter { event, ..DeliveryFilter::default() };
    assert_eq!(house.service.webhooks.replay(&filter).await.unwrap(), 0);
}

async fn switch(house: &House, id: &WebhookId, enabled: bool) {
    let change = WebhookChange { enabled: Some(enabled), ..WebhookChange::default() };
    assert_eq!(house.service.webhooks.update(id, change).await.unwrap().enabled, enabled);
}
