//! CQL over HTTP.

use serde_json::json;

use super::harness::{SCOPES, SPACE_ID, World, id};

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

async fn titles(session: &super::harness::Session<'_>, cql: &str) -> Vec<String> {
    let reply = session.get(&search(cql)).await;
    assert_eq!(reply.status, 200, "{cql}: {}", reply.text);
    let rows = reply.json["results"].as_array().unwrap().iter();
    rows.map(|row| row["title"].as_str().unwrap().replace("@@@hl@@@", "").replace("@@@endhl@@@", ""))
        .collect()
}

fn with_body(text: &str) -> serde_json::Value {
    json!({ "body": { "representation": "storage", "value": format!("<p>{text}</p>") } })
}

#[tokio::test]
async fn wildcards_and_fuzzy_words_stand_for_the_words_of_the_site() {
    let world = World::new().await;
    let session = world.session().await;
    for (title, text) in [("One", "walrus"), ("Two", "walnut"), ("Three", "harbour master")] {
        session.create_page(title, with_body(text)).await;
    }
    let table: [(&str, &[&str]); 8] = [
        ("text ~ \"wal*\"", &["One", "Two"]),
        ("text ~ \"wal?us\"", &["One"]),
        ("text ~ \"*nut\"", &["Two"]),
        ("text ~ \"walris~\"", &["One"]),
        ("text ~ \"wallrus~1 \"", &["One"]),
        ("text ~ \"\\\"harbour master\\\"\"", &["Three"]),
        ("text ~ \"\\\"master harbour\\\"\"", &[]),
        ("text ~ \"z*z\"", &[]),
    ];
    for (cql, expected) in table {
        assert_eq!(titles(&session, cql).await, expected, "{cql}");
    }
}

#[tokio::test]
async fn a_search_of_the_site_puts_first_what_fits_best() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Notes", with_body(&format!("walrus {}", "and other animals ".repeat(40)))).await;
    session.create_page("Walrus", with_body("walrus walrus")).await;
    assert_eq!(titles(&session, "siteSearch ~ walrus").await, ["Walrus", "Notes"]);
    assert_eq!(titles(&session, "text ~ walrus").await, ["Notes", "Walrus"], "by id");
    assert_eq!(titles(&session, "siteSearch ~ walrus ORDER BY title").await, ["Notes", "Walrus"]);
}

#[tokio::test]
async fn a_search_of_the_site_between_two_parts_is_dropped() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Walrus", json!({})).await;
    session.create_page("Seal", json!({})).await;
    let dropped = "type = page AND siteSearch ~ walrus AND parent = 98306";
    assert_eq!(titles(&session, dropped).await, ["Walrus", "Seal"]);
    let kept = "type = page AND parent = 98306 AND siteSearch ~ walrus";
    assert_eq!(titles(&session, kept).await, ["Walrus"]);
    let reply = session.get(&search("siteSearch ~ \"\"")).await;
    assert_eq!(reply.status, 500);
    assert!(reply.json["message"].as_str().unwrap().starts_with("java.lang.NullPointerException"));
    assert_eq!(session.get(&search("title = \"\"")).await.status, 400);
}

#[tokio::test]
async fn spaces_are_rows_without_content() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Boxes", json!({})).await;
    let reply = session.get(&search("type = space")).await;
    let row = &reply.json["results"][0];
    assert_eq!(
        (&row["space"]["key"], row.get("content"), &row["entityType"]),
        (&json!("BOX"), None, &json!("space"))
    );
    assert_eq!(reply.json["totalSize"], 1);
    let both = session.get(&search("type in (space, page) AND title ~ box* ORDER BY title")).await;
    let kinds: Vec<&str> = both.json["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["entityType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), usize::try_from(both.json["totalSize"].as_i64().unwrap()).unwrap());
    assert!(kinds.contains(&"space") && kinds.contains(&"content"), "{kinds:?}");
    assert_eq!(titles(&session, "type = page AND space.key = BOX").await.len(), 2);
}

