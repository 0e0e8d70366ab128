//! Blog posts.

use serde_json::json;

use super::harness::{HOMEPAGE_ID, SPACE_ID, Session, World, id, update};

async fn post(session: &Session<'_>, title: &str) -> serde_json::Value {
    let body = json!({ "spaceId": SPACE_ID, "title": title, "body": { "representation": "storage", "value": "<p>b</p>" } });
    let reply = session.post("/wiki/api/v2/blogposts", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json
}

#[tokio::test]
async fn a_blog_post_has_a_dated_address_and_no_place_in_the_tree() {
    let world = World::new().await;
    let session = world.session().await;
    let blog = post(&session, "We shipped it!").await;
    assert_eq!(blog["_links"]["webui"], format!("/spaces/BOX/blog/2026/11/01/{}/We+shipped+it", id(&blog)));
    for member in ["parentId", "parentType", "position", "ownerId", "lastOwnerId"] {
        assert_eq!(blog.get(member), None, "{member}");
    }
    assert_eq!(blog["body"]["storage"]["value"], "<p>b</p>");
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{}", id(&blog))).await.status, 404);
}

#[tokio::test]
async fn blog_posts_share_titles_with_pages_and_with_posts_of_other_days() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("News", json!({})).await;
    post(&session, "News").await;
    let body = json!({ "spaceId": SPACE_ID, "title": "news" });
    let same_day = session.post("/wiki/api/v2/blogposts", &body).await;
    assert!(same_day.status == 400 && same_day.title().contains("already exists"), "{}", same_day.text);
    world.clock.advance_seconds(24 * 60 * 60);
    let session = world.session().await;
    post(&session, "News").await;
    assert_eq!(session.walk("/wiki/api/v2/blogposts?title=news", "title").await, ["News", "News"]);
    assert_eq!(session.walk("/wiki/api/v2/pages?title=news", "title").await, ["News"]);
}

#[tokio::test]
async fn a_blog_post_can_be_dated() {
    let world = World::new().await;
    let session = world.session().await;
    let dated = |at: &str| json!({ "spaceId": SPACE_ID, "title": "Old news", "createdAt": at });
    let blog = session.post("/wiki/api/v2/blogposts", &dated("2025-02-03T04:05:06.789Z")).await.json;
    assert_eq!(blog["createdAt"], "2025-02-03T04:05:06.789Z");
    assert!(blog["_links"]["webui"].as_str().unwrap().contains("/blog/2025/02/03/"));
    let mut body = update(&id(&blog), 2, "Old news", "");
    body["createdAt"] = json!("2024-01-01T00:00:00.000Z");
    let path = format!("/wiki/api/v2/blogposts/{}", id(&blog));
    assert_eq!(session.put(&path, &body).await.json["createdAt"], "2024-01-01T00:00:00.000Z");
    assert_eq!(session.post("/wiki/api/v2/blogposts", &dated("yesterday")).await.status, 400);
}

#[tokio::test]
async fn blog_posts_follow_the_rules_of_versions_and_trash() {
    let world = World::new().await;
    let session = world.session().await;
    let blog = id(&post(&session, "News").await);
    let path = format!("/wiki/api/v2/blogposts/{blog}");
    let same = session.put(&path, &update(&blog, 2, "News", "<p>b</p>")).await;
    assert_eq!((same.status.as_u16(), &same.json["version"]["number"]), (200, &json!(1)));
    assert_eq!(session.put(&path, &update(&blog, 2, "News", "<p>c</p>")).await.json["version"]["number"], 2);
    let stale = session.put(&path, &update(&blog, 2, "News", "<p>d</p>")).await;
    assert_eq!(
        stale.title(),
        "Version must be incremented when updating a blogpost. Current Version: [2]. Provided version: [2]"
    );
    assert_eq!(session.delete(&path).await.status, 204);
    assert_eq!(session.get(&path).await.json["status"], "trashed");
    assert_eq!(session.walk("/wiki/api/v2/blogposts?status=trashed", "id").await, [blog]);
    assert_eq!(session.delete(&format!("{path}?purge=true")).await.status, 204);
    assert_eq!(
        session.get(&path).await.title(),
        format!("Cannot find a blogpost with id [{}]", path.rsplit('/').next().unwrap())
    );
}

#[tokio::test]
async fn lists_of_blog_posts_have_their_own_sorts_and_statuses() {
    let world = World::new().await;
    let session = world.session().await;
    for query in ["sort=title", "status=archived", "status=draft"] {
        assert_eq!(session.get(&format!("/wiki/api/v2/blogposts?{query}")).await.status, 400, "{query}");
    }
    assert_eq!(session.get(&format!("/wiki/api/v2/blogposts/{HOMEPAGE_ID}")).await.status, 404);
}
