//! Uploading attachments, and reading them by themselves.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use serde_json::json;

use super::harness::{HOMEPAGE_ID, Reply, Session, World};

const SCOPES: &str = "write:confluence-file write:confluence-props read:attachment:confluence \
    delete:attachment:confluence readonly:content.attachment:confluence write:label:confluence \
    read:label:confluence";

fn form(name: &str, media_type: &str, data: &str, comment: &str) -> String {
    format!(
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n\
         {data}\r\n--B\r\nContent-Disposition: form-data; name=\"comment\"\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{comment}\r\n--B\r\n\
         Content-Disposition: form-data; name=\"minorEdit\"\r\n\r\ntrue\r\n--B--\r\n"
    )
}

async fn send(session: &Session<'_>, method: Method, path: &str, body: String, token: Option<&str>) -> Reply {
    let uri = format!("/ex/confluence/{}{path}", session.cloud_id);
    let mut request = Request::builder().method(method).uri(uri);
    request = request.header(AUTHORIZATION, format!("Bearer {}", session.token));
    request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=B");
    if let Some(token) = token {
        request = request.header("x-atlassian-token", token);
    }
    session.world.send(request.body(Body::from(body)).unwrap()).await
}

fn path() -> String {
    format!("/wiki/rest/api/content/{HOMEPAGE_ID}/child/attachment")
}

async fn upload(session: &Session<'_>, method: Method, name: &str, data: &str) -> Reply {
    send(session, method, &path(), form(name, "text/plain", data, "why"), Some("nocheck")).await
}

async fn download(session: &Session<'_>, id: &str) -> String {
    let reply = session.get(&format!("{}/{id}/download", path())).await;
    let link = reply.header("location").strip_prefix(super::harness::PUBLIC_URL).unwrap().to_owned();
    session.world.get(&link).await.text
}

#[tokio::test]
async fn a_file_is_added_once_and_then_versioned() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let made = upload(&session, Method::POST, "a.txt", "one").await;
    assert_eq!(made.status, 200, "{}", made.text);
    let file = &made.json["results"][0];
    let id = file["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("att"));
    assert_eq!((&file["title"], &file["version"]["number"]), (&json!("a.txt"), &json!(1)));
    assert_eq!((&file["extensions"]["fileSize"], &file["extensions"]["comment"]), (&json!(3), &json!("why")));
    assert_eq!(upload(&session, Method::POST, "a.txt", "again").await.status, 400);
    let second = upload(&session, Method::PUT, "a.txt", "second").await.json["results"][0].clone();
    assert_eq!((&second["id"], &second["version"]["number"]), (&json!(id), &json!(2)));
    assert_eq!(download(&session, &id).await, "second");
    let data = format!("{}/{id}/data", path());
    let third =
        send(&session, Method::POST, &data, form("b.txt", "text/plain", "third", ""), Some("no-check")).await;
    assert_eq!((&third.json["title"], &third.json["version"]["number"]), (&json!("a.txt"), &json!(3)));
    assert_eq!(download(&session, &id).await, "third");
    let shown = session.get(&format!("/wiki/api/v2/attachments/{id}?include-versions=true")).await.json;
    assert_eq!((&shown["fileSize"], &shown["version"]["minorEdit"]), (&json!(5), &json!(true)));
    assert_eq!(shown["versions"]["results"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn uploads_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let good = || form("a.txt", "text/plain", "x", "");
    assert_eq!(send(&session, Method::POST, &path(), good(), None).await.status, 403, "no token");
    let cases = [
        (path(), form("a/b.txt", "text/plain", "x", ""), 400),
        (path(), form("", "text/plain", "x", ""), 400),
        (path(), "--B--\r\n".to_owned(), 400),
        (path(), "nonsense".to_owned(), 400),
        ("/wiki/rest/api/content/7/child/attachment".to_owned(), good(), 404),
        (format!("{}/att7/data", path()), good(), 404),
    ];
    for (path, body, status) in cases {
        let method = Method::POST;
        let reply = send(&session, method, &path, body.clone(), Some("nocheck")).await;
        assert_eq!((reply.status.as_u16(), &reply.json["statusCode"]), (status, &json!(status)), "{body}");
    }
    let json = session.post(&path(), &json!({})).await;
    assert_eq!(json.status, 403);
    assert_eq!(session.walk("/wiki/api/v2/attachments", "id").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_known_of_a_file_is_changed_without_a_new_version() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let made = upload(&session, Method::POST, "a.txt", "one").await.json["results"][0].clone();
    let id = made["id"].as_str().unwrap();
    let one = format!("{}/{id}", path());
    let change = json!({
        "id": id, "type": "attachment", "version": { "number": 1 }, "title": "b.md",
        "metadata": { "mediaType": "text/markdown", "comment": "better" },
    });
    let changed = session.put(&one, &change).await;
    assert_eq!((changed.status.as_u16(), &changed.json["title"]), (200, &json!("b.md")), "{}", changed.text);
    assert_eq!(changed.json["extensions"]["mediaType"], "text/markdown");
    assert_eq!(changed.json["version"]["number"], 1);
    let stale = json!({ "id": id, "type": "attachment", "version": { "number": 2 } });
    assert_eq!(session.put(&one, &stale).await.status, 409);
    let other = json!({ "id": "att7", "type": "attachment", "version": { "number": 1 } });
    assert_eq!(session.put(&one, &other).await.status, 400);
}

#[tokio::test]
async fn attachments_are_found_everywhere_and_by_label_and_go_into_the_trash() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let made = upload(&session, Method::POST, "a.txt", "one").await.json["results"][0]["id"].clone();
    let id = made.as_str().unwrap();
    let picture = form("p.png", "image/png", "png", "");
    let picture = send(&session, Method::POST, &path(), picture, Some("nocheck")).await.json;
    let picture = picture["results"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(session.walk("/wiki/api/v2/attachments?limit=1", "title").await, ["a.txt", "p.png"]);
    session.post(&format!("/wiki/rest/api/content/{id}/label"), &json!([{ "name": "x" }])).await;
    let labels = session.get(&format!("/wiki/api/v2/attachments/{id}/labels")).await.json;
    let label = labels["results"][0]["id"].as_str().unwrap();
    assert_eq!(session.walk(&format!("/wiki/api/v2/labels/{label}/attachments"), "title").await, ["a.txt"]);
    let thumbnail = |id: &str| format!("/wiki/api/v2/attachments/{id}/thumbnail/download");
    assert_eq!(session.get(&thumbnail(&picture)).await.status, 302);
    assert_eq!(session.get(&thumbnail(id)).await.status, 404);
    assert_eq!(session.get(&format!("{}?width=x", thumbnail(&picture))).await.status, 400);
    let one = format!("/wiki/api/v2/attachments/{id}");
    assert_eq!(session.delete(&format!("{one}?purge=true")).await.status, 400);
    assert_eq!(session.delete(&one).await.status, 204);
    assert_eq!(session.get(&one).await.json["status"], "trashed");
    assert_eq!(session.delete(&format!("{one}?purge=true")).await.status, 204);
    assert_eq!(session.get(&one).await.status, 404);
}
