//! CQL over HTTP.

use serde_json::json;

use super::harness::{SPACE_ID, World, id};

fn search(cql: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("cql", cql).finish();
    format!("/wiki/rest/api/search?{query}")
}

#[tokio::test]
async fn what_was_just_written_is_found_by_its_new_words_only() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "body": { "representation": "storage", "value": "<p>walrus</p>" } });
    let page = id(&session.create_page("Animals", body).await);
    let found = session.get(&search("text ~ walrus")).await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(
        (&found.json["totalSize"], &found.json["results"][0]["content"]["id"]),
        (&json!(1), &json!(page))
    );
    assert_eq!(found.header("cache-control"), "no-cache, no-store, must-revalidate");
    session.update_page(&page, 2, "Animals", "<p>ostrich</p>").await;
    assert_eq!(session.get(&search("text ~ walrus")).await.json["totalSize"], 0);
    assert_eq!(session.get(&search("text ~ ostrich")).await.json["totalSize"], 1);
    session.delete(&format!("/wiki/api/v2/pages/{page}")).await;
    assert_eq!(
        session.get(&search("text ~ ostrich")).await.json["totalSize"],
        0,
        "the trash is not searched"
    );
}

#[tokio::test]
async fn private_pages_are_found_by_their_author_alone() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "spaceId": SPACE_ID, "title": "Secret walrus" });
    session.post("/wiki/api/v2/pages?private=true", &body).await;
    assert_eq!(session.get(&search("title ~ walrus")).await.json["totalSize"], 1);
    assert_eq!(world.other_user().await.get(&search("title ~ walrus")).await.json["totalSize"], 0);
}

#[tokio::test]
async fn following_the_cursor_meets_every_row() {
    let world = World::new().await;
    let session = world.session().await;
    for number in 0..12 {
        session.create_page(&format!("Page {number}"), json!({})).await;
    }
    let mut next = Some(format!("{}&limit=5", search("type = page")));
    let mut found = Vec::new();
    while let Some(path) = next {
        let reply = session.get(&path).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        for row in reply.json["results"].as_array().unwrap() {
            found.push(row["content"]["id"].as_str().unwrap().to_owned());
        }
        next = reply.json["_links"]["next"].as_str().map(|next| format!("/wiki{next}"));
    }
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), 13);
}

#[tokio::test]
async fn searches_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let session = world.session().await;
    let class = "com.atlassian.confluence.api.service.exceptions.api.BadRequestException: ";
    for path in ["/wiki/rest/api/search", "/wiki/rest/api/search?cql=", "/wiki/rest/api/search?CQL=type=page"]
    {
        let reply = session.get(path).await;
        assert_eq!(reply.status, 400, "{path}");
        assert_eq!(reply.json["message"], format!("{class}cql query parameter is required"));
    }
    let reply = session.get(&search("type = ")).await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.json["message"].as_str().unwrap().starts_with(&format!("{class}Could not parse cql : ")),
        "{}",
        reply.text
    );
    for name in ["limit", "start"] {
        let reply = session.get(&format!("{}&{name}=abc", search("type = page"))).await;
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (404, ""), "{name}");
        let reply = session.get(&format!("{}&{name}=-1", search("type = page"))).await;
        let message = format!("java.lang.IllegalArgumentException: {name} cannot be less than zero");
        assert_eq!((reply.status.as_u16(), &reply.json["message"]), (400, &json!(message)));
    }
    let reply = session.get(&format!("{}&cursor=garbage", search("type = page"))).await;
    assert_eq!(reply.status, 400);
    assert!(reply.json["message"].as_str().unwrap().contains("SSStatusCodeException"), "{}", reply.text);
}
