//! Spaces.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, OTHER_CLOUD_ID, SCOPES, SPACE_ID, Session, World};
use crate::bare;
use crate::storage::relations::{self, End, Relation};
use crate::storage::spaces::{self, NewSpace};

async fn add(world: &World, key: &str, name: &str, kind: &str) {
    let mut tx = world.storage.begin().await.unwrap();
    let new = NewSpace {
        id: None,
        cloud_id: bare::CLOUD_ID,
        key,
        name,
        kind,
        author_id: bare::ACCOUNT_ID,
        created_at: 0,
        description: "",
    };
    spaces::insert(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_space_shows_its_members() {
    let world = World::new().await;
    let session = world.session().await;
    let reply = session.get(&format!("/wiki/api/v2/spaces/{SPACE_ID}")).await;
    let expected = json!({
        "id": SPACE_ID.to_string(),
        "key": "BOX",
        "name": "Sandbox",
        "type": "global",
        "status": "current",
        "authorId": bare::ACCOUNT_ID,
        "spaceOwnerId": bare::ACCOUNT_ID,
        "currentActiveAlias": "BOX",
        "createdAt": "2026-11-01T00:00:00.000Z",
        "homepageId": HOMEPAGE_ID.to_string(),
        "description": null,
        "icon": null,
        "_links": { "webui": "/spaces/BOX", "base": "http://localhost:7444/wiki" },
    });
    assert_eq!(reply.json, expected);
}

#[tokio::test]
async fn descriptions_are_given_in_the_wanted_format() {
    let world = World::new().await;
    let session = world.session().await;
    let labs = Session { world: &world, token: session.token.clone(), cloud_id: OTHER_CLOUD_ID.to_owned() };
    let described = |session: &Session<'_>, format: &str| {
        let path = format!("/wiki/api/v2/spaces?description-format={format}");
        let (token, cloud_id) = (session.token.clone(), session.cloud_id.clone());
        let session = Session { world: &world, token, cloud_id };
        async move { session.get(&path).await.json["results"][0]["description"].clone() }
    };
    let plain = described(&labs, "plain").await;
    assert_eq!(plain, json!({ "plain": { "representation": "plain", "value": "Trying things" } }));
    assert!(described(&labs, "view").await["view"]["value"].as_str().unwrap().contains("<em>things</em>"));
    assert_eq!(described(&session, "plain").await, json!({}), "asked for and empty");
    assert_eq!(session.get("/wiki/api/v2/spaces?description-format=odd").await.status, 400);
}

#[tokio::test]
async fn lists_of_spaces_are_sorted_and_narrowed() {
    let world = World::new().await;
    let session = world.session().await;
    add(&world, "AAA", "Zebra", "global").await;
    add(&world, "ccc", "apple", "personal").await;
    let cases: [(&str, &[&str]); 13] = [
        ("", &["BOX", "AAA", "ccc"]),
        ("sort=-id", &["ccc", "AAA", "BOX"]),
        ("sort=key", &["AAA", "BOX", "ccc"]),
        ("sort=-key", &["ccc", "BOX", "AAA"]),
        ("sort=name", &["ccc", "BOX", "AAA"]),
        ("sort=-name", &["AAA", "BOX", "ccc"]),
        ("keys=box,CCC", &["BOX", "ccc"]),
        ("keys=none", &[]),
        ("ids=98305", &["BOX"]),
        ("type=personal", &["ccc"]),
        ("status=archived", &[]),
        ("status=current", &["BOX", "AAA", "ccc"]),
        ("labels=x", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(
            session.walk(&format!("/wiki/api/v2/spaces?limit=1&{query}"), "key").await,
            expected,
            "{query}"
        );
    }
    for query in ["sort=title", "type=odd", "status=odd", "ids=x", "include-icon=odd"] {
        assert_eq!(session.get(&format!("/wiki/api/v2/spaces?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn spaces_are_found_by_their_labels_and_by_whose_favourites_they_are() {
    let world = World::new().await;
    let session = world.session_with(&format!("{SCOPES} write:confluence-space")).await;
    add(&world, "AAA", "Zebra", "global").await;
    let labels = json!([{ "prefix": "team", "name": "sea" }]);
    let labelled = session.post("/wiki/rest/api/space/AAA/label", &labels).await;
    assert_eq!(labelled.status, 200, "{}", labelled.text);
    let mut tx = world.storage.begin().await.unwrap();
    let favourite = Relation {
        name: "favourite".to_owned(),
        source: End { kind: "user".to_owned(), id: bare::ACCOUNT_ID.to_owned() },
        target: End { kind: "space".to_owned(), id: SPACE_ID.to_string() },
        author_id: bare::ACCOUNT_ID.to_owned(),
        created_at: 0,
    };
    relations::add(&mut tx, bare::CLOUD_ID, &favourite).await.unwrap();
    tx.commit().await.unwrap();
    let me = bare::ACCOUNT_ID.replace(':', "%3A");
    let cases: [(String, &[&str]); 5] = [
        ("labels=SEA,lake".to_owned(), &["AAA"]),
        ("labels=lake".to_owned(), &[]),
        (format!("favorited-by={me}"), &["BOX"]),
        (format!("not-favorited-by={me}"), &["AAA"]),
        ("favorited-by=nobody".to_owned(), &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(session.walk(&format!("/wiki/api/v2/spaces?{query}"), "key").await, expected, "{query}");
    }
}

#[tokio::test]
async fn every_site_has_its_own_spaces() {
    let world = World::new().await;
    let session = world.session().await;
    let labs = Session { world: &world, token: session.token.clone(), cloud_id: OTHER_CLOUD_ID.to_owned() };
    assert_eq!(labs.walk("/wiki/api/v2/spaces", "key").await, ["LABS"]);
    assert_eq!(session.walk("/wiki/api/v2/spaces", "key").await, ["BOX"]);
    assert_eq!(labs.get(&format!("/wiki/api/v2/spaces/{SPACE_ID}")).await.status, 404);
    assert_eq!(labs.get(&format!("/wiki/api/v2/pages/{HOMEPAGE_ID}")).await.status, 404);
    let base = &labs.get("/wiki/api/v2/spaces").await.json["_links"]["base"];
    assert_eq!(*base, "http://labs.localhost:7444/wiki");
}

#[tokio::test]
async fn parts_of_a_space_are_included_when_asked() {
    let world = World::new().await;
    let session = world.session().await;
    let path = format!("/wiki/api/v2/spaces/{SPACE_ID}");
    for (switch, member) in
        [("labels", "labels"), ("operations", "operations"), ("role-assignments", "roleAssignments")]
    {
        let space = session.get(&format!("{path}?include-{switch}=true")).await.json;
        assert!(space[member]["results"].is_array(), "{switch}: {space}");
        assert_eq!(space[member]["_links"]["self"], format!("/api/v2/spaces/{SPACE_ID}/{switch}"));
    }
    let plain = session.get(&path).await.json;
    assert_eq!((plain.get("labels"), &plain["icon"]), (None, &Value::Null));
    assert!(session.get(&format!("{path}?include-icon=true")).await.json["icon"]["path"].is_string());
}
