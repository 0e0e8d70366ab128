//! Classification levels of content and spaces, and what types ids have.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, SPACE_ID, World, id};
use super::tree::node;
use crate::storage::content::Kind;
use crate::{Edition, bare};

const SCOPES: &str = "read:page:confluence write:page:confluence read:space:confluence \
    write:space:confluence read:configuration:confluence write:whiteboard:confluence \
    read:whiteboard:confluence write:database:confluence read:database:confluence \
    read:content.metadata:confluence read:comment:confluence write:comment:confluence";

#[tokio::test]
async fn content_has_its_own_level_or_that_of_its_space() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let levels = session.get("/wiki/api/v2/classification-levels").await.json;
    let (low, high) = (levels[0]["id"].clone(), levels[3]["id"].clone());
    let home = HOMEPAGE_ID.to_string();
    let post = world.insert(Kind::BlogPost, "Post", None).await.to_string();
    let board = node(&session, "whiteboards", "Board", &home).await;
    let table = node(&session, "databases", "Table", &home).await;
    let default = format!("/wiki/api/v2/spaces/{SPACE_ID}/classification-level/default");
    assert_eq!(session.get(&default).await.status, 404, "no default yet");
    for (collection, it) in
        [("pages", home), ("blogposts", post), ("whiteboards", board), ("databases", table)]
    {
        let path = format!("/wiki/api/v2/{collection}/{it}/classification-level");
        assert_eq!(session.get(&path).await.status, 404, "{collection} has none");
        assert_eq!(session.put(&default, &json!({ "id": low })).await.status, 204);
        assert_eq!(session.get(&path).await.json["id"], low, "{collection} has the default");
        let own = json!({ "id": high, "status": "current" });
        assert_eq!(session.put(&path, &own).await.status, 204);
        assert_eq!(session.get(&path).await.json["name"], "Restricted");
        let reset = session.post(&format!("{path}/reset"), &json!({ "status": "current" })).await;
        assert_eq!((reset.status.as_u16(), reset.text.as_str()), (204, ""));
        assert_eq!(session.get(&path).await.json["id"], low);
        assert_eq!(session.delete(&default).await.status, 204);
        let unknown = session.put(&path, &json!({ "id": "x", "status": "current" })).await;
        assert_eq!(unknown.status, 404, "{}", unknown.text);
        assert_eq!(session.put(&path, &json!({ "id": low, "status": "gone" })).await.status, 400);
    }
}

#[tokio::test]
async fn drafts_have_a_level_of_their_own() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let level = session.get("/wiki/api/v2/classification-levels").await.json[1]["id"].clone();
    let page = id(&session.create_page("A", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}/classification-level");
    let of_draft = json!({ "id": level, "status": "draft" });
    assert_eq!(session.put(&path, &of_draft).await.status, 404, "there is no draft");
    let draft = json!({ "id": page, "status": "draft", "title": "B", "version": { "number": 1 },
        "body": { "representation": "storage", "value": "" } });
    assert_eq!(session.put(&format!("/wiki/api/v2/pages/{page}"), &draft).await.status, 200);
    assert_eq!(session.put(&path, &of_draft).await.status, 204);
    assert_eq!(session.get(&format!("{path}?status=draft")).await.json["id"], level);
    assert_eq!(session.get(&path).await.status, 404);
    assert_eq!(session.get(&format!("{path}?status=old")).await.status, 400);
}

#[tokio::test]
async fn smaller_editions_have_no_levels() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    world.sandbox.set_edition(bare::CLOUD_ID, Edition::Premium).await.unwrap();
    assert_eq!(session.get("/wiki/api/v2/classification-levels").await.status, 404);
    let path = format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/classification-level");
    assert_eq!(session.get(&path).await.status, 404);
}

#[tokio::test]
async fn ids_are_converted_to_types() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let home = HOMEPAGE_ID.to_string();
    let post = world.insert(Kind::BlogPost, "Post", None).await;
    let file = world.insert(Kind::Attachment, "f.txt", Some(post)).await;
    let comment = json!({ "pageId": home, "body": { "representation": "storage", "value": "" } });
    let comment = id(&session.post("/wiki/api/v2/footer-comments", &comment).await.json);
    let draft = session.create_page("", json!({ "status": "draft" })).await;
    let path = "/wiki/api/v2/content/convert-ids-to-types";
    let ids = json!([HOMEPAGE_ID, home, post.to_string(), format!("att{file}"), comment, 7, id(&draft)]);
    let other = world.other_user_with(SCOPES).await;
    let results = other.post(path, &json!({ "contentIds": ids })).await.json["results"].clone();
    let expected: Value = json!({ home: "page", post.to_string(): "blogpost",
        format!("att{file}"): "attachment", comment: "footer-comment", "7": null, id(&draft): null });
    assert_eq!(results, expected);
    let many: Vec<i64> = (0..101).collect();
    for body in [json!({}), json!({ "contentIds": ["x"] }), json!({ "contentIds": many })] {
        assert_eq!(session.post(path, &body).await.status, 400, "{body}");
    }
}
