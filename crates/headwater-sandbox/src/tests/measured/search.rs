//! What searches see, and how they compare.

use serde_json::json;

use crate::tests::harness::{SCOPES, World, id};

fn path(cql: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("cql", cql).finish();
    format!("/wiki/rest/api/search?{query}")
}

#[tokio::test]
async fn words_are_stemmed_and_all_of_them_must_occur() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "body": { "representation": "storage", "value": "<p>sleeping whales dream</p>" } });
    session.create_page("Animals", body).await;
    for (cql, total) in [
        ("text ~ \"whale sleep\"", 1),
        ("text ~ \"sleep whale\"", 1),
        ("text ~ \"whale seal\"", 0),
        ("title = ANIMALS", 1),
        ("title = Animal", 0),
        ("space = NOPE", 0),
        ("space != NOPE and title = animals", 1),
    ] {
        assert_eq!(session.get(&path(cql)).await.json["totalSize"], total, "{cql}");
    }
}

#[tokio::test]
async fn dates_are_those_of_the_user_and_have_no_zone() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Today", json!({})).await;
    for (cql, total) in [
        ("title = Today and created >= 2026/11/01", 1),
        ("title = Today and created >= \"2026-11-01 00:00\"", 1),
        ("title = Today and created > 2026-11-01", 0),
        ("title = Today and created >= startOfDay()", 1),
        ("title = Today and created >= now(\"-1d\")", 1),
        ("title = Today and lastmodified < startOfYear()", 0),
    ] {
        let reply = session.get(&path(cql)).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json["totalSize"]),
            (200, &json!(total)),
            "{cql}: {}",
            reply.text
        );
    }
    for cql in ["created > \"2026-11-01T00:00:00Z\"", "created > tomorrow", "created ~ 2026-11-01"] {
        assert_eq!(session.get(&path(cql)).await.status, 400, "{cql}");
    }
}

#[tokio::test]
async fn archived_spaces_are_searched_when_that_is_asked_for() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Old", json!({})).await;
    let mut tx = world.storage.begin().await.unwrap();
    sqlx::query("UPDATE spaces SET status = 'archived' WHERE key = 'BOX'").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(session.get(&path("title = Old")).await.json["totalSize"], 0);
    let all = format!("{}&includeArchivedSpaces=true", path("title = Old"));
    assert_eq!(session.get(&all).await.json["totalSize"], 1);
}

#[tokio::test]
async fn the_next_page_carries_query_and_limit_only() {
    let world = World::new().await;
    let session = world.session().await;
    for number in 0..3 {
        session.create_page(&format!("Page {number}"), json!({})).await;
    }
    let first = session.get(&format!("{}&limit=2&excerpt=none&start=40", path("type=page"))).await.json;
    assert_eq!(
        (&first["cqlQuery"], &first["start"]),
        (&json!("type = page"), &json!(0)),
        "the start says nothing"
    );
    let next = first["_links"]["next"].as_str().unwrap();
    let parameters: Vec<String> = url::form_urlencoded::parse(next.split_once('?').unwrap().1.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(parameters, ["next", "cursor", "limit", "start", "cql"]);
    let context = format!("{}&cqlcontext=%7B%22spaceKey%22%3A%22NOPE%22%7D", path("type=page"));
    assert_eq!(session.get(&context).await.json["totalSize"], 4, "a context does not filter");
}

#[tokio::test]
async fn what_a_clause_cannot_say_is_told() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = id(&session.create_page("Page", json!({})).await);
    assert_eq!(session.get(&path(&format!("id = {page}"))).await.json["totalSize"], 1);
    for (cql, said) in [
        ("text = x", "Operator '=' is not supported for field 'text'"),
        ("type ~ page", "Operator '~' is not supported for field 'type'"),
        ("type > page", "Operator '>' is not supported for field 'type'"),
        (
            "type = planet",
            "Unsupported value for type field: 'planet'. Supported values are: space, user, page",
        ),
        ("not type = page", "Could not parse cql"),
        ("type != page order by text", "Field 'text' can not be used for ordering"),
        (
            "title ~ x or status = current",
            "Did you mean one of : space, subtype, space.key, siteSearch, space.type",
        ),
    ] {
        let reply = session.get(&path(cql)).await;
        let message = reply.json["message"].as_str().unwrap_or_default();
        assert!(reply.status == 400 && message.contains(said), "{cql}: {}", reply.text);
    }
}
