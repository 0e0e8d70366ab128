//! Copying pages and page trees, archiving and trashing many at a time, and the tasks that tell about it.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, Reply, Session, World, id};
use super::tree::node;
use crate::storage::content::Kind;
use crate::{Edition, bare};

const SCOPES: &str = "read:page:confluence write:page:confluence delete:page:confluence \
    write:folder:confluence read:hierarchical-content:confluence read:content.metadata:confluence \
    write:confluence-content read:label:confluence write:label:confluence read:attachment:confluence \
    read:custom-content:confluence write:custom-content:confluence";

async fn copy(session: &Session<'_>, page: &str, body: &Value) -> Reply {
    session.post(&format!("/wiki/rest/api/content/{page}/copy"), body).await
}

/// Polls a task until it is finished.
async fn finished(world: &World, session: &Session<'_>, started: &Reply) -> Value {
    assert_eq!(started.status, 202, "{}", started.text);
    let path = format!("/wiki{}", started.json["links"]["status"].as_str().unwrap());
    let running = session.get(&path).await.json;
    assert_eq!((&running["finished"], &running["percentageComplete"]), (&json!(false), &json!(0)));
    world.clock.advance_seconds(1);
    let done = session.get(&path).await.json;
    assert_eq!((&done["finished"], &done["successful"]), (&json!(true), &json!(true)));
    assert_eq!(done["percentageComplete"], 100);
    done
}

#[tokio::test]
async fn a_page_is_copied_with_what_hangs_on_it() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let body = json!({ "body": { "representation": "storage", "value": "<p>text</p>" } });
    let page = id(&session.create_page("Original", body).await);
    let label = json!([{ "name": "x" }]);
    assert_eq!(session.post(&format!("/wiki/rest/api/content/{page}/label"), &label).await.status, 200);
    world.insert(Kind::Attachment, "f.txt", page.parse().ok()).await;
    let custom = json!({ "type": "ac:a:b", "title": "C", "pageId": page,
        "body": { "representation": "raw", "value": "r" } });
    assert_eq!(session.post("/wiki/api/v2/custom-content", &custom).await.status, 201);
    let request = json!({
        "copyLabels": true, "copyAttachments": true, "copyProperties": true, "copyCustomContents": true,
        "destination": { "type": "parent_page", "value": page }, "pageTitle": "Copy",
    });
    let reply = session
        .post(&format!("/wiki/rest/api/content/{page}/copy?expand=body.storage,ancestors"), &request)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json["title"], "Copy");
    assert_eq!(reply.json["body"]["storage"]["value"], "<p>text</p>");
    assert_eq!(reply.json["ancestors"][1]["id"], page);
    assert_eq!(reply.json["version"]["by"]["accountId"], bare::ACCOUNT_ID);
    let copied = format!("/wiki/api/v2/pages/{}", id(&reply.json));
    assert_eq!(session.walk(&format!("{copied}/labels"), "name").await, ["x"]);
    assert_eq!(session.walk(&format!("{copied}/custom-content?type=ac:a:b"), "title").await, ["C"]);
    let again = copy(&session, &page, &request).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("already exists"), "{}", again.text);
}

#[tokio::test]
async fn a_copy_goes_to_a_space_or_over_another_page() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&session.create_page("Original", json!({})).await);
    let target = id(&session.create_page("Target", json!({})).await);
    let over = json!({ "destination": { "type": "existing_page", "value": target }, "pageTitle": "New",
        "body": { "storage": { "value": "<p>n</p>", "representation": "storage" } } });
    let reply = copy(&session, &page, &over).await.json;
    assert_eq!((&reply["id"], &reply["title"]), (&json!(target), &json!("New")));
    assert_eq!(reply["version"]["number"], 2);
    let key = reply["space"]["key"].clone();
    let to_space = json!({ "destination": { "type": "space", "value": key }, "pageTitle": "Root" });
    let root = id(&copy(&session, &page, &to_space).await.json);
    let root = session.get(&format!("/wiki/api/v2/pages/{root}")).await.json;
    assert_eq!(root["parentId"], Value::Null);
    let cases = [
        (json!({}), 400),
        (json!({ "destination": { "type": "moon", "value": "1" }, "pageTitle": "A" }), 400),
        (json!({ "destination": { "type": "space", "value": "NOPE" }, "pageTitle": "A" }), 404),
        (json!({ "destination": { "type": "parent_page", "value": "7" }, "pageTitle": "A" }), 404),
        (json!({ "destination": { "type": "existing_page", "value": target }, "pageTitle": " " }), 400),
    ];
    for (body, status) in cases {
        assert_eq!(copy(&session, &page, &body).await.status.as_u16(), status, "{body}");
    }
}

