//! Reports about Confluence: scopes, limits, files, and answers that were not what they seemed.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::connections::ConnectionSettings;
use crate::tests::harness::{House, SITE, bearer, response};

/// mcp-atlassian #766 and #1323, confluence-cli #76 to #78: "scope does not match", and nobody said which scope.
/// `HolmesGPT` #2373: a token without scopes connected, and then nothing worked without a reason.
#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(401, &json!({"code": 401, "message": "Unauthorized; scope does not match"}));
    let arguments = json!({"spaceId": "1", "title": "t"});
    let error = house.call("confluence_page_create", &account, &arguments).await.unwrap_err();
    assert_eq!(error.tool().unwrap().missing_scopes, ["write:page:confluence"]);
    assert!(error.to_string().contains("write:page:confluence"), "{error}");
}

/// mcp-atlassian #1405: every call asked who the user is first, which made Atlassian answer 429.
#[tokio::test]
async fn a_call_is_one_request() {
    let house = House::new().await;
    let account = house.connected(1).await;
    for _ in 0..50 {
        house.provider.answer(200, &json!({"id": "7"}));
        house.read_page(&account).await.unwrap();
    }
    assert_eq!(house.provider.requests().len(), 50);
}

/// atlassian-mcp-server #171: 429 after some twenty reads at once, with nothing but a `Retry-After`.
#[tokio::test]
async fn a_read_that_was_too_many_is_made_again_when_atlassian_allows_it() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer_with(Ok(response(429, &[("retry-after", "3")], "{}")));
    house.provider.answer(200, &json!({"id": "7"}));
    assert_eq!(house.read_page(&account).await.unwrap().data["id"], "7");
}

/// Nango, `proxy/retry.ts`: a `Retry-After` that is a date is not understood.
#[tokio::test]
async fn a_date_to_wait_for_is_understood() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let soon =
        SystemTime::UNIX_EPOCH + Duration::from_secs(house.service.core.now().seconds().unsigned_abs() + 2);
    let date = httpdate::fmt_http_date(soon);
    house.provider.answer_with(Ok(response(503, &[("retry-after", &date)], "{}")));
    house.provider.answer(200, &json!({"id": "7"}));
    assert_eq!(house.read_page(&account).await.unwrap().data["id"], "7");
}

/// Nango, `proxy/retry.ts`: a POST that was answered with 502 is sent again, and the page is there twice.
#[tokio::test]
async fn a_page_is_not_created_twice_because_the_first_answer_was_bad() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer(502, &json!({}));
    house.provider.answer(200, &json!({"id": "8"}));
    let arguments = json!({"spaceId": "1", "title": "t"});
    let error = house.call("confluence_page_create", &account, &arguments).await.unwrap_err();
    assert_eq!(house.provider.requests().len(), 1);
    assert!(
        error.to_string().contains("whether it had its effect"),
        "nobody knows if it took place: {error}"
    );
}

/// mcp-atlassian #1163, #1207 and #1697: the file was asked for at the site, where an OAuth token is not valid.
#[tokio::test]
async fn a_file_is_asked_for_where_the_token_is_valid() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer_with(Ok(response(200, &[("content-type", "text/plain")], "hello")));
    let arguments = json!({"id": "att7", "height": 40});
    house.call("confluence_attachment_thumbnail_get", &account, &arguments).await.unwrap();
    let request = house.provider.requests().remove(0);
    assert_eq!(request.uri.host(), Some("api.atlassian.com"));
    assert!(request.uri.path().starts_with(&format!("/ex/confluence/{SITE}/wiki/")));
}

/// mcp-atlassian #1163 and atlassian-mcp-server #15, #110: uploads need a header that nobody sent.
#[tokio::test]
async fn an_upload_carries_the_header_that_atlassian_asks_for() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let settings = ConnectionSettings { additional_tools: Some(true), ..ConnectionSettings::default() };
    house.service.connections.update(house.wiki.id.as_str(), None, settings).await.unwrap();
    house.provider.answer(200, &json!({"results": []}));
    let arguments = json!({"id": "7", "file_name": "a.txt", "content_base64": "aGVsbG8="});
    house.call("confluence_attachment_upload", &account, &arguments).await.unwrap();
    let request = house.provider.requests().remove(0);
    assert_eq!(request.headers["x-atlassian-token"], "no-check");
    assert!(request.headers["content-type"].to_str().unwrap().starts_with("multipart/form-data"));
}

/// atlassian-mcp-server #23: one cache for two accounts, so that an agent read the work site as the private one.
#[tokio::test]
async fn two_accounts_of_one_person_stay_two() {
    let house = House::new().await;
    let work = house.connected(1).await;
    let other = house.connection("private").await;
    let home = house.connect(&other, "ann", 2).await;
    for (account, token) in [(&work, "access-1"), (&home, "access-2"), (&work, "access-1")] {
        house.provider.answer(200, &json!({"id": "7"}));
        house.read_page(account).await.unwrap();
        assert_eq!(bearer(&house.provider.requests()[0]), token);
    }
}

/// Composio #3950: debug lines inside results made them three to five times as long.
#[tokio::test]
async fn a_result_is_what_confluence_said_and_nothing_else() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let page = json!({"id": "7", "title": "t", "version": {"number": 3}});
    house.provider.answer(200, &page);
    let done = house.read_page(&account).await.unwrap();
    assert_eq!(Value::Object(done.data), page);
}

/// mastra #16702: an HTTP error became an empty object, and the failure was hidden.
#[tokio::test]
async fn no_refusal_becomes_an_empty_success() {
    for status in [400, 401, 403, 404, 409, 410, 413, 415, 418, 422, 500, 501] {
        let house = House::new().await;
        let account = house.connected(1).await;
        // Where the refusal could mean a stale token, that is replaced first.
        house.provider.answer(status, &json!({}));
        if status == 401 {
            house.provider.answer_tokens(2);
        }
        (0..8).for_each(|_| house.provider.answer(status, &json!({})));
        let arguments = json!({"spaceId": "1", "title": "t"});
        let error = house.call("confluence_page_create", &account, &arguments).await.err();
        let told = error.map(|it| it.to_string()).unwrap_or_default();
        assert!(told.contains(&status.to_string()), "{status}: {told}");
    }
}
