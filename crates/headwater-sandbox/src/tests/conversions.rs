//! Converting bodies, at once and in the background; restoring and deleting versions through v1.

use serde_json::{Value, json};

use super::harness::{Session, World, id};

const SCOPES: &str = "read:page:confluence write:page:confluence write:confluence-content \
    read:confluence-content.all read:content.metadata:confluence";
const PATH: &str = "/wiki/rest/api/contentbody/convert";

fn storage(value: &str) -> Value {
    json!({ "representation": "storage", "value": value })
}

#[tokio::test]
async fn bodies_are_converted_at_once() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let document = json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": "hi" }] } ] });
    let adf = json!({ "representation": "atlas_doc_format", "value": document.to_string() });
    let reply = session.post(&format!("{PATH}/storage"), &adf).await.json;
    assert_eq!((&reply["value"], &reply["representation"]), (&json!("<p>hi</p>"), &json!("storage")));
    let reply = session.post(&format!("{PATH}/atlas_doc_format"), &storage("<p>hi</p>")).await.json;
    let back: Value = serde_json::from_str(reply["value"].as_str().unwrap()).unwrap();
    assert_eq!(back, document);
    for (to, body) in [
        ("storage", json!({ "representation": "view", "value": "" })),
        ("wiki", storage("")),
        ("view", storage("<p>")),
        ("view", json!({ "representation": "storage" })),
    ] {
        assert_eq!(session.post(&format!("{PATH}/{to}"), &body).await.status, 400, "{to} {body}");
    }
}

async fn queue(session: &Session<'_>, query: &str) -> String {
    let reply = session.post(&format!("{PATH}/async/export_view{query}"), &storage("<p>a</p>")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json["asyncId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn conversions_in_the_background_are_polled_for_and_kept_five_minutes() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let it = queue(&session, "").await;
    let path = format!("{PATH}/async/{it}");
    assert_eq!(session.get(&path).await.json["status"], "WORKING");
    world.clock.advance_seconds(1);
    let done = session.get(&path).await.json;
    assert_eq!((&done["status"], &done["value"]), (&json!("COMPLETED"), &json!("<p>a</p>")));
    assert_eq!(world.other_user_with(SCOPES).await.get(&path).await.status, 403);
    assert_ne!(queue(&session, "").await, it);
    let cached = queue(&session, "?allowCache=true").await;
    assert_eq!(queue(&session, "?allowCache=true").await, cached);
    world.clock.advance_seconds(301);
    assert_eq!(session.get(&path).await.status, 404);
    assert_eq!(session.get(&format!("{PATH}/async/x")).await.status, 400);
    for (query, status) in [("?contentIdContext=7", 404), ("?spaceKeyContext=NOPE", 404)] {
        let reply = session.post(&format!("{PATH}/async/view{query}"), &storage("")).await;
        assert_eq!(reply.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn many_conversions_are_asked_for_and_fetched_together() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let bulk = format!("{PATH}/async/bulk/tasks");
    let inputs = json!({ "conversionInputs": [
        { "to": "view", "body": storage("<p>1</p>") }, { "to": "nothing", "body": storage("") } ] });
    let ids = session.post(&bulk, &inputs).await.json;
    assert_eq!(ids[1]["asyncId"], "FAILED_TO_QUEUE");
    world.clock.advance_seconds(1);
    let first = ids[0]["asyncId"].as_str().unwrap();
    let results = session.get(&format!("{bulk}?ids={first}")).await.json;
    assert_eq!(results[0]["value"], "<p>1</p>");
    let many: Vec<Value> = (0..11).map(|_| json!({ "to": "view", "body": storage("") })).collect();
    assert_eq!(session.post(&bulk, &json!({ "conversionInputs": many })).await.status, 400);
    assert_eq!(session.get(&bulk).await.status, 400);
}

#[tokio::test]
async fn an_older_version_is_brought_back_as_a_new_one() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&session.create_page("One", json!({ "body": storage("<p>1</p>") })).await);
    session.update_page(&page, 2, "Two", "<p>2</p>").await;
    let path = format!("/wiki/rest/api/content/{page}/version");
    let params = json!({ "versionNumber": 1, "message": "back" });
    let restored = session.post(&path, &json!({ "operationKey": "restore", "params": params })).await;
    assert_eq!(restored.status, 200, "{}", restored.text);
    assert_eq!((&restored.json["number"], &restored.json["message"]), (&json!(3), &json!("back")));
    let shown = session.get(&format!("/wiki/api/v2/pages/{page}?body-format=storage")).await.json;
    assert_eq!((&shown["title"], &shown["body"]["storage"]["value"]), (&json!("Two"), &json!("<p>1</p>")));
    let params = json!({ "versionNumber": 1, "message": "", "restoreTitle": true });
    session.post(&path, &json!({ "operationKey": "restore", "params": params })).await;
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{page}")).await.json["title"], "One");
    for (key, number) in [("restore", 4), ("restore", 9), ("undo", 1)] {
        let params = json!({ "versionNumber": number, "message": "" });
        let reply = session.post(&path, &json!({ "operationKey": key, "params": params })).await;
        assert_eq!(reply.status, 400, "{key} {number}");
    }
}

#[tokio::test]
async fn deleting_a_version_renumbers_the_later_ones() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&session.create_page("One", json!({})).await);
    session.update_page(&page, 2, "Two", "").await;
    session.update_page(&page, 3, "Three", "").await;
    let path = format!("/wiki/rest/api/content/{page}/version");
    assert_eq!(session.delete(&format!("{path}/3")).await.status, 400, "the current one");
    assert_eq!(session.delete(&format!("{path}/1")).await.status, 204);
    let versions = session.get(&format!("/wiki/api/v2/pages/{page}/versions")).await.json;
    let titles: Vec<(&Value, &Value)> = versions["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| (&version["number"], &version["page"]["title"]))
        .collect();
    assert_eq!(titles, [(&json!(2), &json!("Three")), (&json!(1), &json!("Two"))]);
    assert_eq!(session.update_page(&page, 3, "Four", "").await.json["version"]["number"], 3);
    assert_eq!(session.delete(&format!("{path}/9")).await.status, 400);
}
