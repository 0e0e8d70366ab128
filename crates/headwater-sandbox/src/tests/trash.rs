//! Trash: deletion, purging, restoring.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, World, id};

#[tokio::test]
async fn a_trashed_page_is_still_read_but_stands_nowhere() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Old", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.delete(&path).await.status, 204);
    let reply = session.get(&path).await;
    assert_eq!((reply.status.as_u16(), &reply.json["status"]), (200, &json!("trashed")));
    for member in ["parentId", "parentType", "position"] {
        assert_eq!(reply.json[member], Value::Null, "{member}");
    }
    assert_eq!(session.walk("/wiki/api/v2/pages", "title").await, ["Sandbox Home"]);
    assert_eq!(session.delete(&path).await.status, 404, "it is in the trash already");
    assert_eq!(session.get(&format!("{path}?status=current")).await.status, 404);
}

#[tokio::test]
async fn the_children_of_a_trashed_page_move_up() {
    let world = World::new().await;
    let session = world.session().await;
    let parent = id(&session.create_page("Parent", json!({})).await);
    let child = id(&session.create_page("Child", json!({ "parentId": parent })).await);
    session.delete(&format!("/wiki/api/v2/pages/{parent}")).await;
    let child = session.get(&format!("/wiki/api/v2/pages/{child}")).await.json;
    assert_eq!((&child["parentId"], &child["status"]), (&json!(HOMEPAGE_ID.to_string()), &json!("current")));
}

#[tokio::test]
async fn trashed_pages_give_their_title_free() {
    let world = World::new().await;
    let session = world.session().await;
    let old = id(&session.create_page("Name", json!({})).await);
    session.delete(&format!("/wiki/api/v2/pages/{old}")).await;
    let new = id(&session.create_page("Name", json!({})).await);
    let reply = session.update_page(&old, 2, "Name", "").await;
    assert_eq!(reply.status, 400, "it cannot come back while another page has its title");
    session.delete(&format!("/wiki/api/v2/pages/{new}")).await;
    assert_eq!(session.update_page(&old, 2, "Name", "").await.status, 200);
}

#[tokio::test]
async fn an_update_to_current_restores_a_trashed_page_and_changes_nothing_else() {
    let world = World::new().await;
    let session = world.session().await;
    let parent = id(&session.create_page("Parent", json!({})).await);
    let page = id(&session.create_page("Page", json!({ "parentId": parent })).await);
    session.update_page(&page, 2, "Page", "<p>kept</p>").await;
    session.delete(&format!("/wiki/api/v2/pages/{page}")).await;
    let reply = session.update_page(&page, 3, "Ignored", "<p>ignored</p>").await;
    assert_eq!(reply.status, 200);
    assert_eq!((&reply.json["status"], &reply.json["title"]), (&json!("current"), &json!("Page")));
    assert_eq!(reply.json["body"]["storage"]["value"], "<p>kept</p>");
    assert_eq!(reply.json["version"]["number"], 2);
    assert_eq!(reply.json["parentId"], parent);
}

#[tokio::test]
async fn only_what_is_in_the_trash_can_be_purged() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Old", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}");
    let comment = session
        .post(
            "/wiki/api/v2/footer-comments",
            &json!({ "pageId": page, "body": { "representation": "storage", "value": "<p>c</p>" } }),
        )
        .await;
    assert_eq!(session.delete(&format!("{path}?purge=true")).await.status, 400);
    session.delete(&path).await;
    assert_eq!(session.delete(&format!("{path}?purge=true")).await.status, 204);
    assert_eq!(session.get(&path).await.status, 404);
    assert_eq!(session.delete(&format!("{path}?purge=true")).await.status, 404);
    assert_eq!(session.walk("/wiki/api/v2/pages?status=trashed", "id").await, Vec::<String>::new());
    let comments = session.walk("/wiki/api/v2/footer-comments", "id").await;
    assert!(!comments.contains(&id(&comment.json)), "comments go with their page");
}
