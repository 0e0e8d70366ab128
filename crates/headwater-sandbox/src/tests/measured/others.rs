//! Spaces, people, tasks and states.

use serde_json::json;

use crate::tests::harness::{SCOPES, World, id};

#[tokio::test]
async fn unknown_keys_of_spaces_find_nothing_and_unknown_ids_are_missing() {
    let world = World::new().await;
    let session = world.session().await;
    assert_eq!(session.walk("/wiki/api/v2/spaces?keys=NOPE,BOX", "key").await, ["BOX"]);
    assert_eq!(session.walk("/wiki/api/v2/spaces?keys=NOPE", "key").await, Vec::<String>::new());
    assert_eq!(session.get("/wiki/api/v2/spaces/999999").await.status, 404);
}

#[tokio::test]
async fn names_of_spaces_have_at_most_two_hundred_letters() {
    let world = World::new().await;
    let session = world.session_with("write:confluence-space read:confluence-space.summary").await;
    let body = |length: usize| json!({ "key": "LONG", "name": "x".repeat(length) });
    assert_eq!(session.post("/wiki/rest/api/space", &body(201)).await.status, 400);
    assert_eq!(session.post("/wiki/rest/api/space", &body(200)).await.status, 200);
}

#[tokio::test]
async fn members_of_an_unknown_group_are_an_empty_list() {
    let world = World::new().await;
    let session = world.session_with("read:confluence-groups").await;
    let none = "/wiki/rest/api/group/00000000-0000-4000-8000-000000000000/membersByGroupId";
    let reply = session.get(none).await;
    assert_eq!((reply.status.as_u16(), &reply.json["results"]), (200, &json!([])));
}

#[tokio::test]
async fn whoever_makes_a_page_watches_it() {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} read:confluence-content.summary")).await;
    let page = id(&session.create_page("Page", json!({})).await);
    let watched = session.get(&format!("/wiki/rest/api/user/watch/content/{page}")).await;
    assert_eq!(watched.json["watching"], true);
}

#[tokio::test]
async fn a_label_that_nothing_carries_does_not_exist() {
    let world = World::new().await;
    let scopes = format!("{SCOPES} read:confluence-content.summary write:confluence-content");
    let session = world.session_with(&scopes).await;
    assert_eq!(session.get("/wiki/rest/api/label?name=nowhere").await.status, 404);
    let request = http::Request::post(format!(
        "/ex/confluence/{}/wiki/rest/api/user/watch/label/nowhere",
        session.cloud_id
    ));
    let request = request.header("authorization", format!("Bearer {}", session.token));
    let request = request.header("x-atlassian-token", "no-check");
    assert_eq!(world.send(request.body(axum::body::Body::empty()).unwrap()).await.status, 403);
}

#[tokio::test]
async fn a_refused_permission_is_an_answer_and_no_error() {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} read:confluence-content.permission")).await;
    let page = id(&session
        .post(
            "/wiki/api/v2/pages?private=true",
            &json!({
                "spaceId": crate::tests::harness::SPACE_ID.to_string(), "title": "Mine",
            }),
        )
        .await
        .json);
    let body = json!({
        "subject": { "type": "user", "identifier": crate::tests::harness::OTHER_ACCOUNT_ID }, "operation": "read",
    });
    let path = format!("/wiki/rest/api/content/{page}/permission/check");
    let reply = session.post(&path, &body).await;
    assert_eq!((reply.status.as_u16(), &reply.json["hasPermission"]), (200, &json!(false)), "{}", reply.text);
}

#[tokio::test]
async fn a_task_keeps_everything_but_its_status() {
    let world = World::new().await;
    let scopes = format!("{SCOPES} read:task:confluence write:task:confluence");
    let session = world.session_with(&scopes).await;
    let list = "<ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>incomplete</ac:task-status>\
                <ac:task-body>Paint the buoy</ac:task-body></ac:task></ac:task-list>";
    let body = json!({ "body": { "representation": "storage", "value": list } });
    session.create_page("Page", body).await;
    let task = session.get("/wiki/api/v2/tasks").await.json["results"][0].clone();
    assert_eq!((&task["localId"], &task["status"]), (&json!("7"), &json!("incomplete")));
    let path = format!("/wiki/api/v2/tasks/{}", id(&task));
    assert_eq!(session.put(&path, &json!({})).await.status, 400, "the status must be there");
    let done = session.put(&path, &json!({ "status": "complete" })).await;
    assert!(done.json["completedAt"].is_string() && done.json["completedBy"].is_string(), "{}", done.text);
    assert_eq!(session.get("/wiki/api/v2/tasks/1").await.status, 404);
}
