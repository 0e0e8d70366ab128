//! Inline comments: where they are, and whether they are resolved.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, Reply, Session, World, id, update};

const SCOPES: &str = "read:comment:confluence write:comment:confluence delete:comment:confluence \
    read:page:confluence write:page:confluence";
const BODY: &str = "<p>one two one</p>";

async fn page(session: &Session<'_>) -> String {
    let body = json!({ "body": { "representation": "storage", "value": BODY } });
    id(&session.create_page("Text", body).await)
}

async fn comment(session: &Session<'_>, page: &str, text: &str, index: i64, count: i64) -> Reply {
    let body = json!({
        "pageId": page,
        "body": { "representation": "storage", "value": "<p>hm</p>" },
        "inlineCommentProperties": {
            "textSelection": text, "textSelectionMatchCount": count, "textSelectionMatchIndex": index,
        },
    });
    session.post("/wiki/api/v2/inline-comments", &body).await
}

async fn body_of(session: &Session<'_>, page: &str) -> Value {
    let path = format!("/wiki/api/v2/pages/{page}?body-format=storage");
    session.get(&path).await.json["body"]["storage"]["value"].clone()
}

#[tokio::test]
async fn a_comment_marks_the_text_it_is_about() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = page(&session).await;
    let made = comment(&session, &page, "one", 1, 2).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("location"), format!("/wiki/api/v2/inline-comments/{}", id(&made.json)));
    assert_eq!(made.json["resolutionStatus"], "open");
    let reference = made.json["properties"]["inlineMarkerRef"].as_str().unwrap();
    assert_eq!(made.json["properties"]["inline-marker-ref"], reference);
    assert_eq!(made.json["properties"]["inlineOriginalSelection"], "one");
    let marker = format!("<ac:inline-comment-marker ac:ref=\"{reference}\">one</ac:inline-comment-marker>");
    assert_eq!(body_of(&session, &page).await, format!("<p>one two {marker}</p>"));
    let shown = session.get(&format!("/wiki/api/v2/pages/{page}?body-format=view")).await.json;
    assert!(shown["body"]["view"]["value"].as_str().unwrap().contains("one two"), "{shown}");
    assert_eq!(shown["version"]["number"], 1, "marking is no new version");
    for (text, index, count) in [("three", 0, 1), ("one", 0, 3), ("one", 2, 2), ("", 0, 1)] {
        assert_eq!(comment(&session, &page, text, index, count).await.status, 400, "{text} {index} {count}");
    }
}

#[tokio::test]
async fn comments_are_resolved_reopened_and_left_dangling() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = page(&session).await;
    let first = id(&comment(&session, &page, "two", 0, 1).await.json);
    let path = format!("/wiki/api/v2/inline-comments/{first}");
    let write = |resolved: bool| json!({ "version": { "number": 2 }, "resolved": resolved });
    let resolved = session.put(&path, &write(true)).await;
    assert_eq!((resolved.status.as_u16(), &resolved.json["resolutionStatus"]), (200, &json!("resolved")));
    assert!(resolved.json["resolutionLastModifierId"].is_string());
    let list = format!("/wiki/api/v2/pages/{page}/inline-comments");
    assert_eq!(session.walk(&format!("{list}?resolution-status=open"), "id").await, Vec::<String>::new());
    assert_eq!(session.walk(&format!("{list}?resolution-status=resolved"), "id").await, [first.as_str()]);
    assert_eq!(session.put(&path, &write(false)).await.json["resolutionStatus"], "reopened");
    session.put(&format!("/wiki/api/v2/pages/{page}"), &update(&page, 2, "Text", "<p>gone</p>")).await;
    assert_eq!(session.get(&path).await.json["resolutionStatus"], "dangling");
    assert_eq!(session.walk(&format!("{list}?resolution-status=dangling"), "id").await, [first.as_str()]);
    assert_eq!(session.put(&path, &write(true)).await.status, 400, "dangling comments cannot be updated");
    assert_eq!(session.get(&format!("{list}?resolution-status=odd")).await.status, 400);
}

#[tokio::test]
async fn answers_are_written_changed_and_removed_with_what_they_answer() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = page(&session).await;
    let root = id(&comment(&session, &page, "two", 0, 1).await.json);
    let body = json!({ "representation": "storage", "value": "<p>so</p>" });
    let answer = json!({ "parentCommentId": root, "body": body });
    let answer = session.post("/wiki/api/v2/inline-comments", &answer).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let answer = id(&answer.json);
    let children = format!("/wiki/api/v2/inline-comments/{root}/children");
    assert_eq!(session.walk(&children, "id").await, [answer.as_str()]);
    let one = format!("/wiki/api/v2/inline-comments/{answer}");
    let same = json!({ "version": { "number": 2 }, "body": body });
    assert_eq!(session.put(&one, &same).await.json["version"]["number"], 1, "the same keeps its version");
    let other =
        json!({ "version": { "number": 2 }, "body": { "representation": "storage", "value": "<p>no</p>" } });
    assert_eq!(session.put(&one, &other).await.json["version"]["number"], 2);
    assert_eq!(session.put(&one, &other).await.status, 409);
    assert_eq!(session.get(&format!("/wiki/api/v2/footer-comments/{root}")).await.status, 404);
    assert_eq!(session.delete(&format!("/wiki/api/v2/inline-comments/{root}")).await.status, 204);
    assert_eq!(session.get(&one).await.status, 404);
    assert_eq!(body_of(&session, &page).await, BODY, "the marker is gone with its comment");
}

#[tokio::test]
async fn footer_comments_are_read_changed_and_removed() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let body = |text: &str| json!({ "representation": "storage", "value": text });
    let made = json!({ "pageId": HOMEPAGE_ID, "body": body("<p>a</p>") });
    let made = id(&session.post("/wiki/api/v2/footer-comments", &made).await.json);
    let one = format!("/wiki/api/v2/footer-comments/{made}");
    let next = json!({ "version": { "number": 2, "message": "typo" }, "body": body("<p>b</p>") });
    assert_eq!(session.put(&one, &next).await.json["body"]["storage"]["value"], "<p>b</p>");
    assert_eq!(session.put(&one, &json!({ "version": { "number": 3 } })).await.status, 400);
    assert_eq!(session.put(&one, &json!({ "body": body("x") })).await.status, 400);
    let old = session.get(&format!("{one}?version=1&body-format=storage")).await.json;
    assert_eq!(
        (&old["body"]["storage"]["value"], &old["version"]["number"]),
        (&json!("<p>a</p>"), &json!(1))
    );
    let read = session.get(&format!("{one}?include-versions=true&include-likes=true")).await.json;
    assert_eq!((&read["resolutionStatus"], &read["likes"]["meta"]["count"]), (&json!("open"), &json!(0)));
    assert_eq!(read["versions"]["results"].as_array().unwrap().len(), 2);
    assert_eq!(session.get(&format!("/wiki/api/v2/inline-comments/{made}")).await.status, 404);
    assert_eq!(session.delete(&one).await.status, 204);
    assert_eq!(session.delete(&one).await.status, 404);
}
