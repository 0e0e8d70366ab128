//! Bodies in every representation.

use serde_json::{Value, json};

use super::harness::{PUBLIC_URL, SCOPES, SPACE_ID, Session, World, id, update};
use crate::bare;
use crate::storage::attachments::{self, Attachment};
use crate::storage::content::Kind;

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

const FILE_ID: &str = "0d9f7c1e-aaaa-4bbb-8ccc-ddddeeeeffff";

/// Attaches a picture to a page.
async fn attach(world: &World, page: &str) {
    let page = page.parse().unwrap();
    let file = world.insert(Kind::Attachment, "a b.png", Some(page)).await;
    let about = Attachment {
        content_id: file,
        container_id: page,
        media_type: "image/png".to_owned(),
        file_size: 1,
        comment: String::new(),
        file_id: FILE_ID.to_owned(),
    };
    let mut tx = world.storage.begin().await.unwrap();
    attachments::insert(&mut tx, &about, b"x").await.unwrap();
    tx.commit().await.unwrap();
}

/// A page that refers to others, to people and files, and lists what is below it.
async fn referring(session: &Session<'_>) -> String {
    let link = |title: &str, words: &str| {
        format!("<ac:link><ri:page ri:content-title=\"{title}\"/>{words}</ac:link>")
    };
    let body = format!(
        "<p>{} {} {} <ac:link><ri:user ri:account-id=\"{}\"/></ac:link> <ac:image ac:width=\"20\"><ri:attachment \
         ri:filename=\"a b.png\"/></ac:image></p><ac:structured-macro ac:name=\"children\"/>",
        link("open", "<ac:link-body>go</ac:link-body>"),
        link("Secret", ""),
        link("Nowhere", ""),
        bare::ACCOUNT_ID,
    );
    let body = json!({ "body": { "representation": "storage", "value": body } });
    id(&session.create_page("Refers", body).await)
}

#[tokio::test]
async fn a_view_leads_to_what_a_body_refers_to_if_its_reader_may_see_it() {
    let world = World::new().await;
    let session = world.session().await;
    let open = id(&session.create_page("Open", json!({})).await);
    let secret = json!({ "spaceId": SPACE_ID.to_string(), "title": "Secret" });
    let secret = id(&session.post("/wiki/api/v2/pages?private=true", &secret).await.json);
    let page = referring(&session).await;
    attach(&world, &page).await;
    let child = id(&session.create_page("Below", json!({ "parentId": page })).await);
    let other = world.other_user().await;
    for (reader, sees_secret) in [(&session, true), (&other, false)] {
        let path = format!("/wiki/api/v2/pages/{page}?body-format=view");
        let html = reader.get(&path).await.json["body"]["view"]["value"].as_str().unwrap().to_owned();
        for expected in [
            format!("<a href=\"/wiki/spaces/BOX/pages/{open}/Open\" data-linked-resource-id=\"{open}\""),
            ">go</a>".to_owned(),
            "<a class=\"confluence-link unresolved\" href=\"#\">Nowhere</a>".to_owned(),
            ">@Robin Sand</a>".to_owned(),
            format!("src=\"{PUBLIC_URL}/wiki/download/attachments/{page}/a%20b%2Epng?version=1"),
            "data-linked-resource-content-type=\"image/png\"".to_owned(),
            format!("<ul class=\"childpages-macro\"><li><a href=\"/wiki/spaces/BOX/pages/{child}/Below\""),
        ] {
            assert!(html.contains(&expected), "{expected} is not in {html}");
        }
        let leads = html.contains(&format!("data-linked-resource-id=\"{secret}\""));
        assert_eq!(leads, sees_secret, "{html}");
    }
    let path = format!("/wiki/api/v2/pages/{page}?body-format=atlas_doc_format");
    let document = session.get(&path).await.json["body"]["atlas_doc_format"]["value"].clone();
    for expected in [
        format!("\"href\":\"{PUBLIC_URL}/wiki/spaces/BOX/pages/{open}/Open\""),
        "\"text\":\"@Robin Sand\"".to_owned(),
        format!("\"id\":\"{FILE_ID}\""),
        format!("\"collection\":\"contentId-{page}\""),
    ] {
        assert!(document.as_str().unwrap().contains(&expected), "{expected} is not in {document}");
    }
    let exported = session.get(&format!("/wiki/api/v2/pages/{page}?body-format=export_view")).await.json;
    let html = exported["body"]["export_view"]["value"].as_str().unwrap();
    assert!(html.contains(&format!("<a href=\"{PUBLIC_URL}/wiki/spaces/BOX/pages/{open}/Open\"")), "{html}");
}

#[tokio::test]
async fn documents_may_name_files_by_their_ids() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    attach(&world, &page).await;
    let media = json!({ "type": "media", "attrs": { "type": "file", "id": FILE_ID, "collection": format!("contentId-{page}") } });
    let document =
        json!({ "type": "doc", "version": 1, "content": [{ "type": "mediaSingle", "content": [media] }] });
    let mut change = update(&page, 2, "Page", &document.to_string());
    change["body"]["representation"] = json!("atlas_doc_format");
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.put(&path, &change).await.status, 200);
    let kept = session.get(&format!("{path}?body-format=storage")).await.json;
    let expected = "<ac:image><ri:attachment ri:filename=\"a b.png\" /></ac:image>";
    assert_eq!(kept["body"]["storage"]["value"], expected);
}

#[tokio::test]
async fn what_is_written_with_v1_is_told_back_and_expanded_by_any_name_of_it() {
    let world = World::new().await;
    let session =
        world.session_with(&format!("{SCOPES} write:confluence-content read:confluence-content.all")).await;
    let body = json!({ "type": "page", "title": "Classic", "space": { "key": "BOX" },
        "body": { "storage": { "value": "<p>a</p>", "representation": "storage" } } });
    let made = session.post("/wiki/rest/api/content", &body).await.json;
    assert_eq!(made["body"]["storage"]["value"], "<p>a</p>", "{made}");
    let page = id(&made);
    session.post(&format!("/wiki/rest/api/content/{page}/label"), &json!([{ "name": "x" }])).await;
    let expand = "body.view.value,metadata.labels,history.lastUpdated,ancestors";
    let read = session.get(&format!("/wiki/rest/api/content/{page}?expand={expand}")).await.json;
    assert_eq!(read["body"]["view"]["value"], "<p>a</p>");
    assert_eq!(read["metadata"]["labels"]["results"][0]["name"], "x");
    assert_eq!(read["history"]["lastUpdated"]["number"], 1);
    assert_eq!(read["ancestors"][0]["title"], "Sandbox Home");
    let comment = json!({ "type": "comment", "container": { "id": page, "type": "page" },
        "body": { "storage": { "value": "<p>c</p>", "representation": "storage" } } });
    let comment = session.post("/wiki/rest/api/content", &comment).await.json;
    let web = format!("/spaces/BOX/pages/{page}/Classic?focusedCommentId={}", id(&comment));
    assert_eq!(comment["_links"]["webui"], web, "a comment is seen where it hangs");
}