#[tokio::test]
async fn excerpts_are_of_the_kind_that_was_asked_for() {
    let world = World::new().await;
    let session = world.session().await;
    let text = "Where the walrus sleeps &amp; eats, nobody else does. ".repeat(5);
    session.create_page("Animals", with_body(&text)).await;
    let excerpt = async |more: &str| {
        let path = format!("{}{more}", search("text ~ walrus"));
        session.get(&path).await.json["results"][0]["excerpt"].as_str().unwrap().to_owned()
    };
    let marked = excerpt("").await;
    assert!(marked.contains("the @@@hl@@@walrus@@@endhl@@@ sleeps &amp; eats"), "{marked}");
    assert!(excerpt("&excerpt=highlight_unescaped").await.contains("sleeps & eats"));
    assert_eq!(
        excerpt("&excerpt=indexed_unescaped").await,
        "Where the walrus sleeps & eats, nobody else does. "
    );
    assert_eq!(excerpt("&excerpt=none").await, "");
    assert_eq!(excerpt("&excerpt=nonsense").await, "");
    let unmarked = session.get(&search("title = Animals")).await.json["results"][0]["excerpt"].clone();
    assert!(unmarked.as_str().unwrap().starts_with("Where the walrus"), "{unmarked}");
}

#[tokio::test]
async fn functions_stand_for_what_the_user_did() {
    let world = World::new().await;
    let session = world
        .session_with(&format!("{SCOPES} write:confluence-content read:confluence-content.summary"))
        .await;
    let page = id(&session.create_page("Page", json!({})).await);
    let star = |target: &str| format!("/wiki/rest/api/relation/favourite/from/user/current/to/{target}");
    assert_eq!(titles(&session, "favourite = currentUser()").await, Vec::<String>::new());
    assert_eq!(session.get(&star(&format!("content/{page}"))).await.status, 404);
    let made = session.put(&star(&format!("content/{page}")), &json!({})).await;
    assert_eq!((made.status.as_u16(), &made.json["name"]), (200, &json!("favourite")), "{}", made.text);
    session.put(&star("space/BOX"), &json!({})).await;
    assert_eq!(titles(&session, "favourite = currentUser()").await, ["Page"]);
    assert_eq!(titles(&session, "space in (favouriteSpaces()) and title = Page").await, ["Page"]);
    assert_eq!(titles(&session, "space in favouriteSpaces() and title = Page").await, ["Page"]);
    assert_eq!(
        session.get("/wiki/rest/api/relation/favourite/from/user/current/to/content").await.status,
        501
    );
    let shown = format!("/wiki/api/v2/pages/{page}?include-favorited-by-current-user-status=true");
    assert_eq!(session.get(&shown).await.json["isFavoritedByCurrentUser"], true);
    assert_eq!(session.delete(&star(&format!("content/{page}"))).await.status, 204);
    assert_eq!(session.get(&shown).await.json["isFavoritedByCurrentUser"], false);

    assert_eq!(titles(&session, "id in recentlyViewedContent(5)").await, Vec::<String>::new());
    world.get(&format!("/wiki/spaces/BOX/pages/{page}")).await;
    assert_eq!(titles(&session, "id in recentlyViewedContent(5)").await, ["Page"]);
    assert_eq!(titles(&session, "id in recentlyViewedContent(5, 1)").await, Vec::<String>::new());
    assert_eq!(titles(&session, "space in recentlyViewedSpaces(1) and title = Page").await, ["Page"]);
    for (what, count) in [("views", 1), ("viewers", 1)] {
        let reply = session.get(&format!("/wiki/rest/api/analytics/content/{page}/{what}")).await;
        assert_eq!(reply.json, json!({ "id": page.parse::<i64>().unwrap(), "count": count }));
    }

    assert_eq!(session.get(&search("space = currentSpace()")).await.status, 400, "without a context");
    let context = format!(
        "{}&cqlcontext=%7B%22spaceKey%22%3A%22BOX%22%7D",
        search("space = currentSpace() and title = Page")
    );
    assert_eq!(session.get(&context).await.json["totalSize"], 1);
}

