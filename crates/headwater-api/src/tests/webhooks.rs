//! Webhooks over REST and gRPC: made, changed, looked at, removed; the secret is told once.

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tonic::Code;

use super::harness::{House, request};
use crate::proto::webhooks::{
    CreateWebhookRequest, ListWebhooksRequest, ListWebhooksResponse, WebhookSecret,
};

const URL: &str = "https://app.example/hooks";

async fn create(house: &House, event_types: &[&str]) -> Value {
    let answer = house.post("/api/v1/webhooks", &json!({"url": URL, "event_types": event_types})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    answer.json()
}

fn id(made: &Value) -> String {
    made["webhook"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_webhook_lives_from_creation_to_deletion_and_tells_its_secret_once() {
    let house = House::new().await;
    let made = create(&house, &["connected_account.deleted"]).await;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "that is what verifiers expect");
    let path = format!("/api/v1/webhooks/{}", id(&made));
    let read = house.get(&path).await;
    assert_eq!(read.json(), made["webhook"]);
    let listed = house.get("/api/v1/webhooks").await;
    assert_eq!(listed.json()["webhooks"], json!([made["webhook"]]));
    for answer in [read, listed] {
        assert!(!String::from_utf8_lossy(&answer.body).contains(secret));
    }

    let change = json!({"enabled": false, "event_types": {"types": []}, "url": "https://app.example/other"});
    let changed = house.call(Method::PATCH, &path, &change).await.json();
    assert_eq!((&changed["enabled"], &changed["url"]), (&json!(false), &json!("https://app.example/other")));
    assert!(changed.get("event_types").is_none_or(|it| *it == json!([])), "all of them now: {changed}");
    let changed = house.call(Method::PATCH, &path, &json!({"enabled": true})).await.json();
    assert_eq!((&changed["enabled"], &changed["url"]), (&json!(true), &json!("https://app.example/other")));

    let rotated = house.post(&format!("{path}:rotate"), &json!({"grace_hours": 1})).await.json();
    assert!(rotated["secret"].as_str().is_some_and(|it| it != secret && it.starts_with("whsec_")));
    let gone = |verb| house.send_authorized(request(verb, &path, Body::empty()));
    assert_eq!(gone(Method::DELETE).await.status, StatusCode::OK);
    for verb in [Method::DELETE, Method::GET] {
        assert_eq!(gone(verb).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_reason() {
    let house = House::new().await;
    let made = create(&house, &[]).await;
    let path = format!("/api/v1/webhooks/{}", id(&made));
    let table = [
        (Method::POST, "/api/v1/webhooks".to_owned(), json!({}), "url"),
        (Method::POST, "/api/v1/webhooks".to_owned(), json!({"url": "http://app.example/"}), "https://"),
        (Method::POST, "/api/v1/webhooks".to_owned(), json!({"url": "https://a:b@app.example/"}), "password"),
        (
            Method::POST,
            "/api/v1/webhooks".to_owned(),
            json!({"url": URL, "event_types": ["created"]}),
            "known types: connected_account.created",
        ),
        (Method::PATCH, path.clone(), json!({"event_types": {"types": ["x"]}}), "`x` is no type of event"),
        (Method::PATCH, path.clone(), json!({"url": "file:///etc/passwd"}), "url"),
        (Method::POST, format!("{path}:rotate"), json!({"grace_hours": 721}), "grace_hours"),
        (Method::POST, format!("{path}:replay"), json!({"event_id": "7"}), "event_id"),
        (Method::GET, "/api/v1/webhooks/7".to_owned(), json!({}), "webhook_id"),
        (Method::GET, "/api/v1/webhook_deliveries?webhook_id=7".to_owned(), json!({}), "webhook_id"),
        (Method::GET, "/api/v1/webhook_deliveries?page_token=7!".to_owned(), json!({}), "page_token"),
    ];
    for (verb, path, body, reason) in table {
        let answer = match verb {
            Method::GET => house.get(&path).await,
            verb => house.call(verb, &path, &body).await,
        };
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(reason), "{path} {body}: {message}");
    }
    assert_eq!(house.get(&path).await.json(), made["webhook"], "nothing has changed");
}

#[tokio::test]
async fn deliveries_are_listed_and_made_again() {
    let house = House::new().await;
    let made = create(&house, &["connected_account.created"]).await;
    house.connected().await;
    house.provider.answer(500, "no");
    house.service.webhooks.deliver_due().await.unwrap();
    let listed = house.get("/api/v1/webhook_deliveries").await.json();
    let delivery = &listed["deliveries"][0];
    assert_eq!((&listed["total_size"], &delivery["state"]), (&json!(1), &json!("PENDING")));
    assert_eq!((&delivery["attempts"], &delivery["last_status"]), (&json!(1), &json!(500)));
    assert!(delivery["next_attempt_time"].is_string(), "{delivery}");
    let event = delivery["event_id"].as_str().unwrap();
    let narrowed = format!("/api/v1/webhook_deliveries?event_id={event}&state=DEAD");
    assert!(house.get(&narrowed).await.json().get("total_size").is_none_or(|it| *it == json!(0)));

    house.clock.advance(std::time::Duration::from_secs(60));
    house.provider.answer(204, "");
    house.service.webhooks.deliver_due().await.unwrap();
    assert_eq!(house.get("/api/v1/webhook_deliveries?state=DELIVERED").await.json()["total_size"], 1);
    let path = format!("/api/v1/webhooks/{}:replay", id(&made));
    assert_eq!(house.post(&path, &json!({})).await.json()["count"], 0, "nothing was given up");
    assert_eq!(house.post(&path, &json!({"event_id": event})).await.json()["count"], 1);
    assert_eq!(house.get("/api/v1/webhook_deliveries?state=PENDING").await.json()["total_size"], 1);
}

#[tokio::test]
async fn the_same_over_grpc() {
    let house = House::new().await;
    let service = "/headwater.v1.webhooks.WebhookService";
    let wanted = CreateWebhookRequest { url: URL.to_owned(), event_types: Vec::new() };
    let made = house.rpc_at(&format!("{service}/CreateWebhook"), &wanted).await;
    assert_eq!(made.code, Code::Ok, "{}", made.message);
    let made: WebhookSecret = made.message();
    assert!(!format!("{made:?}").contains(&made.secret), "not even by mistake");
    let listed = house.rpc_at(&format!("{service}/ListWebhooks"), &ListWebhooksRequest {}).await;
    assert_eq!(listed.message::<ListWebhooksResponse>().webhooks, [made.webhook.unwrap()]);
    let bad = CreateWebhookRequest { url: "x".to_owned(), event_types: Vec::new() };
    let refused = house.rpc_at(&format!("{service}/CreateWebhook"), &bad).await;
    assert_eq!((refused.code, refused.error_code()), (Code::InvalidArgument, "INVALID_ARGUMENT"));
}
