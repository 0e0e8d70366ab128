//! Pages: created, read, moved, updated.

use serde_json::{Value, json};

use super::harness::{HOMEPAGE_ID, OTHER_ACCOUNT_ID, SPACE_ID, World, id, update};
use crate::bare;

fn storage(value: &str) -> Value {
    json!({ "representation": "storage", "value": value })
}

#[tokio::test]
async fn a_new_page_is_version_one_below_the_homepage_and_shows_its_body() {
    let world = World::new().await;
    let session = world.session().await;
    let page = session.create_page("Plan", json!({ "body": storage("<p>go</p>") })).await;
    let page_id = id(&page);
    let expected = json!({
        "id": page_id,
        "status": "current",
        "title": "Plan",
        "spaceId": SPACE_ID.to_string(),
        "parentId": HOMEPAGE_ID.to_string(),
        "parentType": "page",
        "position": 0,
        "authorId": bare::ACCOUNT_ID,
        "ownerId": bare::ACCOUNT_ID,
        "lastOwnerId": null,
        "createdAt": "2026-11-01T00:00:00.000Z",
        "version": {
            "createdAt": "2026-11-01T00:00:00.000Z",
            "message": "",
            "number": 1,
            "minorEdit": false,
            "authorId": bare::ACCOUNT_ID,
            "ncsStepVersion": null,
        },
        "body": { "storage": { "representation": "storage", "value": "<p>go</p>" } },
        "_links": {
            "editui": format!("/pages/resumedraft.action?draftId={page_id}"),
            "webui": format!("/spaces/BOX/pages/{page_id}/Plan"),
            "edituiv2": format!("/spaces/BOX/pages/edit-v2/{page_id}"),
            "tinyui": "/x/BIAB",
            "base": "http://localhost:7444/wiki",
        },
    });
    assert_eq!(page, expected);
    let second = session.create_page("Second", json!({})).await;
    assert_eq!(second["position"], 1, "siblings come one after the other");
    assert_eq!(second["body"], json!({}));
}

#[tokio::test]
async fn bodies_are_taken_in_both_forms() {
    let world = World::new().await;
    let session = world.session().await;
    let nested = json!({ "body": { "storage": { "value": "<p>n</p>", "representation": "storage" } } });
    let page = session.create_page("Nested", nested).await;
    assert_eq!(page["body"]["storage"]["value"], "<p>n</p>");
}

#[tokio::test]
async fn ids_are_assigned_and_those_of_clients_ignored() {
    let world = World::new().await;
    let session = world.session().await;
    let page = session.create_page("Mine", json!({ "id": "7" })).await;
    assert_ne!(page["id"], "7");
}

#[tokio::test]
async fn a_page_goes_where_it_is_asked_to() {
    let world = World::new().await;
    let session = world.session().await;
    let parent = session.create_page("Parent", json!({})).await;
    let child = session.create_page("Child", json!({ "parentId": id(&parent) })).await;
    assert_eq!(child["parentId"], parent["id"]);
    let body = json!({ "spaceId": SPACE_ID, "title": "Top" });
    let top = session.post("/wiki/api/v2/pages?root-level=true", &body).await.json;
    assert_eq!((&top["parentId"], &top["parentType"]), (&Value::Null, &Value::Null));
}

