//! Custom content: what apps keep.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, Reply, SPACE_ID, Session, World, id};

const SCOPES: &str = "read:custom-content:confluence write:custom-content:confluence \
    delete:custom-content:confluence read:page:confluence write:page:confluence";
const PATH: &str = "/wiki/api/v2/custom-content";
const TYPE: &str = "ac:notes:note";

async fn create(session: &Session<'_>, place: (&str, &str), title: &str, body: Value) -> Reply {
    let request = json!({ "type": TYPE, "title": title, "body": body, place.0: place.1 });
    session.post(PATH, &request).await
}

fn storage(value: &str) -> Value {
    json!({ "representation": "storage", "value": value })
}

fn change(id: &str, number: i64, title: &str, body: &Value) -> Value {
    json!({ "id": id, "type": TYPE, "status": "current", "title": title, "body": body,
        "version": { "number": number, "message": "why" } })
}

#[tokio::test]
async fn it_hangs_on_spaces_pages_and_itself() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let (space, home) = (SPACE_ID.to_string(), HOMEPAGE_ID.to_string());
    let on_space = create(&session, ("spaceId", &space), "On space", storage("<p>a</p>")).await;
    assert_eq!(on_space.status, 201, "{}", on_space.text);
    assert_eq!(on_space.json["type"], TYPE);
    assert_eq!(on_space.json["body"]["storage"]["value"], "<p>a</p>");
    let on_page = create(&session, ("pageId", &home), "On page", storage("")).await.json;
    assert_eq!((&on_page["pageId"], &on_page["spaceId"]), (&json!(home), &json!(space)));
    let on_itself = create(&session, ("customContentId", &id(&on_page)), "On itself", storage("")).await.json;
    assert_eq!(on_itself["customContentId"], on_page["id"]);
    let cases = [
        (format!("{PATH}?type={TYPE}"), vec!["On space", "On page", "On itself"]),
        (format!("{PATH}?type={TYPE}&limit=1&sort=title"), vec!["On itself", "On page", "On space"]),
        (format!("{PATH}?type={TYPE}&id={}", id(&on_page)), vec!["On page"]),
        (format!("{PATH}?type=ac:notes:other"), vec![]),
        (
            format!("/wiki/api/v2/spaces/{space}/custom-content?type={TYPE}"),
            vec!["On space", "On page", "On itself"],
        ),
        (format!("/wiki/api/v2/pages/{home}/custom-content?type={TYPE}"), vec!["On page"]),
        (format!("{PATH}/{}/children", id(&on_page)), vec!["On itself"]),
    ];
    for (path, titles) in cases {
        assert_eq!(session.walk(&path, "title").await, titles, "{path}");
    }
}

#[tokio::test]
async fn raw_bodies_stay_as_they_are() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let raw = json!({ "raw": { "representation": "raw", "value": "{\"a\": 1 < 2}" } });
    let made = create(&session, ("spaceId", &SPACE_ID.to_string()), "Raw", raw).await.json;
    assert_eq!(made["body"]["raw"]["value"], "{\"a\": 1 < 2}");
    let path = format!("{PATH}/{}", id(&made));
    for (format, value) in [("raw", "{\"a\": 1 < 2}"), ("storage", "{&quot;a&quot;: 1 &lt; 2}")] {
        let shown = session.get(&format!("{path}?body-format={format}")).await.json;
        assert_eq!(shown["body"][format]["value"], value, "{format}");
    }
    let document = session.get(&format!("{path}?body-format=atlas_doc_format")).await.json;
    assert!(document["body"]["atlas_doc_format"]["value"].as_str().unwrap().contains("1 < 2"));
    assert_eq!(session.get(&format!("{path}?body-format=styled_view")).await.status, 400);
}

