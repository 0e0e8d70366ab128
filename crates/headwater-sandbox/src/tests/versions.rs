//! Version numbers and their history.

use serde_json::{Value, json};

use super::harness::{World, id, update};
use crate::storage::content::Kind;

#[tokio::test]
async fn an_update_makes_the_next_version() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Plan", json!({})).await);
    world.clock.advance_seconds(60);
    let mut body = update(&page, 2, "New plan", "<p>2</p>");
    body["version"]["message"] = json!("because");
    let reply = session.put(&format!("/wiki/api/v2/pages/{page}"), &body).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json["title"], "New plan");
    assert_eq!(reply.json["body"]["storage"]["value"], "<p>2</p>");
    assert_eq!(reply.json["createdAt"], "2026-11-01T00:00:00.000Z");
    assert_eq!(reply.json["version"]["number"], 2);
    assert_eq!(reply.json["version"]["message"], "because");
    assert_eq!(reply.json["version"]["createdAt"], "2026-11-01T00:01:00.000Z");
}

#[tokio::test]
async fn update_with_same_title_and_body_keeps_the_version() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Plan", json!({})).await);
    session.update_page(&page, 2, "Plan", "<p>2</p>").await;
    let reply = session.update_page(&page, 3, "Plan", "<p>2</p>").await;
    assert_eq!((reply.status.as_u16(), &reply.json["version"]["number"]), (200, &json!(2)));
    let reply = session.update_page(&page, 3, "Plan", "<p>3</p>").await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["version"]["number"]),
        (200, &json!(3)),
        "the next number is still free"
    );
}

#[tokio::test]
async fn stale_and_skipped_numbers_conflict_and_change_nothing() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Plan", json!({})).await);
    session.update_page(&page, 2, "Plan", "<p>2</p>").await;
    for number in [-1, 0, 1, 2, 4] {
        let reply = session.update_page(&page, number, "Other", "<p>lost</p>").await;
        let title = format!(
            "Version must be incremented when updating a page. Current Version: [2]. Provided version: [{number}]"
        );
        let expected =
            json!({ "errors": [{ "status": 409, "code": "CONFLICT", "title": title, "detail": null }] });
        assert_eq!((reply.status.as_u16(), reply.json), (409, expected));
    }
    let page = session.get(&format!("/wiki/api/v2/pages/{page}?body-format=storage")).await.json;
    assert_eq!((&page["title"], &page["body"]["storage"]["value"]), (&json!("Plan"), &json!("<p>2</p>")));
}

#[tokio::test]
async fn an_update_needs_all_its_members() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Plan", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}");
    for name in ["id", "status", "title", "body", "version"] {
        let mut body = update(&page, 2, "Plan", "<p>2</p>");
        body.as_object_mut().unwrap().remove(name);
        let reply = session.put(&path, &body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.title().to_owned()),
            (400, format!("{name}: must not be null"))
        );
    }
    let reply = session.put(&path, &json!({})).await;
    assert_eq!(reply.json["errors"].as_array().unwrap().len(), 5, "one error for each");
    let changes: [(&str, Value, &str); 5] = [
        ("id", json!("1"), "does not match"),
        ("status", json!("trashed"), "{trashed}"),
        ("version", json!({ "number": "two" }), "{two}"),
        ("version", json!({}), "version.number: must not be null"),
        ("spaceId", json!("1"), "different space"),
    ];
    for (name, value, title) in changes {
        let mut body = update(&page, 2, "Plan", "<p>2</p>");
        body[name] = value;
        let reply = session.put(&path, &body).await;
        assert!(reply.status == 400 && reply.title().contains(title), "{name}: {}", reply.text);
    }
}

#[tokio::test]
async fn every_version_can_be_read_again() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("One", json!({})).await);
    session.update_page(&page, 2, "Two", "<p>2</p>").await;
    session.update_page(&page, 3, "Three", "<p>3</p>").await;
    let path = format!("/wiki/api/v2/pages/{page}");
    for (number, title, status) in
        [(1, "One", "historical"), (2, "Two", "historical"), (3, "Three", "current")]
    {
        let reply = session.get(&format!("{path}?version={number}")).await.json;
        assert_eq!((&reply["title"], &reply["status"]), (&json!(title), &json!(status)));
        assert_eq!(reply["version"]["number"], number);
    }
    assert_eq!(session.get(&format!("{path}?version=4")).await.status, 404);
    assert_eq!(session.get(&format!("{path}?version=x")).await.status, 400);
    assert_eq!(session.get(&format!("{path}?version=1&status=current")).await.status, 404);
    assert_eq!(session.get(&format!("{path}?version=1&status=historical")).await.status, 200);
}