fn refused_creations(space: &str, foreign_space: &Value) -> Vec<(Value, u16, &'static str, &'static str)> {
    let long = "x".repeat(256);
    vec![
        (json!({ "title": "A" }), 400, "INVALID_REQUEST_BODY", "spaceId: must not be null"),
        (json!({ "spaceId": null, "title": "A" }), 400, "INVALID_REQUEST_BODY", "spaceId: must not be null"),
        (
            json!({ "spaceId": "Docs", "title": "A" }),
            400,
            "INVALID_REQUEST_PARAMETER",
            "Provided value {Docs} for 'spaceId' is not the correct type. Expected type is Long",
        ),
        (json!({ "spaceId": space }), 400, "INVALID_REQUEST_BODY", "Non-drafts cannot have empty titles"),
        (
            json!({ "spaceId": space, "title": "  " }),
            400,
            "INVALID_REQUEST_BODY",
            "Non-drafts cannot have empty titles",
        ),
        (
            json!({ "spaceId": space, "title": long }),
            400,
            "INVALID_REQUEST_BODY",
            "title: size must be between 0 and 255",
        ),
        (json!({ "spaceId": space, "title": 7 }), 400, "INVALID_REQUEST_BODY", "title: must be a string"),
        (
            json!({ "spaceId": space, "title": "A", "status": "archived" }),
            400,
            "INVALID_REQUEST_BODY",
            "{archived}",
        ),
        (json!({ "spaceId": space, "title": "A", "subtype": "odd" }), 400, "INVALID_REQUEST_BODY", "subtype"),
        (
            json!({ "spaceId": space, "title": "A", "body": "text" }),
            400,
            "INVALID_REQUEST_BODY",
            "body: must be an object",
        ),
        (
            json!({ "spaceId": space, "title": "A", "body": { "value": "x" } }),
            400,
            "INVALID_REQUEST_BODY",
            "body.representation",
        ),
        (
            json!({ "spaceId": space, "title": "A", "body": storage("<p>") }),
            400,
            "INVALID_REQUEST_BODY",
            "Error parsing xhtml",
        ),
        (json!({ "spaceId": "1", "title": "A" }), 404, "NOT_FOUND", "Cannot find a space with id [1]"),
        (json!({ "spaceId": foreign_space, "title": "A" }), 404, "NOT_FOUND", "Cannot find a space with id"),
        (json!({ "spaceId": space, "title": "A", "parentId": "1" }), 404, "NOT_FOUND", "parent"),
        (json!({ "spaceId": space, "title": "A", "parentId": SPACE_ID }), 404, "NOT_FOUND", "parent"),
        (json!([]), 400, "INVALID_REQUEST_BODY", "must be a JSON object"),
    ]
}

#[tokio::test]
async fn creation_is_refused_with_the_reason() {
    let world = World::new().await;
    let session = world.session().await;
    let labs = super::harness::Session {
        world: &world,
        token: session.token.clone(),
        cloud_id: super::harness::OTHER_CLOUD_ID.to_owned(),
    };
    let spaces = labs.get("/wiki/api/v2/spaces").await.json;
    let space = SPACE_ID.to_string();
    for (body, status, code, title) in refused_creations(&space, &spaces["results"][0]["id"]) {
        let reply = session.post("/wiki/api/v2/pages", &body).await;
        assert_eq!(reply.status.as_u16(), status, "{body}: {}", reply.text);
        assert_eq!(reply.json["errors"][0]["code"], code, "{body}");
        assert_eq!(reply.json["errors"][0]["status"], status);
        assert!(reply.title().contains(title), "{body}: {}", reply.text);
    }
    let body = json!({ "spaceId": space, "title": "A", "parentId": HOMEPAGE_ID });
    assert_eq!(session.post("/wiki/api/v2/pages?root-level=true", &body).await.status, 400);
    let reply = session.post("/wiki/api/v2/pages?private=perhaps", &body).await;
    assert_eq!(
        reply.title(),
        "Provided value {perhaps} for 'private' is not the correct type. Expected type is boolean"
    );
    assert_eq!(
        session.get("/wiki/api/v2/pages?title=A").await.json["results"],
        json!([]),
        "nothing was created"
    );
}

#[tokio::test]
async fn titles_are_unique_among_the_pages_of_a_space_whatever_their_case() {
    let world = World::new().await;
    let session = world.session().await;
    session.create_page("Über Plan", json!({})).await;
    let taken =
        "A page with this title already exists: A page already exists with the same TITLE in this space";
    for title in ["Über Plan", "ÜBER PLAN", "über plan"] {
        let reply = session.post("/wiki/api/v2/pages", &json!({ "spaceId": SPACE_ID, "title": title })).await;
        assert_eq!((reply.status.as_u16(), reply.title()), (400, taken), "{title}");
    }
    let other = session.create_page("Other", json!({})).await;
    let reply = session.update_page(&id(&other), 2, "über plan", "").await;
    assert_eq!((reply.status.as_u16(), reply.title()), (400, taken));
    let body = json!({ "status": "current", "title": "ÜBER plan" });
    let reply = session.put(&format!("/wiki/api/v2/pages/{}/title", id(&other)), &body).await;
    assert_eq!((reply.status.as_u16(), reply.title()), (400, taken));
}

#[tokio::test]
async fn a_page_may_change_the_case_of_its_own_title() {
    let world = World::new().await;
    let session = world.session().await;
    let page = session.create_page("plan", json!({})).await;
    let reply = session.update_page(&id(&page), 2, "Plan", "").await;
    assert_eq!((reply.status.as_u16(), &reply.json["title"]), (200, &json!("Plan")));
}