#[tokio::test]
async fn updates_make_versions_and_can_move_it() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let made = create(&session, ("spaceId", &SPACE_ID.to_string()), "A", storage("<p>1</p>")).await.json;
    let it = id(&made);
    let path = format!("{PATH}/{it}");
    let same = session.put(&path, &change(&it, 2, "A", &storage("<p>1</p>"))).await;
    assert_eq!(same.json["version"]["number"], 1, "nothing changed");
    let mut moved = change(&it, 2, "B", &storage("<p>2</p>"));
    moved["pageId"] = json!(HOMEPAGE_ID);
    let changed = session.put(&path, &moved).await.json;
    assert_eq!((&changed["version"]["number"], &changed["version"]["message"]), (&json!(2), &json!("why")));
    assert_eq!(changed["pageId"], HOMEPAGE_ID.to_string());
    let stale = session.put(&path, &change(&it, 2, "C", &storage(""))).await;
    assert_eq!(stale.status, 409);
    let before = session.get(&format!("{path}?version=1&body-format=storage")).await.json;
    assert_eq!((&before["title"], &before["body"]["storage"]["value"]), (&json!("A"), &json!("<p>1</p>")));
    let versions = session.get(&format!("{path}/versions?body-format=raw")).await.json;
    assert_eq!(versions["results"][0]["custom"]["title"], "B");
    assert_eq!(versions["results"][1]["custom"]["body"]["raw"]["value"], "<p>1</p>");
    let details = session.get(&format!("{path}/versions/1")).await.json;
    assert_eq!((&details["nextVersion"], &details["prevVersion"]), (&json!(2), &Value::Null));
}

#[tokio::test]
async fn drafts_are_published_as_version_one() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let body =
        json!({ "type": TYPE, "status": "draft", "title": "", "spaceId": SPACE_ID, "body": storage("") });
    let draft = session.post(PATH, &body).await.json;
    assert_eq!(draft["status"], "draft");
    let path = format!("{PATH}/{}", id(&draft));
    assert_eq!(world.other_user_with(SCOPES).await.get(&path).await.status, 404, "drafts are their author's");
    let early = session.put(&path, &change(&id(&draft), 2, "A", &storage(""))).await;
    assert_eq!(early.status, 409);
    let published = session.put(&path, &change(&id(&draft), 1, "A", &storage(""))).await.json;
    assert_eq!((&published["status"], &published["version"]["number"]), (&json!("current"), &json!(1)));
}

#[tokio::test]
async fn deleting_trashes_and_purging_destroys() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let made = create(&session, ("spaceId", &SPACE_ID.to_string()), "A", storage("")).await.json;
    let path = format!("{PATH}/{}", id(&made));
    assert_eq!(session.delete(&format!("{path}?purge=true")).await.status, 400, "not in the trash yet");
    assert_eq!(session.delete(&path).await.status, 204);
    assert_eq!(session.get(&path).await.json["status"], "trashed");
    assert_eq!(session.delete(&path).await.status, 404);
    assert_eq!(session.delete(&format!("{path}?purge=true")).await.status, 204);
    assert_eq!(session.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_is_not_custom_content_is_refused() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let body = storage("");
    let cases = [
        (json!({ "title": "A" }), 400, "type: must not be null"),
        (json!({ "type": TYPE, "title": "A", "body": body }), 400, "Exactly one of"),
        (
            json!({ "type": TYPE, "title": "A", "body": body, "spaceId": 1, "pageId": 2 }),
            400,
            "Exactly one of",
        ),
        (json!({ "type": "note", "title": "A", "body": body, "spaceId": SPACE_ID }), 404, "type [note]"),
        (json!({ "type": TYPE, "title": "A", "body": body, "pageId": 7 }), 404, "page with id [7]"),
        (json!({ "type": TYPE, "title": "", "body": body, "spaceId": SPACE_ID }), 400, "empty titles"),
    ];
    for (body, status, title) in cases {
        let reply = session.post(PATH, &body).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text);
        assert!(reply.title().contains(title), "{}", reply.text);
    }
    assert_eq!(session.get(PATH).await.status, 400, "the type is required");
    assert_eq!(session.get(&format!("{PATH}?type=x")).await.status, 404);
    let made = create(&session, ("spaceId", &SPACE_ID.to_string()), "A", storage("")).await.json;
    let it = id(&made);
    for (name, value) in [("type", json!("ac:notes:other")), ("status", json!("draft")), ("id", json!(7))] {
        let mut changed = change(&it, 2, "B", &storage(""));
        changed[name] = value;
        assert_eq!(session.put(&format!("{PATH}/{it}"), &changed).await.status, 400, "{name}");
    }
}
