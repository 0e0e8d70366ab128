//! Headers, and refusals of v1.

use serde_json::json;

use crate::tests::harness::{World, id, update};

const JAVA: &str = "java.lang.IllegalArgumentException: ";

#[tokio::test]
async fn single_properties_have_no_link_header() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}/properties");
    let made = session.post(&path, &json!({ "key": "mine", "value": 1 })).await;
    assert_eq!((made.status.as_u16(), made.headers.get("link")), (200, None));
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());
    assert_eq!(session.get(&one).await.headers.get("link"), None);
    assert_eq!(session.get(&path).await.header("link"), "<http://localhost:7444/wiki>; rel=\"base\"");
}

#[tokio::test]
async fn inline_comments_tell_that_some_of_their_members_are_deprecated() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "body": { "representation": "storage", "value": "<p>High water</p>" } });
    let page = id(&session.create_page("Page", body).await);
    let comment = json!({
        "pageId": page,
        "body": { "representation": "storage", "value": "<p>When?</p>" },
        "inlineCommentProperties": {
            "textSelection": "High", "textSelectionMatchCount": 1, "textSelectionMatchIndex": 0,
        },
    });
    let made = session.post("/wiki/api/v2/inline-comments", &comment).await;
    assert_eq!(made.status, 201, "{}", made.text);
    for reply in [made, session.get("/wiki/api/v2/inline-comments").await] {
        assert!(reply.header("warning").starts_with("299 - \"Deprecated Fields: "), "{:?}", reply.headers);
        let links: Vec<&str> = reply.headers.get_all("link").iter().map(|it| it.to_str().unwrap()).collect();
        assert!(links.join(", ").contains("#CHANGE-1411>; rel=\"deprecation\""), "{links:?}");
    }
}

#[tokio::test]
async fn labels_of_v1_take_no_limit_of_zero() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    let path = format!("/wiki/rest/api/content/{page}/label");
    let zero = session.get(&format!("{path}?limit=0")).await;
    assert_eq!((zero.status.as_u16(), &zero.json["message"]), (400, &json!(format!("{JAVA}null"))));
    let both = session.get(&format!("{path}?limit=-1&start=-1")).await;
    assert_eq!(
        both.json["message"],
        format!("{JAVA}start cannot be less than zero"),
        "the start comes first"
    );
    let spelled = session.get(&format!("{path}?limit=abc")).await;
    let said = spelled.json["message"].as_str().unwrap();
    assert!(said.contains("MethodArgumentTypeMismatchException: Failed to convert value"), "{said}");
    assert!(said.ends_with("For input string: \"abc\""), "{said}");
    let many = session.get(&format!("{path}?limit=5000")).await;
    assert_eq!((many.status.as_u16(), &many.json["limit"]), (200, &json!(200)), "cut without a word");
}

#[tokio::test]
async fn some_bad_inputs_break_the_server() {
    let world = World::new().await;
    let scopes = "write:confluence-content read:confluence-content.summary read:confluence-content.all";
    let session = world.session_with(scopes).await;
    let unknown =
        session.post("/wiki/rest/api/content/archive", &json!({ "pages": [{ "id": 999_999 }] })).await;
    assert_eq!(unknown.status, 500, "{}", unknown.text);
    let key = session.get("/wiki/rest/api/content/BOX/notification/created").await;
    assert_eq!(key.status, 500, "{}", key.text);
}

#[tokio::test]
async fn lists_begin_with_their_own_number_of_rows() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{page}/likes/users?limit=0")).await.status, 200);
    for number in 0..51 {
        world.insert(crate::storage::content::Kind::Page, &format!("Page {number}"), None).await;
    }
    let pages = session.get("/wiki/api/v2/pages").await.json["results"].as_array().unwrap().len();
    assert_eq!(pages, 25);
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    let shown = session.get(&format!("/wiki/api/v2/pages/{page}?include=labels,versions&nonsense=1")).await;
    assert_eq!((shown.status.as_u16(), shown.json.get("labels")), (200, None));
}

#[tokio::test]
async fn bodies_are_shown_only_in_the_format_that_was_asked_for() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{page}")).await.json["body"], json!({}));
    let written =
        session.put(&format!("/wiki/api/v2/pages/{page}"), &update(&page, 2, "Page", "<p>x</p>")).await;
    assert_eq!(written.json["body"]["storage"]["value"], "<p>x</p>", "a write shows what was sent");
}
