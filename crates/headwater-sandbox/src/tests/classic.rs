//! Content as v1 had it.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, Reply, Session, World, id};
use super::tree::node;
use crate::bare;
use crate::storage::content::Kind;

const SCOPES: &str = "read:confluence-content.all read:confluence-content.summary write:confluence-content write:folder:confluence \
    read:page:confluence write:page:confluence";
const PATH: &str = "/wiki/rest/api/content";

/// The key of the bare site's space.
async fn key(session: &Session<'_>) -> String {
    let home = session.get(&format!("{PATH}/{HOMEPAGE_ID}")).await.json;
    home["space"]["key"].as_str().unwrap().to_owned()
}

async fn create(session: &Session<'_>, title: &str, more: Value) -> Reply {
    let mut body = json!({ "type": "page", "title": title, "space": { "key": key(session).await },
        "body": { "storage": { "value": "<p>a</p>", "representation": "storage" } } });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    session.post(PATH, &body).await
}

fn titles(list: &Value) -> Vec<&str> {
    list["results"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_page_is_created_read_updated_and_removed() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = create(&session, "One", json!({})).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let path = format!("{PATH}/{}", id(&page.json));
    let read = session.get(&format!("{path}?expand=body.storage,ancestors,version")).await.json;
    assert_eq!(read["body"]["storage"]["value"], "<p>a</p>");
    assert_eq!(read["ancestors"][0]["id"], HOMEPAGE_ID.to_string());
    assert_eq!(read["history"]["createdBy"]["accountId"], bare::ACCOUNT_ID);
    let update =
        |number: i64, title: &str| json!({ "type": "page", "title": title, "version": { "number": number } });
    let stale = session.put(&path, &update(1, "Two")).await;
    assert_eq!(stale.status, 409);
    assert!(stale.text.contains("Version must be incremented on update. Current version is: 1"));
    let updated = session.put(&path, &update(2, "Two")).await.json;
    assert_eq!((&updated["version"]["number"], &updated["title"]), (&json!(2), &json!("Two")));
    let same = session.put(&path, &update(3, "Two")).await.json;
    assert_eq!(same["version"]["number"], 2, "nothing changed");
    let before = session.get(&format!("{path}?version=1&expand=body.storage")).await.json;
    assert_eq!((&before["title"], &before["version"]["number"]), (&json!("One"), &json!(1)));
    assert_eq!(session.delete(&path).await.status, 204);
    assert_eq!(session.get(&path).await.status, 404);
    assert_eq!(session.get(&format!("{path}?status=trashed")).await.json["status"], "trashed");
    let mut back = update(3, "Two");
    back["status"] = json!("current");
    assert_eq!(session.put(&path, &back).await.json["status"], "current");
    assert_eq!(session.delete(&path).await.status, 204);
    assert_eq!(session.delete(&format!("{path}?status=trashed")).await.status, 204);
    assert_eq!(session.get(&format!("{path}?status=any")).await.status, 404);
}

#[tokio::test]
async fn lists_are_paged_by_counting() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    for title in ["A", "B", "C"] {
        create(&session, title, json!({})).await;
    }
    let key = key(&session).await;
    let found = session.get(&format!("{PATH}?spaceKey={key}&title=b")).await.json;
    assert_eq!(titles(&found), ["B"]);
    let page = session.get(&format!("{PATH}?limit=2&start=1")).await.json;
    assert_eq!(titles(&page), ["A", "B"]);
    assert_eq!(page["_links"]["next"], "/rest/api/content?next=true&limit=2&start=3");
    assert_eq!(page["_links"]["prev"], "/rest/api/content?prev=true&limit=2&start=0");
    let last = session.get(&format!("/wiki{}", page["_links"]["next"].as_str().unwrap())).await.json;
    assert_eq!((titles(&last), &last["size"]), (vec!["C"], &json!(1)));
    assert_eq!(last["_links"].get("next"), None);
    for (query, status) in [
        ("type=folder", 501),
        ("type=moon", 400),
        ("spaceKey=NOPE", 404),
        ("limit=x", 400),
        ("status=x", 400),
    ] {
        assert_eq!(session.get(&format!("{PATH}?{query}")).await.status.as_u16(), status, "{query}");
    }
    let negative = session.get(&format!("{PATH}?start=-1&limit=-1")).await;
    assert!(negative.text.contains("start cannot be less than zero"), "{}", negative.text);
}

