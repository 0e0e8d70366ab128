//! Labels, read through v2 and written through v1.

use serde_json::json;

use super::harness::{HOMEPAGE_ID, SPACE_ID, World, id};

#[tokio::test]
async fn labels_are_added_in_lower_case_and_adding_again_changes_nothing() {
    let world = World::new().await;
    let session = world.session().await;
    let path = format!("/wiki/rest/api/content/{HOMEPAGE_ID}/label");
    let first =
        session.post(&path, &json!([{ "prefix": "global", "name": "Run-Book" }, { "name": "b" }])).await;
    assert_eq!(first.status, 200);
    let again = session.post(&path, &json!({ "prefix": "global", "name": "run-book" })).await;
    assert_eq!(again.json["results"], first.json["results"]);
    assert_eq!(again.json["size"], 2);
    assert_eq!(again.json["results"][0]["name"], "run-book");
    assert_eq!(again.json["results"][0]["prefix"], "global");
}

#[tokio::test]
async fn labels_of_a_page_are_listed_sorted_and_by_prefix() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!([{ "prefix": "global", "name": "c" }, { "prefix": "my", "name": "a" }, { "prefix": "global", "name": "b" }]);
    session.post(&format!("/wiki/rest/api/content/{HOMEPAGE_ID}/label"), &body).await;
    let path = format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/labels");
    let cases: [(&str, &[&str]); 6] = [
        ("", &["c", "a", "b"]),
        ("sort=name", &["a", "b", "c"]),
        ("sort=-name", &["c", "b", "a"]),
        ("sort=-created-date", &["b", "a", "c"]),
        ("prefix=my", &["a"]),
        ("prefix=global&sort=name", &["b", "c"]),
    ];
    for (query, expected) in cases {
        let walked = session.walk(&format!("{path}?limit=1&{query}"), "name").await;
        assert_eq!(walked, expected, "{query}");
    }
    assert_eq!(session.get(&format!("{path}?prefix=odd")).await.status, 400);
}

#[tokio::test]
async fn labels_are_taken_off_by_path_and_by_query() {
    let world = World::new().await;
    let session = world.session().await;
    let path = format!("/wiki/rest/api/content/{HOMEPAGE_ID}/label");
    session.post(&path, &json!([{ "name": "one" }, { "name": "two" }])).await;
    assert_eq!(session.delete(&format!("{path}/ONE")).await.status, 204);
    assert_eq!(session.delete(&format!("{path}?name=two")).await.status, 204);
    assert_eq!(
        session.walk(&format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/labels"), "name").await,
        Vec::<String>::new()
    );
    let gone = session.delete(&format!("{path}/one")).await;
    assert_eq!((gone.status.as_u16(), &gone.json["statusCode"]), (404, &json!(404)));
    assert_eq!(session.delete(&path).await.status, 400);
}

#[tokio::test]
async fn what_is_no_label_is_refused_in_the_shape_of_v1() {
    let world = World::new().await;
    let session = world.session().await;
    let path = format!("/wiki/rest/api/content/{HOMEPAGE_ID}/label");
    let long = "x".repeat(256);
    let cases = [
        json!("text"),
        json!([{ "prefix": "global" }]),
        json!([{ "name": "two words" }]),
        json!([{ "name": "a,b" }]),
        json!([{ "name": long }]),
        json!([{ "name": "a", "prefix": "odd" }]),
    ];
    for body in cases {
        let reply = session.post(&path, &body).await;
        assert_eq!((reply.status.as_u16(), &reply.json["statusCode"]), (400, &json!(400)), "{body}");
        let message = reply.json["message"].as_str().unwrap();
        assert!(
            message.starts_with("com.atlassian.confluence.api.service.exceptions.api.BadRequestException: ")
        );
        assert_eq!(reply.json["data"]["successful"], false);
    }
    let missing = session.post("/wiki/rest/api/content/7/label", &json!({ "name": "a" })).await;
    assert_eq!(missing.status, 404);
    assert!(missing.json["message"].as_str().unwrap().contains("NotFoundException"));
}

#[tokio::test]
async fn pages_and_blog_posts_are_listed_by_label_and_by_space() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Labelled", json!({})).await);
    session.create_page("Plain", json!({})).await;
    let post = json!({ "spaceId": SPACE_ID, "title": "Post" });
    let post = id(&session.post("/wiki/api/v2/blogposts", &post).await.json);
    for it in [&page, &post] {
        let reply =
            session.post(&format!("/wiki/rest/api/content/{it}/label"), &json!([{ "name": "x" }])).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let labels = session.get(&format!("/wiki/api/v2/pages/{page}/labels")).await.json;
    let label = id(&labels["results"][0]);
    for (path, titles) in [
        (format!("labels/{label}/pages"), ["Labelled"]),
        (format!("labels/{label}/blogposts"), ["Post"]),
        (format!("spaces/{SPACE_ID}/blogposts"), ["Post"]),
    ] {
        assert_eq!(session.walk(&format!("/wiki/api/v2/{path}"), "title").await, titles, "{path}");
    }
    let elsewhere = session.walk(&format!("/wiki/api/v2/labels/{label}/pages?space-id=7"), "title").await;
    assert_eq!(elsewhere, Vec::<String>::new());
    for path in ["labels/7/pages", "labels/7/blogposts", "spaces/7/blogposts"] {
        assert_eq!(session.get(&format!("/wiki/api/v2/{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn spaces_have_labels_and_know_those_of_their_content() {
    let world = World::new().await;
    let session = world
        .session_with("read:label:confluence write:label:confluence read:space:confluence write:confluence-space read:confluence-content.summary")
        .await;
    let path = "/wiki/rest/api/space/BOX/label";
    let made = session
        .post(path, &json!([{ "prefix": "team", "name": "Teams" }, { "prefix": "my", "name": "x" }]))
        .await;
    assert_eq!((made.status.as_u16(), &made.json["size"]), (200, &json!(2)), "{}", made.text);
    let of_space = format!("/wiki/api/v2/spaces/{SPACE_ID}/labels");
    assert_eq!(session.walk(&format!("{of_space}?limit=1"), "name").await, ["teams", "x"]);
    assert_eq!(session.walk(&format!("{of_space}?prefix=my"), "name").await, ["x"]);
    session.post(&format!("/wiki/rest/api/content/{HOMEPAGE_ID}/label"), &json!([{ "name": "y" }])).await;
    let in_space = format!("/wiki/api/v2/spaces/{SPACE_ID}/content/labels");
    assert_eq!(session.walk(&in_space, "name").await, ["y"]);
    assert_eq!(session.walk("/wiki/api/v2/labels?sort=name", "name").await, ["teams", "x", "y"]);
    assert_eq!(session.walk("/wiki/api/v2/labels?prefix=global", "name").await, ["y"]);
    let known = session.get("/wiki/rest/api/label?name=Y").await.json;
    assert_eq!(known["associatedContents"]["results"][0]["contentId"], HOMEPAGE_ID);
    assert_eq!(session.delete(&format!("{path}?name=teams&prefix=team")).await.status, 204);
    assert_eq!(session.delete(&format!("{path}?name=teams&prefix=team")).await.status, 404);
    assert_eq!(session.get("/wiki/rest/api/label?name=teams").await.status, 404, "nothing carries it");
    assert_eq!(session.get("/wiki/rest/api/space/NONE/label").await.status, 404);
}
