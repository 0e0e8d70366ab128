//! Bodies in every representation.

use serde_json::{Value, json};

use super::harness::{SPACE_ID, World, id, update};

#[tokio::test]
async fn a_document_is_taken_and_shown_as_a_document() {
    let world = World::new().await;
    let session = world.session().await;
    let document = json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": "hi", "marks": [{ "type": "strong" }] }] } ] });
    let body = json!({ "body": { "representation": "atlas_doc_format", "value": document.to_string() } });
    let page = session.create_page("Doc", body).await;
    let shown: Value =
        serde_json::from_str(page["body"]["atlas_doc_format"]["value"].as_str().unwrap()).unwrap();
    assert_eq!(shown, document);
    let path = format!("/wiki/api/v2/pages/{}", id(&page));
    let storage = session.get(&format!("{path}?body-format=storage")).await.json;
    assert_eq!(storage["body"]["storage"]["value"], "<p><strong>hi</strong></p>");
    let mut same = update(&id(&page), 2, "Doc", "<p><strong>hi</strong></p>");
    same["body"]["representation"] = json!("storage");
    assert_eq!(
        session.put(&path, &same).await.json["version"]["number"],
        1,
        "the same content in another format"
    );
}

#[tokio::test]
async fn single_pages_are_shown_in_more_formats_than_lists() {
    let world = World::new().await;
    let session = world.session().await;
    let body =
        json!({ "body": { "representation": "storage", "value": "<p>a &amp; b<script>x</script></p>" } });
    let page = id(&session.create_page("Page", body).await);
    for format in [
        "storage",
        "atlas_doc_format",
        "view",
        "export_view",
        "anonymous_export_view",
        "styled_view",
        "editor",
    ] {
        let reply = session.get(&format!("/wiki/api/v2/pages/{page}?body-format={format}")).await.json;
        let shown = &reply["body"][format];
        assert_eq!(shown["representation"], format);
        assert!(shown["value"].as_str().unwrap().contains('b'), "{format}: {reply}");
        let is_whole = shown["value"].as_str().unwrap().starts_with("<!DOCTYPE html>");
        assert_eq!(is_whole, format == "styled_view", "{format}");
        if format.ends_with("view") {
            assert!(!shown["value"].as_str().unwrap().contains("<script"), "{format}: {reply}");
        }
        let in_lists = ["storage", "atlas_doc_format"].contains(&format);
        let list = session.get(&format!("/wiki/api/v2/pages?body-format={format}")).await;
        assert_eq!(list.status == 200, in_lists, "{format}");
    }
    assert_eq!(session.get(&format!("/wiki/api/v2/pages/{page}?body-format=wiki")).await.status, 400);
}

#[tokio::test]
async fn wiki_markup_is_read_and_shown_as_storage_format() {
    let world = World::new().await;
    let session = world.session().await;
    let body = json!({ "body": { "wiki": { "representation": "wiki", "value": "h1. Title\n* *a*" } } });
    let page = session.create_page("Wiki", body).await;
    assert_eq!(page["body"]["storage"]["value"], "<h1>Title</h1><ul><li><strong>a</strong></li></ul>");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_reason() {
    let world = World::new().await;
    let session = world.session().await;
    let cases = [
        ("storage", "<p>open", "Error parsing xhtml"),
        ("atlas_doc_format", "not json", "not valid atlas_doc_format"),
        (
            "atlas_doc_format",
            "{\"type\":\"doc\",\"version\":1,\"content\":[{\"type\":\"marquee\"}]}",
            "marquee",
        ),
        ("view", "<p></p>", "{view}"),
    ];
    for (representation, value, title) in cases {
        let body = json!({ "spaceId": SPACE_ID, "title": "A", "body": { "representation": representation, "value": value } });
        let reply = session.post("/wiki/api/v2/pages", &body).await;
        assert!(reply.status == 400 && reply.title().contains(title), "{representation}: {}", reply.text);
    }
    let body =
        json!({ "spaceId": SPACE_ID, "title": "A", "body": { "representation": "storage", "value": {} } });
    assert_eq!(session.post("/wiki/api/v2/pages", &body).await.title(), "body.value: must be a string");
}