#[tokio::test]
async fn children_and_descendants_are_asked_for_by_kind() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&create(&session, "Top", json!({})).await.json);
    let child = id(&create(&session, "Child", json!({ "ancestors": [{ "id": page }] })).await.json);
    create(&session, "Deep", json!({ "ancestors": [{ "id": child }] })).await;
    node(&session, "folders", "Folder", &page).await;
    world.insert(Kind::Attachment, "f.txt", page.parse().ok()).await;
    let comment = json!({ "type": "comment", "container": { "id": page, "type": "page" },
        "body": { "wiki": { "value": "*hm*", "representation": "wiki" } } });
    let comment = session.post(&format!("{PATH}?expand=body.storage"), &comment).await.json;
    assert_eq!((&comment["title"], &comment["container"]["id"]), (&json!("Re: Top"), &json!(page)));
    assert_eq!(comment["body"]["storage"]["value"], "<p><strong>hm</strong></p>");
    let path = format!("{PATH}/{page}");
    let cases = [
        ("child/page", vec!["Child"]),
        ("child/folder", vec!["Folder"]),
        ("child/comment", vec!["Re: Top"]),
        ("child/attachment", vec!["f.txt"]),
        ("child/attachment?filename=g.txt", vec![]),
        ("descendant/page", vec!["Child", "Deep"]),
        ("descendant/page?depth=root", vec!["Child"]),
        ("descendant/comment", vec!["Re: Top"]),
    ];
    for (list, expected) in cases {
        assert_eq!(titles(&session.get(&format!("{path}/{list}")).await.json), expected, "{list}");
    }
    let kinds = session.get(&format!("{path}/child?expand=page")).await.json;
    assert_eq!((&kinds["page"]["size"], kinds["_expandable"]["comment"].is_string()), (&json!(1), true));
    assert_eq!(session.get(&format!("{path}/child/moon")).await.status, 400);
    assert_eq!(session.get(&format!("{path}/descendant/page?depth=0")).await.status, 400);
}

#[tokio::test]
async fn the_first_version_of_a_property_creates_it() {
    let world = World::new().await;
    let scopes = format!("{SCOPES} read:confluence-props write:confluence-props");
    let session = world.session_with(&scopes).await;
    let page = id(&create(&session, "Page", json!({})).await.json);
    let path = format!("{PATH}/{page}/property/builder");
    let put = async |number: i64, value: i64| {
        let body = json!({ "key": "builder", "value": { "hash": value }, "version": { "number": number } });
        let reply = session.put(&path, &body).await;
        (reply.status.as_u16(), reply.json["version"]["number"].as_i64())
    };
    assert_eq!(put(2, 1).await, (404, None), "there is nothing to update");
    assert_eq!(put(1, 1).await, (200, Some(1)));
    assert_eq!(put(1, 2).await.0, 409);
    assert_eq!(put(2, 2).await, (200, Some(2)));
    assert_eq!(session.get(&path).await.json["value"], json!({ "hash": 2 }));
}

#[tokio::test]
async fn history_tells_who_made_the_versions() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&create(&session, "One", json!({})).await.json);
    let path = format!("{PATH}/{page}");
    let update = json!({ "type": "page", "title": "Two",
        "version": { "number": 2, "message": "why", "minorEdit": true } });
    session.put(&path, &update).await;
    let history = session.get(&format!("{path}/history")).await.json;
    assert_eq!(history["lastUpdated"]["message"], "why");
    assert_eq!(history["previousVersion"]["number"], 1);
    let versions = session.get(&format!("{path}/version")).await.json;
    assert_eq!((&versions["size"], &versions["results"][0]["minorEdit"]), (&json!(2), &json!(true)));
    assert_eq!(session.get(&format!("{path}/version/1")).await.json["number"], 1);
    assert_eq!(session.get(&format!("{path}/version/9")).await.status, 404);
}

#[tokio::test]
async fn moves_titles_and_bodies_are_checked() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&create(&session, "Top", json!({})).await.json);
    let child = id(&create(&session, "Child", json!({ "ancestors": [{ "id": page }] })).await.json);
    let moved = json!({ "version": { "number": 2 }, "ancestors": [{ "id": child }] });
    assert_eq!(session.put(&format!("{PATH}/{page}"), &moved).await.status, 400, "below itself");
    let moved = json!({ "version": { "number": 2 }, "ancestors": [{ "id": HOMEPAGE_ID }] });
    assert_eq!(session.put(&format!("{PATH}/{child}"), &moved).await.status, 200);
    let cases = [
        (json!({ "title": "top" }), 400),
        (json!({ "title": " " }), 400),
        (json!({ "type": "folder" }), 400),
        (json!({ "space": { "key": "NOPE" } }), 404),
        (json!({ "space": null }), 400),
        (json!({ "ancestors": [{ "id": 7 }] }), 404),
        (json!({ "status": "trashed" }), 400),
        (json!({ "body": { "storage": { "value": "<p>" } } }), 400),
        (json!({ "body": { "atlas_doc_format": { "value": "x" } } }), 400),
    ];
    for (change, status) in cases {
        let reply = create(&session, "New", change.clone()).await;
        assert_eq!(reply.status.as_u16(), status, "{change}: {}", reply.text);
        assert_eq!(reply.json["statusCode"], status, "the form of v1");
    }
}

#[tokio::test]
async fn some_sites_say_that_it_is_gone() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    world.sandbox.set_classic_content(bare::CLOUD_ID, false).await.unwrap();
    let gone = session.get(&format!("{PATH}/{HOMEPAGE_ID}")).await;
    assert_eq!(gone.status, 410);
    assert!(gone.text.contains("This deprecated endpoint has been removed."), "{}", gone.text);
    assert_eq!(session.get(&format!("{PATH}/{HOMEPAGE_ID}/child/page")).await.status, 410);
    assert_eq!(session.get(&format!("{PATH}/{HOMEPAGE_ID}/descendant/page")).await.status, 200);
    world.sandbox.set_classic_content(bare::CLOUD_ID, true).await.unwrap();
    assert_eq!(session.get(&format!("{PATH}/{HOMEPAGE_ID}")).await.status, 200);
}
