//! Moving pages in the tree.

use serde_json::json;

use super::harness::{HOMEPAGE_ID, Session, World, id};
use super::tree::{TREE_SCOPES, node};
use crate::bare;
use crate::storage::spaces::{self, NewSpace};

async fn order(session: &Session<'_>, parent: &str) -> Vec<String> {
    session.walk(&format!("/wiki/api/v2/pages/{parent}/direct-children"), "title").await
}

async fn shift(session: &Session<'_>, page: &str, position: &str, target: &str) -> super::harness::Reply {
    session.put(&format!("/wiki/rest/api/content/{page}/move/{position}/{target}"), &json!({})).await
}

async fn other_space(world: &World) -> i64 {
    let mut tx = world.storage.begin().await.unwrap();
    let space = NewSpace {
        id: None,
        cloud_id: bare::CLOUD_ID,
        key: "OTHER",
        name: "Other",
        kind: "global",
        author_id: bare::ACCOUNT_ID,
        created_at: 0,
        description: "",
    };
    let space_id = spaces::insert(&mut tx, &space).await.unwrap().id;
    tx.commit().await.unwrap();
    space_id
}

#[tokio::test]
async fn pages_move_before_after_and_below_others() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let home = HOMEPAGE_ID.to_string();
    let mut pages = Vec::new();
    for title in ["A", "B", "C", "D"] {
        pages.push(id(&session.create_page(title, json!({})).await));
    }
    let reply = shift(&session, &pages[3], "before", &pages[0]).await;
    assert_eq!((reply.status.as_u16(), reply.json), (200, json!({ "pageId": pages[3] })));
    assert_eq!(order(&session, &home).await, ["D", "A", "B", "C"]);
    shift(&session, &pages[0], "after", &pages[1]).await;
    assert_eq!(order(&session, &home).await, ["D", "B", "A", "C"]);
    shift(&session, &pages[2], "append", &pages[0]).await;
    assert_eq!(order(&session, &home).await, ["D", "B", "A"]);
    assert_eq!(order(&session, &pages[0]).await, ["C"]);
    shift(&session, &pages[2], "after", &pages[3]).await;
    assert_eq!(order(&session, &home).await, ["D", "C", "B", "A"]);
    let moved = session.get(&format!("/wiki/api/v2/pages/{}", pages[2])).await.json;
    assert_eq!((&moved["position"], &moved["version"]["number"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn folders_are_targets_too_and_a_place_beside_the_homepage_is_outside_the_tree() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let home = HOMEPAGE_ID.to_string();
    let folder = node(&session, "folders", "Folder", &home).await;
    let page = id(&session.create_page("A", json!({})).await);
    assert_eq!(shift(&session, &page, "append", &folder).await.status, 200);
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.get(&path).await.json["parentType"], "folder");
    assert_eq!(shift(&session, &page, "after", &home).await.status, 200);
    assert_eq!(session.get(&path).await.json["parentId"], json!(null));
}

#[tokio::test]
async fn a_move_to_another_space_takes_everything_below_along() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let space_id = other_space(&world).await;
    let body = json!({ "spaceId": space_id, "title": "Taken", "body": { "representation": "storage", "value": "" } });
    let there = id(&session.post("/wiki/api/v2/pages?root-level=true", &body).await.json);
    let page = id(&session.create_page("A", json!({})).await);
    let child = id(&session.create_page("Taken", json!({ "parentId": page })).await);
    let refused = shift(&session, &page, "append", &there).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("A page with this title already exists"), "{}", refused.text);
    let title = json!({ "status": "current", "title": "Free" });
    let renamed = session.put(&format!("/wiki/api/v2/pages/{child}/title"), &title).await;
    assert_eq!(renamed.status, 200);
    assert_eq!(shift(&session, &page, "append", &there).await.status, 200);
    for page in [&page, &child] {
        let shown = session.get(&format!("/wiki/api/v2/pages/{page}")).await.json;
        assert_eq!(shown["spaceId"], space_id.to_string());
    }
}

#[tokio::test]
async fn moves_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let home = HOMEPAGE_ID.to_string();
    let page = id(&session.create_page("A", json!({})).await);
    let child = id(&session.create_page("B", json!({ "parentId": page })).await);
    let cases = [
        (&page, "append", &child, 400),
        (&page, "before", &child, 400),
        (&page, "append", &page, 400),
        (&page, "beside", &home, 400),
        (&"7".to_owned(), "append", &home, 404),
        (&page, "append", &"x".to_owned(), 404),
    ];
    for (page, position, target, status) in cases {
        let reply = shift(&session, page, position, target).await;
        assert_eq!(reply.status.as_u16(), status, "{position}: {}", reply.text);
        assert_eq!(reply.json["statusCode"], status, "the form of v1");
    }
}
