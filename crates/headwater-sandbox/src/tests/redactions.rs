//! Blacking out parts of pages and blog posts.

use serde_json::{Value, json};

use super::harness::{Session, World, id};
use crate::{Edition, bare};

const START: &str = "2026-11-01T00:00:00.000Z";

async fn secret_page(session: &Session<'_>) -> String {
    let body = json!({ "body": { "representation": "storage", "value": "<p>The code is 1234.</p>" } });
    id(&session.create_page("Code 1234", body).await)
}

fn request(version: Option<i64>, clean: bool) -> Value {
    json!({
        "createdAt": START, "cleanHistory": clean, "versionNumber": version,
        "body": { "redactions": [
            { "pointer": "/content/0/content/0/text", "from": 12, "to": 16, "reason": "secret" } ] },
        "title": { "redactions": [{ "pointer": "/title", "from": 5, "to": 9 }] },
    })
}

#[tokio::test]
async fn the_newest_version_is_followed_by_a_redacted_one() {
    let world = World::new().await;
    let session = world.session().await;
    let page = secret_page(&session).await;
    let path = format!("/wiki/api/v2/pages/{page}");
    let reply = session.post(&format!("{path}/redact"), &request(None, false)).await;
    assert_eq!(reply.status, 202, "{}", reply.text);
    let redaction = &reply.json["body"]["redactions"][0];
    assert_eq!((&redaction["from"], &redaction["reason"]), (&json!(12), &json!("secret")));
    assert_eq!(redaction["redactionId"].as_str().unwrap().len(), 36);
    let shown = session.get(&format!("{path}?body-format=storage")).await.json;
    assert_eq!((&shown["title"], &shown["version"]["number"]), (&json!("Code ████"), &json!(2)));
    assert_eq!(shown["body"]["storage"]["value"], "<p>The code is ████.</p>");
    let before = session.get(&format!("{path}?version=1")).await.json;
    assert_eq!(before["title"], "Code 1234", "history was not cleaned");
}

#[tokio::test]
async fn cleaning_takes_away_the_versions_that_still_show_it() {
    let world = World::new().await;
    let session = world.session().await;
    let page = secret_page(&session).await;
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.post(&format!("{path}/redact"), &request(None, true)).await.status, 202);
    let versions = session.get(&format!("{path}/versions")).await.json;
    assert_eq!(versions["results"].as_array().unwrap().len(), 1);
    assert_eq!(versions["results"][0]["number"], 1);
    assert_eq!(session.get(&path).await.json["version"]["number"], 1);
}

#[tokio::test]
async fn an_older_version_is_redacted_where_it_is() {
    let world = World::new().await;
    let session = world.session().await;
    let page = secret_page(&session).await;
    session.update_page(&page, 2, "Clean", "<p>clean</p>").await;
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.post(&format!("{path}/redact"), &request(Some(1), false)).await.status, 202);
    assert_eq!(session.get(&path).await.json["title"], "Clean");
    assert_eq!(session.get(&format!("{path}?version=1")).await.json["title"], "Code ████");
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let world = World::new().await;
    let session = world.session().await;
    let page = secret_page(&session).await;
    let path = format!("/wiki/api/v2/pages/{page}/redact");
    let with = |pointer: &str, value: Value| {
        let mut changed = request(None, false);
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let cases = [
        (with("/createdAt", json!("2026-10-01T00:00:00Z")), "out of date"),
        (with("/createdAt", json!("yesterday")), "not a time"),
        (with("/versionNumber", json!(9)), "no version 9"),
        (with("/body/redactions/0/pointer", json!("/content/7")), "leads nowhere"),
        (with("/body/redactions/0/pointer", json!("/content/0/type/x")), "leads nowhere"),
        (with("/body/redactions/0/to", json!(900)), "outside of the text"),
        (with("/title/redactions/0/pointer", json!("/body")), "leads nowhere"),
        (with("/cleanHistory", json!("yes")), "cleanHistory"),
    ];
    for (body, title) in cases {
        let reply = session.post(&path, &body).await;
        assert!(reply.status == 400 && reply.title().contains(title), "{body}: {}", reply.text);
    }
    world.sandbox.set_edition(bare::CLOUD_ID, Edition::Premium).await.unwrap();
    assert!(session.post(&path, &request(None, false)).await.title().contains("Guard Premium"));
}
