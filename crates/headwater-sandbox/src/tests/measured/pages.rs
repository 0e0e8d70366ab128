//! Pages and what stands beside them in the tree.

use serde_json::json;

use crate::tests::harness::{SCOPES, SPACE_ID, World, id, update};

#[tokio::test]
async fn a_folder_is_no_page() {
    let world = World::new().await;
    let scopes = format!("{SCOPES} write:folder:confluence read:folder:confluence");
    let session = world.session_with(&scopes).await;
    let folder = json!({ "spaceId": SPACE_ID.to_string(), "title": "Folder" });
    let folder = id(&session.post("/wiki/api/v2/folders", &folder).await.json);
    for path in ["", "/children", "/labels", "/versions", "/likes/count", "/operations"] {
        let reply = session.get(&format!("/wiki/api/v2/pages/{folder}{path}")).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text);
    }
    let unknown = session.get(&format!("/wiki/api/v2/folders/{folder}/children")).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.header("content-type").starts_with("text/html"), "{:?}", unknown.headers);
    let below = json!({ "parentId": folder });
    assert_eq!(session.create_page("Below", below).await["parentType"], "folder");
}

#[tokio::test]
async fn titles_have_at_most_255_letters() {
    let world = World::new().await;
    let session = world.session().await;
    let longest = "ä".repeat(255);
    session.create_page(&longest, json!({})).await;
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": format!("{longest}ä") });
    assert_eq!(session.post("/wiki/api/v2/pages", &body).await.status, 400);
}

#[tokio::test]
async fn a_page_stays_in_its_space() {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} write:space:confluence")).await;
    let other = json!({ "name": "Other", "key": "OTHER" });
    let other = session.post("/wiki/api/v2/spaces", &other).await.json;
    let page = id(&session.create_page("Page", json!({})).await);
    let mut moved = update(&page, 2, "Page", "<p>x</p>");
    moved["spaceId"] = other["id"].clone();
    assert_eq!(session.put(&format!("/wiki/api/v2/pages/{page}"), &moved).await.status, 400);
    let shown = session.get(&format!("/wiki/api/v2/pages/{page}")).await.json;
    assert_eq!((&shown["spaceId"], &shown["version"]["number"]), (&json!(SPACE_ID.to_string()), &json!(1)));
}

#[tokio::test]
async fn ancestors_go_on_from_the_first_of_them() {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} read:content.metadata:confluence")).await;
    let mut parent = json!({});
    let mut pages = Vec::new();
    for number in 0..4 {
        let page = id(&session.create_page(&format!("Page {number}"), parent).await);
        parent = json!({ "parentId": page });
        pages.push(page);
    }
    let path = |id: &str| format!("/wiki/api/v2/pages/{id}/ancestors?limit=2");
    let first = session.get(&path(&pages[3])).await.json;
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list["results"].as_array().unwrap().iter().map(id).collect()
    };
    assert_eq!(ids(&first), [pages[1].clone(), pages[2].clone()], "the nearest, topmost first");
    assert_eq!(first["_links"].get("next"), None, "no cursor");
    let second = session.get(&path(&pages[1])).await.json;
    assert_eq!(ids(&second).last(), Some(&pages[0]));
}

#[tokio::test]
async fn a_restriction_is_told_by_status_alone() {
    let world = World::new().await;
    let scopes = format!(
        "{SCOPES} read:confluence-content.all read:confluence-content.permission write:confluence-content"
    );
    let session = world.session_with(&scopes).await;
    let page = id(&session.create_page("Page", json!({})).await);
    let path = format!("/wiki/rest/api/content/{page}/restriction");
    let all = session.get(&path).await;
    let operations: Vec<&str> =
        all.json["results"].as_array().unwrap().iter().map(|it| it["operation"].as_str().unwrap()).collect();
    assert_eq!(operations.len(), 2, "both operations are listed, open or not: {operations:?}");
    let user = format!("{path}/byOperation/read/user?accountId={}", crate::bare::ACCOUNT_ID);
    assert_eq!(session.get(&user).await.status, 404);
    assert_eq!(session.put(&user, &json!({})).await.status, 200);
    let told = session.get(&user).await;
    assert_eq!((told.status.as_u16(), told.text.as_str()), (200, ""));
}