#[tokio::test]
async fn the_history_is_newest_first_unless_asked_otherwise() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Title 1", json!({})).await);
    for number in 2..=5 {
        world.clock.advance_seconds(1);
        session.update_page(&page, number, &format!("Title {number}"), "").await;
    }
    let path = format!("/wiki/api/v2/pages/{page}/versions");
    let numbers = |list: &Value| -> Vec<i64> {
        list["results"].as_array().unwrap().iter().map(|row| row["number"].as_i64().unwrap()).collect()
    };
    let first = session.get(&format!("{path}?limit=3")).await.json;
    assert_eq!(numbers(&first), [5, 4, 3]);
    let second = session.get(first["_links"]["next"].as_str().unwrap()).await.json;
    assert_eq!((numbers(&second), second["_links"].get("next")), (vec![2, 1], None));
    let upwards = session.get(&format!("{path}?sort=modified-date&body-format=storage")).await.json;
    assert_eq!(numbers(&upwards), [1, 2, 3, 4, 5]);
    let row = &upwards["results"][1];
    assert_eq!((&row["page"]["id"], &row["page"]["title"]), (&json!(page), &json!("Title 2")));
    assert_eq!(row["page"]["body"]["storage"]["value"], "");
}

#[tokio::test]
async fn a_new_title_alone_makes_a_version_and_leaves_the_body() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "body": { "representation": "storage", "value": "<p>kept</p>" } });
    let page = id(&session.create_page("Old", body).await);
    let path = format!("/wiki/api/v2/pages/{page}");
    let reply = session.put(&format!("{path}/title"), &json!({ "status": "current", "title": "New" })).await;
    assert_eq!((&reply.json["title"], &reply.json["version"]["number"]), (&json!("New"), &json!(2)));
    let page = session.get(&format!("{path}?body-format=storage")).await.json;
    assert_eq!(page["body"]["storage"]["value"], "<p>kept</p>");
    let same = session.put(&format!("{path}/title"), &json!({ "status": "current", "title": "New" })).await;
    assert_eq!(same.json["version"]["number"], 2);
    let cases = [
        (json!({ "title": "X" }), 400),
        (json!({ "status": "current" }), 400),
        (json!({ "status": "current", "title": "" }), 400),
        (json!({ "status": "draft", "title": "X" }), 404),
    ];
    for (body, status) in cases {
        assert_eq!(session.put(&format!("{path}/title"), &body).await.status.as_u16(), status, "{body}");
    }
}

#[tokio::test]
async fn every_kind_of_content_has_versions_with_details() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("One", json!({})).await);
    session.update_page(&page, 2, "Two", "").await;
    session.update_page(&page, 3, "Three", "").await;
    let details = session.get(&format!("/wiki/api/v2/pages/{page}/versions/2")).await.json;
    assert_eq!(
        details,
        json!({ "number": 2, "authorId": crate::bare::ACCOUNT_ID, "message": "",
            "createdAt": "2026-11-01T00:00:00.000Z", "minorEdit": false, "contentTypeModified": false,
            "collaborators": [crate::bare::ACCOUNT_ID], "prevVersion": 1, "nextVersion": 3 })
    );
    let post = world.insert(Kind::BlogPost, "Post", None).await;
    let file = world.insert(Kind::Attachment, "file.txt", Some(post)).await;
    let comment = json!({ "pageId": page, "body": { "representation": "storage", "value": "<p>hm</p>" } });
    let comment = id(&session.post("/wiki/api/v2/footer-comments", &comment).await.json);
    let cases = [
        (format!("blogposts/{post}"), "blogpost", post.to_string()),
        (format!("attachments/att{file}"), "attachment", format!("att{file}")),
        (format!("footer-comments/{comment}"), "comment", comment.clone()),
    ];
    for (path, noun, it) in cases {
        let list = session.get(&format!("/wiki/api/v2/{path}/versions")).await;
        assert_eq!(list.json["results"][0][noun]["id"], it, "{}", list.text);
        let first = session.get(&format!("/wiki/api/v2/{path}/versions/1")).await.json;
        assert_eq!((&first["number"], &first["nextVersion"]), (&json!(1), &Value::Null), "{path}");
    }
    for (path, status) in [
        (format!("inline-comments/{comment}/versions"), 404),
        (format!("pages/{page}/versions/4"), 404),
        (format!("pages/{page}/versions/x"), 400),
        ("pages/x/versions/1".to_owned(), 400),
        (format!("pages/{post}/versions"), 404),
    ] {
        assert_eq!(session.get(&format!("/wiki/api/v2/{path}")).await.status.as_u16(), status, "{path}");
    }
}
