//! Attachments: listed, looked up, downloaded.

use serde_json::json;

use super::harness::{HOMEPAGE_ID, PUBLIC_URL, World};
use crate::storage::attachments::{self, Attachment};
use crate::storage::content::Kind;

async fn add(world: &World, name: &str, media_type: &str, data: &[u8]) -> i64 {
    let id = world.insert(Kind::Attachment, name, Some(HOMEPAGE_ID)).await;
    let file = Attachment {
        content_id: id,
        container_id: HOMEPAGE_ID,
        media_type: media_type.to_owned(),
        file_size: i64::try_from(data.len()).unwrap(),
        comment: "as agreed".to_owned(),
        file_id: "0d9f7c1e-aaaa-4bbb-8ccc-ddddeeeeffff".to_owned(),
    };
    let mut tx = world.storage.begin().await.unwrap();
    attachments::insert(&mut tx, &file, data).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn attachments_are_listed_with_their_files() {
    let world = World::new().await;
    let session = world.session().await;
    let picture = add(&world, "a b.png", "image/png", b"png").await;
    add(&world, "drawing.svg", "image/svg+xml", b"<svg/>").await;
    let path = format!("/wiki/api/v2/pages/{HOMEPAGE_ID}/attachments");
    let row = session.get(&path).await.json["results"][0].clone();
    let download = format!(
        "/download/attachments/{HOMEPAGE_ID}/a%20b%2Epng?version=1&modificationDate=1793491200000&cacheVersion=1&api=v2"
    );
    assert_eq!(row["id"], format!("att{picture}"));
    assert_eq!(row["pageId"], HOMEPAGE_ID.to_string());
    assert_eq!((&row["mediaType"], &row["mediaTypeDescription"]), (&json!("image/png"), &json!("PNG Image")));
    assert_eq!((&row["fileSize"], &row["comment"]), (&json!(3), &json!("as agreed")));
    assert_eq!((&row["downloadLink"], &row["_links"]["download"]), (&json!(download), &json!(download)));
    let cases: [(&str, &[&str]); 5] = [
        ("", &["a b.png", "drawing.svg"]),
        ("limit=1", &["a b.png", "drawing.svg"]),
        ("filename=A+b.png", &["a b.png"]),
        ("mediaType=image/svg%2Bxml", &["drawing.svg"]),
        ("status=trashed", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(session.walk(&format!("{path}?{query}"), "title").await, expected, "{query}");
    }
    assert_eq!(session.get(&format!("{path}?status=draft")).await.status, 400);
}

#[tokio::test]
async fn a_download_is_a_redirect_to_a_link_that_needs_no_token_for_a_while() {
    let world = World::new().await;
    let session = world.session_with("readonly:content.attachment:confluence").await;
    let file = add(&world, "näme.txt", "text/plain", b"hello").await;
    let path = format!("/wiki/rest/api/content/{HOMEPAGE_ID}/child/attachment/att{file}/download");
    let reply = session.get(&path).await;
    assert_eq!(reply.status, 302);
    let link = reply.header("location").strip_prefix(PUBLIC_URL).unwrap().to_owned();
    assert!(link.starts_with("/media/"), "{link}");
    let bytes = world.get(&link).await;
    assert_eq!((bytes.status.as_u16(), bytes.text.as_str()), (200, "hello"));
    assert_eq!(bytes.header("content-type"), "text/plain");
    assert_eq!(bytes.header("content-disposition"), "attachment; filename*=UTF-8''n%C3%A4me%2Etxt");
    world.clock.advance_seconds(600);
    assert_eq!(world.get(&link).await.status, 403);
    assert_eq!(world.get("/media/guessed").await.status, 403);
}

#[tokio::test]
async fn downloads_of_what_is_not_there_are_refused() {
    let world = World::new().await;
    let session = world.session().await;
    let file = add(&world, "a.txt", "text/plain", b"hello").await;
    for (content, attachment) in [
        (HOMEPAGE_ID.to_string(), "att7".to_owned()),
        (HOMEPAGE_ID.to_string(), "x".to_owned()),
        (HOMEPAGE_ID.to_string(), HOMEPAGE_ID.to_string()),
        ("7".to_owned(), format!("att{file}")),
    ] {
        let path = format!("/wiki/rest/api/content/{content}/child/attachment/{attachment}/download");
        let reply = session.get(&path).await;
        assert_eq!((reply.status.as_u16(), &reply.json["statusCode"]), (404, &json!(404)), "{path}");
    }
}
