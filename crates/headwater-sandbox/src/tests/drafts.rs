//! Drafts beside what is published.

use serde_json::{Value, json};

use super::harness::{SPACE_ID, Session, World, id, update};

async fn create_draft(session: &Session<'_>, title: &str) -> String {
    let body = json!({ "spaceId": SPACE_ID, "status": "draft", "title": title });
    id(&session.post("/wiki/api/v2/pages", &body).await.json)
}

fn draft(page: &str, number: i64, title: &str, body: &str) -> Value {
    let mut update = update(page, number, title, body);
    update["status"] = json!("draft");
    update
}

#[tokio::test]
async fn drafts_need_no_title_and_are_seen_only_when_asked_for() {
    let world = World::new().await;
    let session = world.session().await;
    let page = create_draft(&session, "").await;
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.get(&path).await.status, 404);
    let reply = session.get(&format!("{path}?get-draft=true")).await.json;
    assert_eq!((&reply["status"], &reply["version"]["number"]), (&json!("draft"), &json!(1)));
    let web = reply["_links"]["webui"].as_str().unwrap();
    assert!(web.starts_with(&format!("/pages/resumedraft.action?draftId={page}&draftShareId=")), "{web}");
    assert_eq!(reply["_links"]["editui"], web);
    assert_eq!(session.get(&format!("{path}?status=draft")).await.status, 200);
    assert_eq!(world.other_user().await.get(&format!("{path}?get-draft=true")).await.status, 404);
    assert_eq!(session.walk("/wiki/api/v2/pages", "title").await, ["Sandbox Home"]);
}

#[tokio::test]
async fn a_draft_may_share_a_title_until_it_is_published() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Taken", json!({})).await;
    let page = create_draft(&session, "Taken").await;
    assert_eq!(session.update_page(&page, 1, "Taken", "").await.status, 400);
    assert_eq!(session.update_page(&page, 1, "Free", "").await.status, 200);
}

#[tokio::test]
async fn the_number_of_a_draft_stays_one_until_after_its_publication() {
    let world = World::new().await;
    let session = world.session().await;
    let page = create_draft(&session, "Draft").await;
    let path = format!("/wiki/api/v2/pages/{page}");
    let saved = session.put(&path, &draft(&page, 1, "Draft", "<p>1</p>")).await.json;
    assert_eq!((&saved["status"], &saved["version"]["number"]), (&json!("draft"), &json!(1)));
    let early = session.update_page(&page, 2, "Draft", "<p>2</p>").await;
    let title = "Version number must be 1 when publishing a page for the first time. Provided version: [2]";
    assert_eq!((early.status.as_u16(), early.title()), (400, title));
    let published = session.update_page(&page, 1, "Draft", "<p>2</p>").await.json;
    assert_eq!((&published["status"], &published["version"]["number"]), (&json!("current"), &json!(1)));
    assert_eq!(published["body"]["storage"]["value"], "<p>2</p>");
    let next = session.update_page(&page, 2, "Draft", "<p>3</p>").await.json;
    assert_eq!(next["version"]["number"], 2);
}

#[tokio::test]
async fn the_draft_of_a_published_page_stands_beside_it() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Plan", json!({})).await);
    session.update_page(&page, 2, "Plan", "<p>out</p>").await;
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(
        session.put(&path, &draft(&page, 3, "Plan", "")).await.status,
        400,
        "drafts have the number 1"
    );
    session.put(&path, &draft(&page, 1, "Plan", "<p>first</p>")).await;
    let saved = session.put(&path, &draft(&page, 1, "Plan B", "<p>second</p>")).await.json;
    assert_eq!(
        (&saved["status"], &saved["title"], &saved["version"]["number"]),
        (&json!("draft"), &json!("Plan B"), &json!(1))
    );
    let read = async |query: &str| session.get(&format!("{path}?body-format=storage{query}")).await;
    let body = |reply: Value| reply["body"]["storage"]["value"].clone();
    assert_eq!(body(read("").await.json), "<p>out</p>");
    assert_eq!(body(read("&get-draft=true").await.json), "<p>second</p>");
    session.update_page(&page, 3, "Plan", "<p>published</p>").await;
    assert_eq!(
        body(read("&get-draft=true").await.json),
        "<p>published</p>",
        "publishing is done with drafts"
    );
}

#[tokio::test]
async fn drafts_are_destroyed_and_not_trashed() {
    let world = World::new().await;
    let session = world.session().await;
    let page = create_draft(&session, "Draft").await;
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.delete(&path).await.status, 404);
    assert_eq!(session.delete(&format!("{path}?draft=true")).await.status, 204);
    assert_eq!(session.get(&format!("{path}?get-draft=true")).await.status, 404);
    assert_eq!(session.walk("/wiki/api/v2/pages?status=trashed", "id").await, Vec::<String>::new());
}

#[tokio::test]
async fn discarding_the_draft_of_a_published_page_leaves_the_page() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Plan", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.delete(&format!("{path}?draft=true")).await.status, 404, "there is none");
    session.put(&path, &draft(&page, 1, "Plan", "<p>draft</p>")).await;
    assert_eq!(session.delete(&format!("{path}?draft=true")).await.status, 204);
    let page = session.get(&format!("{path}?get-draft=true&body-format=storage")).await.json;
    assert_eq!((&page["status"], &page["body"]["storage"]["value"]), (&json!("current"), &json!("")));
}
