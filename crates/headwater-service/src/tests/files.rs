//! Files: where they are fetched, with what, and how they are sent.

use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

use super::harness::{House, SITE, bearer, response};
use crate::accounts::AccountLocator;
use crate::connections::ConnectionSettings;

const MEDIA: &str = "https://api.media.atlassian.com/file/1/binary?token=signed";
const THUMBNAIL: &str = "confluence_attachment_thumbnail_get";

fn redirect(location: &str) -> Response<Bytes> {
    response(302, &[("location", location)], "")
}

fn file(media_type: &'static str, text: &str) -> Response<Bytes> {
    let headers = [("content-type", media_type), ("content-disposition", "attachment; filename=\"a.txt\"")];
    response(200, &headers, text)
}

/// An account that may use all tools.
async fn equipped(house: &House) -> AccountLocator {
    let account = house.connected(1).await;
    let settings = ConnectionSettings { additional_tools: Some(true), ..ConnectionSettings::default() };
    let id = house.account(&account).await.connection_id;
    house.service.connections.update(id.as_str(), None, settings).await.unwrap();
    account
}

async fn thumbnail(house: &House, account: &AccountLocator) -> Result<Value, String> {
    let arguments = json!({ "id": "att7", "height": 40 });
    let done = house.call(THUMBNAIL, account, &arguments).await;
    done.map(|it| Value::Object(it.data)).map_err(|error| error.to_string())
}

#[tokio::test]
async fn c5_a_file_is_fetched_without_the_token() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer_with(Ok(redirect(MEDIA)));
    house.provider.answer_with(Ok(file("image/png", "png")));
    let handle = "/wiki/api/v2/attachments/att7/thumbnail/download?height=40";
    assert_eq!(
        thumbnail(&house, &account).await.unwrap(),
        json!({"file_name": "a.txt", "media_type": "image/png", "size": 3, "handle": handle,
               "encoding": "base64", "content": "cG5n"})
    );
    let requests = house.provider.requests();
    assert_eq!(bearer(&requests[0]), "access-1");
    assert_eq!(requests[1].uri, MEDIA);
    let names: Vec<_> = requests[1].headers.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["accept", "user-agent"], "nothing of the account goes there");
}

/// Once a redirect has led away, the token stays at home even when the next one leads back.
#[tokio::test]
async fn c5_the_token_is_not_sent_again_after_it_was_left_behind() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let home = format!("https://api.atlassian.com/ex/confluence/{SITE}/wiki/x");
    for location in [&home, MEDIA, &home] {
        house.provider.answer_with(Ok(redirect(location)));
    }
    house.provider.answer_with(Ok(file("text/plain", "Grüße")));
    assert_eq!(thumbnail(&house, &account).await.unwrap()["content"], "Grüße");
    let authorized: Vec<bool> =
        house.provider.requests().iter().map(|it| it.headers.contains_key("authorization")).collect();
    assert_eq!(authorized, [true, true, false, false]);
}

#[tokio::test]
async fn c5_no_redirect_leads_to_a_stranger() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let strangers = [
        "https://evil.example/x",
        "https://evilatlassian.com/x",
        "https://api.media.atlassian.com.evil.example/x",
        "http://api.media.atlassian.com/x",
        "//evil.example/x",
        "https://user@api.media.atlassian.com/x",
        "ftp://api.media.atlassian.com/x",
        "https://169.254.169.254/latest/meta-data",
        "data:text/plain,x",
    ];
    for stranger in strangers {
        house.provider.answer_with(Ok(redirect(stranger)));
        let error = thumbnail(&house, &account).await.unwrap_err();
        assert!(error.contains("none of the provider's hosts"), "{stranger}: {error}");
        assert_eq!(house.provider.requests().len(), 1, "{stranger}");
    }
}

#[tokio::test]
async fn what_leads_nowhere_is_told_as_a_tool_error() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let table = [
        (vec![response(302, &[], "")], "leads nowhere"),
        (vec![redirect(MEDIA), redirect(MEDIA), redirect(MEDIA), redirect(MEDIA)], "again and again"),
        (vec![redirect(MEDIA), response(403, &[], "expired")], "answered 403"),
        (vec![response(404, &[], r#"{"message":"no"}"#)], "Check the id"),
    ];
    for (answers, words) in table {
        for answer in answers {
            house.provider.answer_with(Ok(answer));
        }
        let error = thumbnail(&house, &account).await.unwrap_err();
        assert!(error.contains(words), "{error}");
        assert!(!error.contains("token=signed"), "the signed link is a secret: {error}");
    }
}

#[tokio::test]
async fn a_large_file_comes_without_its_content() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer_with(Ok(redirect(MEDIA)));
    house.provider.answer_with(Ok(response(200, &[("content-length", "900000000")], "")));
    let told = thumbnail(&house, &account).await.unwrap();
    assert_eq!(told["size"], 900_000_000);
    house.provider.answer_with(Ok(redirect(MEDIA)));
    house.provider.answer_with(Ok(file("text/plain", &"x".repeat(2 * 1024 * 1024 + 1))));
    let untold = thumbnail(&house, &account).await.unwrap();
    for answer in [told, untold] {
        assert!(answer.get("content").is_none());
        assert!(answer["note"].as_str().unwrap().contains("GET /proxy/wiki/"), "{answer}");
    }
}

#[tokio::test]
async fn c3_an_upload_is_a_form_that_no_site_can_forge() {
    let house = House::new().await;
    let account = equipped(&house).await;
    house.provider.answer(200, &json!({ "results": [] }));
    let arguments =
        json!({ "id": "7", "content_base64": "cG5n", "file_name": "a.png", "media_type": "image/png" });
    house.call("confluence_attachment_upload", &account, &arguments).await.unwrap();
    let request = house.provider.requests().pop().unwrap();
    let media_type = request.headers["content-type"].to_str().unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = std::str::from_utf8(&request.body).unwrap();
    assert!(body.starts_with(&format!("--{boundary}\r\n")) && body.ends_with(&format!("--{boundary}--\r\n")));
    assert!(
        body.contains("name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\npng\r\n"),
        "{body}"
    );
    assert_eq!(request.headers["x-atlassian-token"], "no-check");
}

#[tokio::test]
async fn a_download_can_be_uploaded_elsewhere() {
    let house = House::new().await;
    let account = equipped(&house).await;
    let handle = "/wiki/rest/api/content/7/child/attachment/att9/download";
    house.provider.answer_with(Ok(redirect(MEDIA)));
    house.provider.answer_with(Ok(file("text/plain", "tides")));
    house.provider.answer(200, &json!({ "results": [] }));
    let arguments = json!({ "id": "8", "content_from": handle });
    house.call("confluence_attachment_upload", &account, &arguments).await.unwrap();
    let requests = house.provider.requests();
    assert!(requests[0].uri.path().ends_with(handle), "{}", requests[0].uri);
    assert!(!requests[1].headers.contains_key("authorization"));
    let body = std::str::from_utf8(&requests[2].body).unwrap();
    assert!(body.contains("filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\ntides\r\n"), "{body}");
}

/// A handle leads nowhere but below the account's own API base.
#[tokio::test]
async fn c2_a_handle_is_no_way_out() {
    let house = House::new().await;
    let account = equipped(&house).await;
    for handle in ["//evil.example/download", "/ex/confluence/another/wiki/download", "/wiki/../../download"]
    {
        let arguments = json!({ "id": "8", "content_from": handle });
        let call = house.call("confluence_attachment_upload", &account, &arguments).await;
        assert!(call.is_err(), "{handle}");
        assert_eq!(house.provider.requests().len(), 0, "{handle}");
    }
}
