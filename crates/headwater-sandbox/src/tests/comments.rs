//! Footer comments and their replies.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, SPACE_ID, Session, World, id};
use crate::storage::content::Kind;

async fn comment(session: &Session<'_>, target: Value) -> super::harness::Reply {
    let mut body = json!({ "body": { "representation": "storage", "value": "<p>hm</p>" } });
    body.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
    session.post("/wiki/api/v2/footer-comments", &body).await
}

#[tokio::test]
async fn a_comment_is_created_with_its_location() {
    let world = World::new().await;
    let session = world.session().await;
    let reply = comment(&session, json!({ "pageId": HOMEPAGE_ID.to_string() })).await;
    let new = id(&reply.json);
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("location"), format!("/wiki/api/v2/footer-comments/{new}"));
    assert_eq!(reply.json["title"], "Re: Sandbox Home");
    assert_eq!(reply.json["pageId"], HOMEPAGE_ID.to_string());
    assert_eq!(reply.json["body"]["storage"]["value"], "<p>hm</p>");
    assert_eq!(reply.json["version"]["number"], 1);
    assert_eq!(reply.json.get("resolutionStatus"), None, "only lists show it");
    assert_eq!(reply.json["_links"]["webui"], format!("/spaces/BOX/overview?focusedCommentId={new}"));
    assert_eq!(reply.json["_links"]["base"], "http://localhost:7444/wiki");
}

#[tokio::test]
async fn the_comments_of_a_page_are_the_roots_and_the_site_has_all() {
    let world = World::new().await;
    let session = world.session().await;
    let root = id(&comment(&session, json!({ "pageId": HOMEPAGE_ID })).await.json);
    let reply = comment(&session, json!({ "parentCommentId": root })).await.json;
    let blog =
        session.post("/wiki/api/v2/blogposts", &json!({ "spaceId": SPACE_ID, "title": "News" })).await.json;
    let below_blog = comment(&session, json!({ "blogPostId": id(&blog) })).await.json;
    assert_eq!(
        (&reply["parentCommentId"], &reply["pageId"]),
        (&json!(root), &json!(HOMEPAGE_ID.to_string()))
    );
    assert_eq!((&below_blog["blogPostId"], below_blog.get("pageId")), (&blog["id"], None));
    let of_page = format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/footer-comments");
    assert_eq!(session.walk(&of_page, "id").await, std::slice::from_ref(&root));
    let all = session.walk("/wiki/api/v2/footer-comments?limit=1", "id").await;
    assert_eq!(all, [root, id(&reply), id(&below_blog)]);
    let row = session.get(&format!("{of_page}?body-format=storage")).await.json["results"][0].clone();
    assert_eq!(
        (&row["resolutionStatus"], &row["body"]["storage"]["value"]),
        (&json!("open"), &json!("<p>hm</p>"))
    );
    assert_eq!(session.get(&of_page).await.json["results"][0]["body"], json!({}));
}

#[tokio::test]
async fn a_comment_hangs_on_one_thing_that_exists() {
    let world = World::new().await;
    let session = world.session().await;
    let trashed = id(&session.create_page("Old", json!({})).await);
    session.delete(&format!("/wiki/api/v2/pages/{trashed}")).await;
    let file = world.insert(Kind::Attachment, "a.txt", Some(HOMEPAGE_ID)).await;
    let cases = [
        (json!({}), 400),
        (json!({ "pageId": HOMEPAGE_ID, "blogPostId": "1" }), 400),
        (json!({ "pageId": "x" }), 400),
        (json!({ "attachmentId": "x" }), 400),
        (json!({ "pageId": "7" }), 404),
        (json!({ "blogPostId": HOMEPAGE_ID }), 404),
        (json!({ "parentCommentId": HOMEPAGE_ID }), 404),
        (json!({ "pageId": trashed }), 404),
        (json!({ "attachmentId": format!("att{file}") }), 201),
    ];
    for (target, status) in cases {
        assert_eq!(comment(&session, target.clone()).await.status.as_u16(), status, "{target}");
    }
    let reply = session.post("/wiki/api/v2/footer-comments", &json!({ "pageId": HOMEPAGE_ID })).await;
    assert_eq!((reply.status.as_u16(), reply.title()), (400, "body: must not be null"));
}

#[tokio::test]
async fn comments_on_private_pages_are_as_private_as_the_page() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "spaceId": SPACE_ID, "title": "Secret" });
    let page = session.post("/wiki/api/v2/pages?private=true", &body).await.json;
    comment(&session, json!({ "pageId": page["id"] })).await;
    assert_eq!(session.walk("/wiki/api/v2/footer-comments", "id").await.len(), 1);
    let other = world.other_user().await;
    assert_eq!(other.walk("/wiki/api/v2/footer-comments", "id").await, Vec::<String>::new());
}

#[tokio::test]
async fn people_see_answers_below_what_they_answer() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    let body = |text: &str| json!({ "representation": "storage", "value": format!("<p>{text}</p>") });
    let first = comment(&session, json!({ "pageId": page, "body": body("first") })).await.json;
    comment(&session, json!({ "pageId": page, "body": body("second") })).await;
    comment(&session, json!({ "parentCommentId": first["id"], "body": body("answer") })).await;
    let shown = world.get(&format!("/wiki/spaces/BOX/pages/{page}")).await.text;
    let places = ["first", "answer", "second"].map(|word| shown.find(&format!("<p>{word}</p>")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(shown.matches("class=\"comment depth1\"").count(), 1);
}