#[tokio::test]
async fn private_pages_are_their_authors_alone() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "spaceId": SPACE_ID, "title": "Secret" });
    let page = session.post("/wiki/api/v2/pages?private=true", &body).await.json;
    let path = format!("/wiki/api/v2/pages/{}", id(&page));
    let other = world.other_user().await;
    assert_eq!(session.get(&path).await.status, 200);
    let reply = other.get(&path).await;
    assert_eq!(
        (reply.status.as_u16(), reply.title().to_owned()),
        (404, format!("Cannot find a page with id [{}]", id(&page)))
    );
    assert_eq!(other.get("/wiki/api/v2/pages?title=Secret").await.json["results"], json!([]));
    assert_eq!(session.get("/wiki/api/v2/pages?title=Secret").await.json["results"][0]["id"], page["id"]);
    assert_eq!(other.delete(&path).await.status, 404);
    let labels = format!("/wiki/rest/api/content/{}/label", id(&page));
    assert_eq!(other.post(&labels, &json!({ "name": "x" })).await.status, 404);
}

#[tokio::test]
async fn what_is_not_there_is_named_in_the_404() {
    let world = World::new().await;
    let session = world.session().await;
    let cases = [
        ("/wiki/api/v2/pages/7", "Cannot find a page with id [7]"),
        ("/wiki/api/v2/blogposts/7", "Cannot find a blogpost with id [7]"),
        ("/wiki/api/v2/pages/7/children", "Cannot find a page with id [7]"),
        ("/wiki/api/v2/pages/7/direct-children", "Cannot find [page] entity with id [7]"),
        ("/wiki/api/v2/pages/7/labels", "Cannot find a page with id [7]"),
        ("/wiki/api/v2/pages/7/versions", "Cannot find a page with id [7]"),
        ("/wiki/api/v2/pages/7/attachments", "Cannot find a page with id [7]"),
        ("/wiki/api/v2/pages/7/footer-comments", "Cannot find a page with id [7]"),
        ("/wiki/api/v2/spaces/7", "Cannot find a space with id [7]"),
        ("/wiki/api/v2/spaces/7/pages", "Cannot find a space with id [7]"),
    ];
    for (path, title) in cases {
        let reply = session.get(path).await;
        let expected =
            json!({ "errors": [{ "status": 404, "code": "NOT_FOUND", "title": title, "detail": null }] });
        assert_eq!((reply.status.as_u16(), reply.json), (404, expected), "{path}");
    }
    let blog_post = format!("/wiki/api/v2/blogposts/{HOMEPAGE_ID}");
    assert_eq!(session.get(&blog_post).await.status, 404, "a page is no blog post");
}

#[tokio::test]
async fn ids_that_are_no_numbers_are_refused() {
    let world = World::new().await;
    let session = world.session().await;
    for path in [
        "pages/abc",
        "blogposts/abc",
        "spaces/abc",
        "pages/abc/children",
        "pages/abc/labels",
        "spaces/abc/pages",
    ] {
        let reply = session.get(&format!("/wiki/api/v2/{path}")).await;
        let title = "Provided value {abc} for 'id' is not the correct type. Expected type is long";
        assert_eq!((reply.status.as_u16(), reply.title()), (400, title), "{path}");
    }
}

#[tokio::test]
async fn parts_are_included_when_asked() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Parent", json!({})).await);
    session.create_page("Child", json!({ "parentId": page })).await;
    session.update_page(&page, 2, "Parent", "<p>2</p>").await;
    session
        .post(&format!("/wiki/rest/api/content/{page}/label"), &json!([{ "prefix": "global", "name": "x" }]))
        .await;
    let path = format!("/wiki/api/v2/pages/{page}");
    let plain = session.get(&path).await.json;
    for part in
        ["labels", "versions", "operations", "likes", "direct-children", "properties", "collaborators"]
    {
        assert_eq!(plain.get(part), None, "{part}");
        let reply = session.get(&format!("{path}?include-{part}=true")).await.json;
        let links = &reply[part]["_links"]["self"];
        assert_eq!(*links, format!("/api/v2/pages/{page}/{part}"), "{part}");
        let expected = match part {
            "labels" | "direct-children" | "collaborators" => 1,
            "versions" => 2,
            "operations" => 15,
            _ => 0,
        };
        assert_eq!(reply[part]["results"].as_array().unwrap().len(), expected, "{part}");
        assert_eq!(reply[part]["meta"]["hasMore"], false, "{part}");
    }
    let reply = session.get(&format!("{path}?include-likes=true")).await.json;
    assert_eq!(reply["likes"]["meta"]["count"], 0);
    let reply = session.get(&format!("{path}?include-version=false")).await.json;
    assert_eq!(reply.get("version"), None);
    assert_eq!(session.get(&format!("{path}?include-labels=maybe")).await.status, 400);
}

