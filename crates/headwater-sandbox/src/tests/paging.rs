//! Cursors, in the body and in the Link header.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::harness::{SPACE_ID, World, id};

#[tokio::test]
async fn walking_a_long_list_meets_every_row_once_in_every_order() {
    let world = World::new().await;
    let session = world.session().await;
    let mut all: BTreeSet<String> = [super::harness::HOMEPAGE_ID.to_string()].into();
    for number in 0..120 {
        // Equal dates in groups of three: the id must break the ties.
        world.clock.advance_seconds(i64::from(number % 3 == 0));
        let title = format!("Page {:03} ÄÖ?>~", (number * 37) % 120);
        all.insert(id(&session.create_page(&title, json!({})).await));
    }
    for sort in [
        "",
        "id",
        "-id",
        "created-date",
        "-created-date",
        "modified-date",
        "-modified-date",
        "title",
        "-title",
    ] {
        let walked = session.walk(&format!("/wiki/api/v2/pages?limit=7&sort={sort}"), "id").await;
        assert_eq!(walked.len(), all.len(), "sort={sort}");
        assert_eq!(walked.into_iter().collect::<BTreeSet<_>>(), all, "sort={sort}");
    }
    let titles = session.walk("/wiki/api/v2/pages?limit=50&sort=-title", "title").await;
    assert!(titles.windows(2).all(|pair| pair[0].to_lowercase() >= pair[1].to_lowercase()));
    let ids = session.walk(&format!("/wiki/api/v2/spaces/{SPACE_ID}/pages?limit=11"), "id").await;
    assert_eq!(ids, all.into_iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn rows_that_come_and_go_do_not_shift_the_pages() {
    let world = World::new().await;
    let session = world.session().await;
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(id(&session.create_page(&format!("Page {number}"), json!({})).await));
    }
    let first = session.get("/wiki/api/v2/pages?limit=4&sort=-id").await.json;
    assert_eq!(first["results"][3]["id"], ids[2].as_str());
    session.create_page("New", json!({})).await;
    session.delete(&format!("/wiki/api/v2/pages/{}", ids[2])).await;
    let next = session.get(first["_links"]["next"].as_str().unwrap()).await.json;
    assert_eq!(next["results"][0]["id"], ids[1].as_str());
}

#[tokio::test]
async fn the_next_link_keeps_the_parameters_and_stands_in_body_and_header() {
    let world = World::new().await;
    let session = world.session().await;
    for number in 0..3 {
        session.create_page(&format!("Page {number}"), json!({})).await;
    }
    let reply = session.get("/wiki/api/v2/pages?limit=2&body-format=storage").await;
    let next = reply.json["_links"]["next"].as_str().unwrap();
    assert!(next.starts_with("/wiki/api/v2/pages?limit=2&body-format=storage&cursor=eyJ"), "{next}");
    assert_eq!(
        reply.header("link"),
        format!("<{next}>; rel=\"next\", <http://localhost:7444/wiki>; rel=\"base\"")
    );
    let (_, cursor) = next.split_once("cursor=").unwrap();
    let cursor: Value = serde_json::from_slice(&STANDARD.decode(cursor).unwrap()).unwrap();
    let last = &reply.json["results"][1]["id"];
    assert_eq!(cursor["id"], *last);
    assert_eq!(cursor["contentOrder"], "id");
    assert_eq!(cursor["contentOrderValue"].to_string(), last.as_str().unwrap());
    let second = session.get(next).await;
    assert_eq!(second.json["results"].as_array().unwrap().len(), 2);
    assert_eq!(
        second.json["_links"],
        json!({ "base": "http://localhost:7444/wiki" }),
        "an exact last page has no next"
    );
    assert_eq!(second.header("link"), "<http://localhost:7444/wiki>; rel=\"base\"");
}

#[tokio::test]
async fn limits_are_from_one_to_two_hundred_and_fifty() {
    let world = World::new().await;
    let session = world.session().await;
    let cases = [
        ("251", "Provided size {251} for 'limit' is greater than the max allowed: 250"),
        ("300", "Provided size {300} for 'limit' is greater than the max allowed: 250"),
        ("99999999999", "Provided size {99999999999} for 'limit' is greater than the max allowed: 250"),
        ("0", "Provided size {0} for 'limit' is less than the min allowed: 1"),
        ("-1", "Provided size {-1} for 'limit' is less than the min allowed: 1"),
        ("ten", "Provided value {ten} for 'limit' is not the correct type. Expected type is int"),
        ("", "Provided value {} for 'limit' is not the correct type. Expected type is int"),
    ];
    for path in ["pages", "blogposts", "spaces", "footer-comments"] {
        for (limit, title) in cases {
            let reply = session.get(&format!("/wiki/api/v2/{path}?limit={limit}")).await;
            assert_eq!((reply.status.as_u16(), reply.title()), (400, title), "{path} {limit}");
        }
        for limit in ["1", "250"] {
            assert_eq!(
                session.get(&format!("/wiki/api/v2/{path}?limit={limit}")).await.status,
                200,
                "{path} {limit}"
            );
        }
    }
}

#[tokio::test]
async fn cursors_that_were_not_given_out_for_this_list_are_refused() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("A", json!({})).await;
    let encode = |cursor: Value| STANDARD.encode(cursor.to_string());
    let cases = [
        "garbage".to_owned(),
        "%%%".to_owned(),
        encode(json!({})),
        encode(json!({ "id": "x", "contentOrder": "id", "contentOrderValue": 1 })),
        encode(json!({ "id": "1", "contentOrder": "id", "contentOrderValue": "1" })),
        encode(json!({ "id": "1", "contentOrder": "-id", "contentOrderValue": 1 })),
    ];
    for cursor in cases {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("cursor", &cursor).finish();
        let reply = session.get(&format!("/wiki/api/v2/pages?{query}")).await;
        assert_eq!(reply.status, 400, "{cursor}");
        assert_eq!(
            reply.title(),
            "Provided value for 'cursor' is not the correct type. Expected type is Cursor."
        );
        assert!(
            reply.json["errors"][0]["detail"]
                .as_str()
                .unwrap()
                .starts_with("The provided cursor was not valid.")
        );
    }
    let reply = session.get("/wiki/api/v2/pages?limit=1&sort=title").await.json;
    let next = reply["_links"]["next"].as_str().unwrap().replace("sort=title", "sort=id");
    assert_eq!(session.get(&next).await.status, 400, "a cursor belongs to its order");
}

