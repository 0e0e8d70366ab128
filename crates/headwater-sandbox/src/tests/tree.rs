//! Whiteboards, databases, folders and smart links, and the lists around them.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, SPACE_ID, Session, World, id};

pub(super) const TREE_SCOPES: &str = "read:page:confluence write:page:confluence delete:page:confluence \
    read:whiteboard:confluence write:whiteboard:confluence delete:whiteboard:confluence \
    read:database:confluence write:database:confluence delete:database:confluence \
    read:folder:confluence write:folder:confluence delete:folder:confluence \
    read:embed:confluence write:embed:confluence delete:embed:confluence \
    read:hierarchical-content:confluence read:content.metadata:confluence \
    write:confluence-content read:content-details:confluence";

const COLLECTIONS: [(&str, &str); 4] =
    [("whiteboards", "whiteboard"), ("databases", "database"), ("folders", "folder"), ("embeds", "embed")];

/// Creates a node and returns its id.
pub(super) async fn node(session: &Session<'_>, collection: &str, title: &str, parent_id: &str) -> String {
    let body = json!({ "spaceId": SPACE_ID.to_string(), "title": title, "parentId": parent_id });
    let reply = session.post(&format!("/wiki/api/v2/{collection}"), &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    id(&reply.json)
}

fn titles(list: &Value) -> Vec<&str> {
    list["results"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_kind_is_created_read_and_trashed() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    for (collection, kind) in COLLECTIONS {
        let path = format!("/wiki/api/v2/{collection}");
        let body = json!({ "spaceId": SPACE_ID, "title": "Thing", "embedUrl": "https://example.com/x" });
        let created = session.post(&path, &body).await;
        assert_eq!(created.status, 200, "{}", created.text);
        assert_eq!(created.json["type"], kind);
        assert_eq!(created.json["parentId"], HOMEPAGE_ID.to_string(), "the homepage is the default parent");
        assert_eq!(created.json["parentType"], "page");
        assert_eq!(created.json["version"]["number"], 1);
        assert_eq!(created.json["embedUrl"].is_string(), kind == "embed");
        assert_eq!(created.json["_links"]["editui"].is_string(), kind == "whiteboard");
        let path = format!("{path}/{}", id(&created.json));
        let read = session.get(&path).await;
        assert_eq!(read.json, created.json);
        assert!(read.header("link").ends_with("/wiki>; rel=\"base\""));
        assert_eq!(session.get(&format!("/wiki/api/v2/pages/{}", id(&created.json))).await.status, 404);
        assert_eq!(session.delete(&path).await.status, 204);
        let trashed = session.get(&path).await.json;
        assert_eq!((&trashed["status"], &trashed["parentId"]), (&json!("trashed"), &Value::Null));
        let again = session.delete(&path).await;
        assert_eq!(again.title(), format!("Content with id: [{}] not found", id(&created.json)));
    }
}

#[tokio::test]
async fn nodes_nest_and_hold_pages() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let outer = node(&session, "folders", "Outer", &HOMEPAGE_ID.to_string()).await;
    let inner = node(&session, "folders", "Inner", &outer).await;
    let page = session.create_page("In folder", json!({ "parentId": inner })).await;
    assert_eq!((&page["parentId"], &page["parentType"]), (&json!(inner), &json!("folder")));
    let board = node(&session, "whiteboards", "Board", &inner).await;
    let outer_path = format!("/wiki/api/v2/folders/{outer}");

    let children = session.get(&format!("{outer_path}/direct-children")).await.json;
    assert_eq!(
        children["results"],
        json!([{ "id": inner, "status": "current", "title": "Inner", "type": "folder", "childPosition": 0 }])
    );
    let below = session.get(&format!("{outer_path}/descendants")).await.json;
    assert_eq!(titles(&below), ["Inner", "In folder", "Board"]);
    assert_eq!((&below["results"][2]["depth"], &below["results"][2]["parentId"]), (&json!(2), &json!(inner)));
    assert_eq!(titles(&session.get(&format!("{outer_path}/descendants?depth=1")).await.json), ["Inner"]);
    assert_eq!(
        session.walk(&format!("{outer_path}/descendants?limit=1"), "title").await,
        ["Inner", "In folder", "Board"]
    );

    let above = session.get(&format!("/wiki/api/v2/whiteboards/{board}/ancestors")).await.json;
    let homepage = HOMEPAGE_ID.to_string();
    let expected = json!({ "results": [
        { "id": homepage, "type": "page" }, { "id": outer, "type": "folder" }, { "id": inner, "type": "folder" } ] });
    assert_eq!(above, expected);
    let nearest = session.get(&format!("/wiki/api/v2/pages/{}/ancestors?limit=1", id(&page))).await.json;
    assert_eq!(nearest["results"], json!([{ "id": inner, "type": "folder" }]));

    let shown = session.get(&format!("{outer_path}?include-direct-children=true")).await.json;
    assert_eq!(titles(&shown["direct-children"]), ["Inner"]);
}

#[tokio::test]
async fn pages_list_folders_only_among_direct_children() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    node(&session, "folders", "Folder", &HOMEPAGE_ID.to_string()).await;
    session.create_page("Page", json!({})).await;
    let path = format!("/wiki/api/v2/pages/{HOMEPAGE_ID}");
    assert_eq!(titles(&session.get(&format!("{path}/children")).await.json), ["Page"]);
    assert_eq!(titles(&session.get(&format!("{path}/direct-children")).await.json), ["Folder", "Page"]);
}