#[tokio::test]
async fn children_come_in_the_order_of_the_tree() {
    let world = World::new().await;
    let session = world.session().await;
    let parent = id(&session.create_page("Parent", json!({})).await);
    for title in ["c", "a", "b"] {
        session.create_page(title, json!({ "parentId": parent })).await;
    }
    for (list, sort, expected) in [
        ("children", "", ["c", "a", "b"]),
        ("direct-children", "", ["c", "a", "b"]),
        ("children", "?sort=-child-position", ["b", "a", "c"]),
        ("direct-children", "?sort=title", ["a", "b", "c"]),
    ] {
        let path = format!("/wiki/api/v2/pages/{parent}/{list}{sort}");
        assert_eq!(session.walk(&path, "title").await, expected, "{path}");
    }
    let child = session.get(&format!("/wiki/api/v2/pages/{parent}/children?limit=1")).await.json["results"]
        [0]
    .clone();
    assert_eq!(child["childPosition"], 0);
    assert_eq!(child["spaceId"], SPACE_ID.to_string());
    let direct =
        session.get(&format!("/wiki/api/v2/pages/{parent}/direct-children?limit=1")).await.json["results"][0]
            .clone();
    assert_eq!((direct.get("spaceId"), &direct["type"]), (None, &json!("page")));
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{parent}/children?sort=title")).await.status, 400);
}

#[tokio::test]
async fn a_page_moves_with_its_update_but_not_in_a_circle() {
    let world = World::new().await;
    let session = world.session().await;
    let one = id(&session.create_page("One", json!({})).await);
    let two = id(&session.create_page("Two", json!({ "parentId": one })).await);
    let three = id(&session.create_page("Three", json!({ "parentId": two })).await);
    let below = |child: &str, number, title: &str, parent: &str| {
        let mut body = update(child, number, title, "");
        body["parentId"] = json!(parent);
        body
    };
    let moved = session.put(&format!("/wiki/api/v2/pages/{three}"), &below(&three, 2, "Three", &one)).await;
    assert_eq!(moved.json["parentId"], one);
    assert_eq!(moved.json["version"]["number"], 1, "a move alone makes no version");
    for parent in [&one, &two] {
        let reply = session.put(&format!("/wiki/api/v2/pages/{one}"), &below(&one, 2, "One", parent)).await;
        assert_eq!(
            (reply.status.as_u16(), reply.title()),
            (400, "parentId: a page cannot be moved below itself")
        );
    }
}

#[tokio::test]
async fn a_page_can_be_given_to_another_owner() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Gift", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}");
    let mut body = update(&page, 2, "Gift", "<p>x</p>");
    body["ownerId"] = json!(OTHER_ACCOUNT_ID);
    let given = session.put(&path, &body).await.json;
    assert_eq!(
        (&given["ownerId"], &given["lastOwnerId"]),
        (&json!(OTHER_ACCOUNT_ID), &json!(bare::ACCOUNT_ID))
    );
    body["ownerId"] = json!("nobody");
    body["version"]["number"] = json!(3);
    assert_eq!(session.put(&path, &body).await.status, 400);
}

#[tokio::test]
async fn live_documents_say_so_and_pages_do_not() {
    let world = World::new().await;
    let session = world.session().await;
    let live = session.create_page("Live", json!({ "subtype": "live" })).await;
    let page = session.create_page("Page", json!({})).await;
    assert_eq!((live.get("subtype"), page.get("subtype")), (Some(&json!("live")), None));
    assert_eq!(session.walk("/wiki/api/v2/pages?subtype=live", "title").await, ["Live"]);
    assert_eq!(session.walk("/wiki/api/v2/pages?subtype=page", "title").await, ["Sandbox Home", "Page"]);
}

#[tokio::test]
async fn the_homepage_has_the_address_of_its_space() {
    let world = World::new().await;
    let session = world.session().await;
    let page = session.get(&format!("/wiki/api/v2/pages/{HOMEPAGE_ID}")).await.json;
    assert_eq!(page["_links"]["webui"], "/spaces/BOX/overview");
    assert_eq!(page["parentId"], Value::Null);
}