#[tokio::test]
async fn a_page_tree_is_copied_with_other_titles() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let root = id(&session.create_page("Plan 2026", json!({})).await);
    let folder = node(&session, "folders", "Parts", &root).await;
    session.create_page("Part 2026", json!({ "parentId": folder })).await;
    let path = format!("/wiki/rest/api/content/{root}/pagehierarchy/copy");
    let request = json!({ "destinationPageId": HOMEPAGE_ID.to_string() });
    let refused = session.post(&path, &request).await;
    assert_eq!(refused.status, 400, "the titles are taken");
    let request = json!({ "destinationPageId": HOMEPAGE_ID.to_string(),
        "titleOptions": { "prefix": "New ", "search": "2026", "replace": "2027" } });
    let started = session.post(&path, &request).await;
    let done = finished(&world, &session, &started).await;
    assert_eq!(done["additionalDetails"]["totalPageNeedToCopy"], 3);
    let copied = done["additionalDetails"]["destinationId"].as_str().unwrap();
    let below = session.walk(&format!("/wiki/api/v2/pages/{copied}/descendants"), "title").await;
    assert_eq!(below, ["New Parts", "New Part 2027"]);
    let alone = json!({ "destinationPageId": root, "copyDescendants": false,
        "titleOptions": { "prefix": "Alone " } });
    let started = session.post(&path, &alone).await;
    let done = finished(&world, &session, &started).await;
    assert_eq!(done["additionalDetails"]["totalPageNeedToCopy"], 1);
}

#[tokio::test]
async fn archiving_is_a_task_and_keeps_the_title_reserved() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&session.create_page("Old", json!({})).await);
    let second = id(&session.create_page("Older", json!({})).await);
    let path = "/wiki/rest/api/content/archive";
    let of = |id: &str| json!({ "pages": [{ "id": id.parse::<i64>().unwrap() }] });
    let started = session.post(path, &of(&page)).await;
    assert_eq!(session.post(path, &of(&second)).await.status, 400, "one at a time");
    assert_eq!(session.get("/wiki/rest/api/longtask").await.json["size"], 1);
    finished(&world, &session, &started).await;
    assert_eq!(session.get("/wiki/rest/api/longtask").await.json["size"], 0);
    let shown = session.get(&format!("/wiki/api/v2/pages/{page}")).await.json;
    assert_eq!((&shown["status"], &shown["parentId"]), (&json!("archived"), &json!(HOMEPAGE_ID.to_string())));
    let taken = json!({ "spaceId": shown["spaceId"], "title": "old" });
    assert_eq!(session.post("/wiki/api/v2/pages", &taken).await.status, 400);
    assert_eq!(session.post(path, &of(&page)).await.status, 400, "archived already");
    assert_eq!(session.post(path, &of("7")).await.status, 500, "as measured");
    assert_eq!(session.post(path, &json!({ "pages": [] })).await.status, 400);
    let both = json!({ "pages": [{ "id": second }, { "id": HOMEPAGE_ID }] });
    world.sandbox.set_edition(bare::CLOUD_ID, Edition::Standard).await.unwrap();
    assert!(session.post(path, &both).await.text.contains("premium"));
    world.sandbox.set_edition(bare::CLOUD_ID, Edition::Free).await.unwrap();
    assert!(session.post(path, &of(&second)).await.text.contains("free"));
}

#[tokio::test]
async fn a_whole_tree_is_trashed() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let root = id(&session.create_page("Root", json!({})).await);
    let child = id(&session.create_page("Child", json!({ "parentId": root })).await);
    let deep = id(&session.create_page("Deep", json!({ "parentId": child })).await);
    let started = session.delete(&format!("/wiki/rest/api/content/{root}/pageTree")).await;
    finished(&world, &session, &started).await;
    for page in [&root, &child, &deep] {
        assert_eq!(session.get(&format!("/wiki/api/v2/pages/{page}")).await.json["status"], "trashed");
    }
    for (page, status) in [(root.as_str(), 400), ("7", 404), ("x", 400)] {
        let reply = session.delete(&format!("/wiki/rest/api/content/{page}/pageTree")).await;
        assert_eq!(reply.status.as_u16(), status, "{page}");
    }
}

#[tokio::test]
async fn tasks_are_their_askers() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&session.create_page("Root", json!({})).await);
    let started = session.delete(&format!("/wiki/rest/api/content/{page}/pageTree")).await;
    let path = format!("/wiki{}", started.json["links"]["status"].as_str().unwrap());
    assert_eq!(world.other_user_with(SCOPES).await.get(&path).await.status, 404);
    assert_eq!(session.get("/wiki/rest/api/longtask/7").await.status, 404);
    assert_eq!(session.get("/wiki/rest/api/longtask?limit=x").await.status, 400);
    assert_eq!(session.get("/wiki/rest/api/longtask?start=-1").await.status, 400);
}