#[tokio::test]
async fn the_children_of_a_trashed_folder_move_up_behind_its_siblings() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let folder = node(&session, "folders", "Folder", &HOMEPAGE_ID.to_string()).await;
    session.create_page("Sibling", json!({})).await;
    session.create_page("First", json!({ "parentId": folder })).await;
    session.create_page("Second", json!({ "parentId": folder })).await;
    assert_eq!(session.delete(&format!("/wiki/api/v2/folders/{folder}")).await.status, 204);
    let children = session.get(&format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/direct-children")).await.json;
    assert_eq!(titles(&children), ["Sibling", "First", "Second"]);
    let first = children["results"][1]["id"].as_str().unwrap();
    let page = session.get(&format!("/wiki/api/v2/pages/{first}")).await;
    assert_eq!(page.json["parentType"], "page");
}

#[tokio::test]
async fn titles_of_folders_are_not_unique_and_may_be_left_out() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let homepage = HOMEPAGE_ID.to_string();
    node(&session, "folders", "Same", &homepage).await;
    node(&session, "folders", "Same", &homepage).await;
    let untitled = session.post("/wiki/api/v2/databases", &json!({ "spaceId": SPACE_ID })).await;
    assert_eq!(untitled.json["title"], "Untitled database");
}

#[tokio::test]
async fn what_cannot_be_a_node_is_refused() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let cases = [
        ("folders", json!({ "title": "A" }), 400, "spaceId: must not be null"),
        ("folders", json!({ "spaceId": 1, "title": "A" }), 404, "Cannot find a space with id [1]"),
        ("folders", json!({ "spaceId": SPACE_ID, "parentId": 7 }), 404, "Cannot find a parent with id [7]"),
        ("embeds", json!({ "spaceId": SPACE_ID, "embedUrl": "ftp://x" }), 400, "embedUrl: must be a valid"),
        ("whiteboards", json!({ "spaceId": SPACE_ID, "templateKey": "nope" }), 400, "{nope}"),
        ("whiteboards", json!({ "spaceId": SPACE_ID, "locale": "xx" }), 400, "{xx}"),
    ];
    for (collection, body, status, title) in cases {
        let reply = session.post(&format!("/wiki/api/v2/{collection}"), &body).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
        assert!(reply.title().contains(title), "{}", reply.text);
    }
    let path = "/wiki/api/v2/folders/7";
    assert_eq!(session.get(path).await.title(), "Content with id: [7] not found");
    let lists = ["direct-children", "descendants", "ancestors"];
    for list in lists {
        let reply = session.get(&format!("{path}/{list}")).await;
        assert_eq!(reply.title(), "Cannot find [folder] entity with id [7]", "{list}");
    }
    let deep = session.get(&format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/descendants?depth=11")).await;
    assert_eq!(deep.status, 400);
}

#[tokio::test]
async fn a_private_whiteboard_and_what_is_below_it_is_seen_by_its_author_only() {
    let world = World::new().await;
    let session = world.session_with(TREE_SCOPES).await;
    let body = json!({ "spaceId": SPACE_ID, "title": "Mine" });
    let board = id(&session.post("/wiki/api/v2/whiteboards?private=true", &body).await.json);
    session.create_page("Below", json!({ "parentId": board })).await;
    let path = format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/descendants");
    assert_eq!(titles(&session.get(&path).await.json), ["Mine", "Below"]);
    assert_eq!(titles(&world.other_user().await.get(&path).await.json), Vec::<&str>::new());
}
