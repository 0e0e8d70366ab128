//! Properties of content and spaces.

use serde_json::json;

use super::harness::{HOMEPAGE_ID, SPACE_ID, World, id};
use crate::storage::content::Kind;

const SCOPES: &str = "read:page:confluence write:page:confluence read:attachment:confluence \
    write:attachment:confluence read:custom-content:confluence write:custom-content:confluence \
    read:whiteboard:confluence write:whiteboard:confluence read:database:confluence write:database:confluence \
    read:embed:confluence write:embed:confluence read:folder:confluence write:folder:confluence \
    read:comment:confluence write:comment:confluence read:space:confluence write:space:confluence";

#[tokio::test]
async fn every_kind_of_content_has_properties_with_versions_of_their_own() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    for (kind, collection) in [
        (Kind::Attachment, "attachments"),
        (Kind::BlogPost, "blogposts"),
        (Kind::Custom, "custom-content"),
        (Kind::Page, "pages"),
        (Kind::Whiteboard, "whiteboards"),
        (Kind::Database, "databases"),
        (Kind::Embed, "embeds"),
        (Kind::Folder, "folders"),
        (Kind::Comment, "comments"),
    ] {
        let content = world.insert(kind, "Carrier", Some(HOMEPAGE_ID)).await;
        let all = format!("/wiki/api/v2/{collection}/{content}/properties");
        let made = session.post(&all, &json!({ "key": "k", "value": { "a": [1, null] } })).await;
        assert_eq!(made.status, 200, "{collection}: {}", made.text);
        assert_eq!((&made.json["key"], &made.json["value"]), (&json!("k"), &json!({ "a": [1, null] })));
        assert_eq!(made.json["version"]["number"], 1);
        let one = format!("{all}/{}", id(&made.json));
        let next = json!({ "key": "k", "value": 2, "version": { "number": 2, "message": "why" } });
        let changed = session.put(&one, &next).await;
        assert_eq!((changed.status.as_u16(), &changed.json["value"]), (200, &json!(2)), "{collection}");
        assert_eq!(changed.json["version"]["message"], "why");
        assert_eq!(session.put(&one, &next).await.status, 409, "{collection}: the number is used");
        assert_eq!(session.get(&one).await.json["version"]["number"], 2);
        assert_eq!(session.delete(&one).await.status, 204);
        assert_eq!(session.get(&one).await.status, 404);
        assert_eq!(session.get(&format!("/wiki/api/v2/{collection}/7/properties")).await.status, 404);
    }
}

#[tokio::test]
async fn keys_are_unique_and_lists_are_sorted_and_narrowed_by_them() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let all = format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/properties");
    let mut ids = Vec::new();
    for key in ["b", "c", "a"] {
        ids.push(id(&session.post(&all, &json!({ "key": key, "value": key })).await.json));
    }
    assert_eq!(session.post(&all, &json!({ "key": "a", "value": 1 })).await.status, 409);
    let rename = json!({ "key": "a", "value": 1, "version": { "number": 2 } });
    assert_eq!(session.put(&format!("{all}/{}", ids[0]), &rename).await.status, 409);
    let cases: [(&str, &[&str]); 4] = [
        ("", &["b", "c", "a"]),
        ("sort=key", &["a", "b", "c"]),
        ("sort=-key", &["c", "b", "a"]),
        ("key=c", &["c"]),
    ];
    for (query, expected) in cases {
        assert_eq!(session.walk(&format!("{all}?limit=1&{query}"), "key").await, expected, "{query}");
    }
    for body in
        [json!({}), json!({ "key": "x" }), json!({ "key": "", "value": 1 }), json!({ "key": 1, "value": 1 })]
    {
        assert_eq!(session.post(&all, &body).await.status, 400, "{body}");
    }
    let without = json!({ "key": "b", "value": 1 });
    assert_eq!(session.put(&format!("{all}/{}", ids[0]), &without).await.status, 400);
    let page = session.get(&format!("/wiki/api/v2/pages/{HOMEPAGE_ID}?include-properties=true")).await.json;
    assert_eq!(page["properties"]["results"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn spaces_have_properties_that_say_who_made_them() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let all = format!("/wiki/api/v2/spaces/{SPACE_ID}/properties");
    let made = session.post(&all, &json!({ "key": "k", "value": true })).await;
    assert_eq!(made.status, 201);
    assert!(made.json["authorId"].is_string() && made.json["createdAt"].is_string());
    let one = format!("{all}/{}", id(&made.json));
    let changed = session.put(&one, &json!({ "key": "k", "value": 1, "version": { "number": 2 } })).await;
    assert_eq!((changed.status.as_u16(), &changed.json["version"]["number"]), (200, &json!(2)));
    assert_eq!(session.walk(&all, "key").await, ["k"]);
    assert_eq!(session.delete(&one).await.status, 204);
    assert_eq!(session.delete(&one).await.status, 404);
}

#[tokio::test]
async fn properties_go_with_their_content() {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} delete:page:confluence")).await;
    let page = id(&session.create_page("Doomed", json!({})).await);
    session.post(&format!("/wiki/api/v2/pages/{page}/properties"), &json!({ "key": "k", "value": 1 })).await;
    session.delete(&format!("/wiki/api/v2/pages/{page}")).await;
    session.delete(&format!("/wiki/api/v2/pages/{page}?purge=true")).await;
    let mut tx = world.storage.begin().await.unwrap();
    let id: i64 = page.parse().unwrap();
    let left = crate::storage::properties::of_container(&mut tx, "page", id).await.unwrap();
    assert!(left.is_empty());
}
