//! Tasks that stand in pages.

use serde_json::json;

use super::harness::{Session, World, id, update};

const SCOPES: &str = "read:task:confluence write:task:confluence read:page:confluence write:page:confluence delete:page:confluence";
const WHO: &str = "712020:5c2b7f10-4f1d-4a86-9a3e-0f4b1d2c3e4f";

fn list(first: &str, second: &str) -> String {
    format!(
        "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>{first}</ac:task-status><ac:task-body>ask \
         <ac:link><ri:user ri:account-id=\"{WHO}\" /></ac:link> <time datetime=\"2026-11-30\" /></ac:task-body></ac:task>\
         <ac:task><ac:task-id>2</ac:task-id><ac:task-status>{second}</ac:task-status><ac:task-body>tell</ac:task-body>\
         </ac:task></ac:task-list>"
    )
}

async fn page(session: &Session<'_>) -> String {
    let body = json!({ "body": { "representation": "storage", "value": list("incomplete", "complete") } });
    id(&session.create_page("To do", body).await)
}

#[tokio::test]
async fn tasks_are_born_from_bodies_and_follow_them() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = page(&session).await;
    let tasks = session.get("/wiki/api/v2/tasks?body-format=storage").await.json["results"].clone();
    assert_eq!((&tasks[0]["localId"], &tasks[0]["status"]), (&json!("1"), &json!("incomplete")));
    assert_eq!((&tasks[0]["assignedTo"], &tasks[0]["pageId"]), (&json!(WHO), &json!(page)));
    assert_eq!(tasks[0]["dueAt"], "2026-11-30T00:00:00.000Z");
    assert_eq!(
        (&tasks[1]["status"], &tasks[1]["body"]["storage"]["value"]),
        (&json!("complete"), &json!("tell"))
    );
    assert!(tasks[1]["completedAt"].is_string() && tasks[0]["completedAt"].is_null());
    let path = format!("/wiki/api/v2/pages/{page}");
    session.put(&path, &update(&page, 2, "To do", &list("complete", "complete"))).await;
    let again = session.get("/wiki/api/v2/tasks").await.json["results"].clone();
    assert_eq!((&again[0]["id"], &again[0]["status"]), (&tasks[0]["id"], &json!("complete")));
    assert_eq!(again[1]["completedAt"], tasks[1]["completedAt"], "nothing happened to this one");
    session.put(&path, &update(&page, 3, "To do", "<p>all done</p>")).await;
    assert_eq!(session.walk("/wiki/api/v2/tasks", "id").await, Vec::<String>::new());
}

#[tokio::test]
async fn completing_a_task_writes_it_into_its_page() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = page(&session).await;
    let task = session.walk("/wiki/api/v2/tasks?status=incomplete", "id").await.remove(0);
    let path = format!("/wiki/api/v2/tasks/{task}");
    let done = session.put(&path, &json!({ "status": "complete" })).await;
    assert_eq!((done.status.as_u16(), &done.json["status"]), (200, &json!("complete")));
    assert!(done.json["completedBy"].is_string() && done.json["completedAt"].is_string());
    let body = session.get(&format!("/wiki/api/v2/pages/{page}?body-format=storage")).await.json;
    assert_eq!(body["body"]["storage"]["value"], list("complete", "complete"));
    let undone = session.put(&path, &json!({ "status": "incomplete" })).await.json;
    assert_eq!((&undone["completedBy"], &undone["completedAt"]), (&json!(null), &json!(null)));
    for body in [json!({}), json!({ "status": "perhaps" }), json!({ "status": 1 })] {
        assert_eq!(session.put(&path, &body).await.status, 400, "{body}");
    }
    assert_eq!(session.put("/wiki/api/v2/tasks/7", &json!({ "status": "complete" })).await.status, 404);
}

#[tokio::test]
async fn tasks_are_listed_by_what_is_asked() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = page(&session).await;
    let due = 1_795_996_800_000_i64;
    let cases = [
        ("status=complete".to_owned(), 1),
        (format!("page-id={page}"), 2),
        ("page-id=7".to_owned(), 0),
        (format!("blogpost-id={page}"), 0),
        (format!("assigned-to={}", WHO.replace(':', "%3A")), 1),
        ("created-by=nobody".to_owned(), 0),
        (format!("due-at-from={due}"), 1),
        (format!("due-at-to={}", due - 1), 0),
        ("completed-at-from=0".to_owned(), 1),
        ("space-id=7".to_owned(), 0),
    ];
    for (query, count) in cases {
        let found = session.walk(&format!("/wiki/api/v2/tasks?limit=1&{query}"), "id").await;
        assert_eq!(found.len(), count, "{query}");
    }
    for query in ["status=odd", "task-id=x", "due-at-from=x", "include-blank-tasks=x"] {
        assert_eq!(session.get(&format!("/wiki/api/v2/tasks?{query}")).await.status, 400, "{query}");
    }
    session.delete(&format!("/wiki/api/v2/pages/{page}")).await;
    assert_eq!(session.walk("/wiki/api/v2/tasks", "id").await, Vec::<String>::new(), "not of trashed pages");
}