#[tokio::test]
async fn relations_of_ones_own_are_listed_from_both_ends() {
    let world = World::new().await;
    let session = world
        .session_with(&format!("{SCOPES} write:confluence-content read:confluence-content.summary"))
        .await;
    let one = id(&session.create_page("One", json!({})).await);
    let other = id(&session.create_page("Other", json!({})).await);
    let path = format!(
        "/wiki/rest/api/relation/sibling/from/content/{one}/to/content/{other}?expand=target,relationData"
    );
    let made = session.put(&path, &json!({})).await;
    assert_eq!(made.json["target"]["title"], "Other", "{}", made.text);
    assert_eq!(made.json["_expandable"], json!({ "source": "" }));
    for list in [format!("from/content/{one}/to/content"), format!("to/content/{other}/from/content")] {
        let found = session.get(&format!("/wiki/rest/api/relation/sibling/{list}")).await.json;
        assert_eq!(found["size"], 1, "{list}");
    }
    let wrong = format!("/wiki/rest/api/relation/sibling/from/planet/{one}/to/content");
    assert_eq!(session.get(&wrong).await.status, 400);
}

#[tokio::test]
async fn people_have_a_search_of_their_own() {
    let world = World::new().await;
    let session = world.session().await;
    let path = |cql: &str| search(cql).replace("/search?", "/search/user?");
    let reply = session.get(&path("user = currentUser()")).await;
    assert_eq!((&reply.json["size"], &reply.json["results"][0]["entityType"]), (&json!(1), &json!("user")));
    assert_eq!(session.get(&path("title ~ x")).await.status, 400);
    assert_eq!(session.get(&path("")).await.status, 400);
    assert_eq!(session.get(&search("user = currentUser()")).await.status, 400, "only there");
}

#[tokio::test]
async fn content_is_also_found_without_rows_around_it() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Page", json!({})).await;
    let path = search("type = page").replace("/search?", "/content/search?");
    let reply = session.get(&format!("{path}&limit=1")).await.json;
    assert_eq!(reply["results"][0]["type"], "page");
    assert_eq!(reply.get("totalSize"), None);
    let next = reply["_links"]["next"].as_str().unwrap();
    assert!(next.starts_with("/rest/api/content/search?next=true&cursor="), "{next}");
    let expanded = session.get(&format!("{path}&expand=body.storage,version")).await.json;
    assert_eq!(expanded["results"][1]["version"]["number"], 1);
}

#[tokio::test]
async fn what_is_found_does_not_depend_on_how_it_is_read_and_large_numbers_are_estimated() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    world.sandbox.generate_pages(1500, 1).await.unwrap();
    let found = async |cql: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(cql.as_bytes()).collect();
        let mut next = Some(format!("/wiki/rest/api/search?limit=250&cql={encoded}"));
        let (mut ids, mut totals) = (Vec::new(), Vec::new());
        while let Some(path) = next {
            let page = session.get(&path).await.json;
            ids.extend(page["results"].as_array().unwrap().iter().map(|row| id(&row["content"])));
            totals.push(page["totalSize"].as_i64().unwrap());
            next = page["_links"]["next"].as_str().map(|path| format!("/wiki{path}"));
        }
        (ids, totals)
    };
    for word in ["harbour", "restore", "\"restore backup\"", "nothing"] {
        let (driven, totals) = found(&format!("type = page and text ~ {word}")).await;
        let (read, _) = found(&format!("type = page and (text ~ {word} or text ~ {word})")).await;
        assert_eq!(driven, read, "{word}");
        let mut sorted = found(&format!("text ~ {word} and type = page order by id desc")).await.0;
        sorted.reverse();
        assert_eq!(driven, sorted, "{word}");
        let exact = i64::try_from(driven.len()).unwrap();
        assert_eq!(*totals.last().unwrap(), exact, "the last page knows");
        for total in totals {
            assert!((total - exact).abs() * 5 <= exact, "{word}: {total} is no estimate of {exact}");
            assert!(exact > 300 || total == exact, "{word}: {exact} are counted");
        }
    }
}