#[tokio::test]
async fn lists_are_narrowed_by_their_filters() {
    let world = World::new().await;
    let session = world.session().await;
    let one = id(&session.create_page("One", json!({})).await);
    let two = id(&session.create_page("Two", json!({})).await);
    session.delete(&format!("/wiki/api/v2/pages/{two}")).await;
    let cases: [(String, &[&str]); 12] = [
        (String::new(), &["Sandbox Home", "One"]),
        ("title=one".to_owned(), &["One"]),
        ("title=On".to_owned(), &[]),
        ("title=".to_owned(), &[]),
        (format!("id={one},{two}"), &["One"]),
        (format!("id={one}&id={}", super::harness::HOMEPAGE_ID), &["Sandbox Home", "One"]),
        (format!("space-id={SPACE_ID}"), &["Sandbox Home", "One"]),
        ("space-id=1".to_owned(), &[]),
        ("status=trashed".to_owned(), &["Two"]),
        ("status=current,trashed".to_owned(), &["Sandbox Home", "One", "Two"]),
        ("status=deleted".to_owned(), &[]),
        ("status=archived".to_owned(), &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(session.walk(&format!("/wiki/api/v2/pages?{query}"), "title").await, expected, "{query}");
    }
    let many = (0..251).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let long = format!("id={many}");
    for query in [
        "status=draft",
        "status=odd",
        "sort=odd",
        "body-format=view",
        "id=x",
        "space-id=x",
        "subtype=odd",
        &long,
    ] {
        let reply = session.get(&format!("/wiki/api/v2/pages?{query}")).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json["errors"][0]["code"]),
            (400, &json!("INVALID_REQUEST_PARAMETER")),
            "{query}"
        );
    }
    let roots = session.walk(&format!("/wiki/api/v2/spaces/{SPACE_ID}/pages?depth=root"), "title").await;
    assert_eq!(roots, ["Sandbox Home"]);
}
