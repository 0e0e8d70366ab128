//! Templates, publishing drafts made from them, and the bodies of single macros.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, SPACE_ID, Session, World, id};

const SCOPES: &str = "read:confluence-content.summary read:confluence-content.all write:confluence-content \
    read:page:confluence write:page:confluence";
const PATH: &str = "/wiki/rest/api/template";

fn storage(value: &str) -> Value {
    json!({ "storage": { "value": value, "representation": "storage" } })
}

async fn key(session: &Session<'_>) -> String {
    let home = session.get(&format!("/wiki/rest/api/content/{HOMEPAGE_ID}")).await.json;
    home["space"]["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn templates_of_a_space_and_of_the_site_are_kept() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let key = key(&session).await;
    let template = json!({ "name": "Minutes", "templateType": "page", "body": storage("<p>who</p>"),
        "description": "d", "labels": [], "space": { "key": key } });
    let made = session.post(PATH, &template).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let it = made.json["templateId"].as_str().unwrap().to_owned();
    let of_site = json!({ "name": "Site", "templateType": "page", "body": storage("") });
    session.post(PATH, &of_site).await;
    let of_space = session.get(&format!("{PATH}/page?spaceKey={key}&expand=body")).await.json;
    assert_eq!((&of_space["size"], &of_space["results"][0]["name"]), (&json!(1), &json!("Minutes")));
    assert_eq!(of_space["results"][0]["body"]["storage"]["value"], "<p>who</p>");
    let of_site = session.get(&format!("{PATH}/page")).await.json;
    assert_eq!(
        (&of_site["results"][0]["name"], &of_site["results"][0]["body"]),
        (&json!("Site"), &Value::Null)
    );
    let change = json!({ "templateId": it, "name": "Notes", "templateType": "page", "body": {} });
    let changed = session.put(PATH, &change).await.json;
    assert_eq!((&changed["name"], &changed["space"]["key"]), (&json!("Notes"), &json!(key)));
    assert_eq!(changed["body"]["storage"]["value"], "<p>who</p>", "what is left out stays");
    assert_eq!(session.delete(&format!("{PATH}/{it}")).await.status, 204);
    assert_eq!(session.get(&format!("{PATH}/{it}")).await.status, 403, "the vendor does not say 404");
    assert_eq!(session.get(&format!("{PATH}/blueprint")).await.json["size"], 0);
    for (body, status) in [
        (json!({ "name": " ", "templateType": "page", "body": {} }), 400),
        (json!({ "name": "A", "templateType": "blog", "body": {} }), 400),
        (json!({ "name": "A", "templateType": "page", "body": {}, "space": { "key": "NOPE" } }), 404),
    ] {
        assert_eq!(session.post(PATH, &body).await.status.as_u16(), status, "{body}");
    }
    assert_eq!(session.put(PATH, &change).await.status, 404);
}

#[tokio::test]
async fn a_draft_is_published_under_its_title() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let body = json!({ "spaceId": SPACE_ID, "status": "draft", "title": "",
        "body": { "representation": "storage", "value": "<p>d</p>" } });
    let draft = id(&session.post("/wiki/api/v2/pages", &body).await.json);
    let path = format!("/wiki/rest/api/content/blueprint/instance/{draft}");
    let request = |number: i64, title: &str| {
        json!({ "type": "page", "title": title, "space": { "key": "X" },
        "version": { "number": number }, "ancestors": [{ "id": HOMEPAGE_ID.to_string() }] })
    };
    assert_eq!(session.put(&path, &request(2, "A")).await.status, 409);
    assert_eq!(session.put(&path, &request(1, "")).await.status, 400);
    let published = session.put(&path, &request(1, "A")).await.json;
    assert_eq!((&published["status"], &published["title"]), (&json!("current"), &json!("A")));
    assert_eq!(session.post(&path, &request(1, "B")).await.status, 404, "it is no draft any more");
}

#[tokio::test]
async fn one_macro_is_read_and_converted() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let value = "<ac:structured-macro ac:name=\"info\" ac:macro-id=\"m1\"><ac:parameter ac:name=\"title\">T\
        </ac:parameter><ac:rich-text-body><p>in</p></ac:rich-text-body></ac:structured-macro>";
    let body = json!({ "body": { "representation": "storage", "value": value } });
    let page = id(&session.create_page("Macros", body).await);
    let path = format!("/wiki/rest/api/content/{page}/history/1/macro/id/m1");
    let found = session.get(&path).await.json;
    assert_eq!((&found["name"], &found["body"]), (&json!("info"), &json!("<p>in</p>")));
    assert_eq!(found["parameters"], json!({ "title": "T" }));
    assert_eq!(session.get(&format!("{path}/convert/view")).await.json["value"], "<p>in</p>");
    assert_eq!(session.get(&format!("{path}/convert/moon")).await.status, 400);
    let queued = session.get(&format!("{path}/convert/async/export_view")).await.json;
    world.clock.advance_seconds(1);
    let queued = queued["asyncId"].as_str().unwrap();
    let done = session.get(&format!("/wiki/rest/api/contentbody/convert/async/{queued}")).await.json;
    assert_eq!(done["value"], "<p>in</p>");
    for path in [path.replace("/1/", "/9/"), path.replace("m1", "m2"), path.replace(&page, "7")] {
        assert_eq!(session.get(&path).await.status, 404, "{path}");
    }
}
