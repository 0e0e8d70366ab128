//! Calls that the provider refuses, and calls whose answer stays away: what is repeated, and what callers are told.

use std::time::Duration;

use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_ports::upstream::UpstreamError;
use serde_json::{Value, json};

use super::harness::{House, response};

/// Makes a failure; each attempt needs one of its own.
type Failure = fn() -> UpstreamError;

#[tokio::test]
async fn every_refusal_is_a_tool_error_that_says_what_to_do() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let table = [
        (400, ErrorKind::InvalidArgument, "Correct the arguments"),
        (401, ErrorKind::Unauthenticated, "lacks a scope"),
        (403, ErrorKind::PermissionDenied, "permission"),
        (404, ErrorKind::NotFound, "Check the id"),
        (409, ErrorKind::Conflict, "read it again"),
        (429, ErrorKind::ResourceExhausted, "wait 17 seconds"),
        (500, ErrorKind::Internal, "before you repeat"),
        (503, ErrorKind::Internal, "before you repeat"),
        (302, ErrorKind::Internal, "not one that this call can have"),
    ];
    for (status, kind, advice) in table {
        let body = json!({"statusCode": status, "message": "Unauthorized; scope does not match"}).to_string();
        house.provider.answer_with(Ok(response(status, &[("retry-after", "17")], &body)));
        // A tool that must not act twice, so that no refusal is worth a repetition.
        let error = house.call("confluence_page_create", &account, &new_page()).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, ErrorCode::ToolError), "{status}");
        let tool = error.tool().unwrap();
        assert!(tool.message.contains(advice), "{status}: {}", tool.message);
        assert!(tool.message.contains("confluence_page_create") && !tool.execution_id.is_empty());
        assert!(!tool.message.contains("access-1"));
        assert_eq!(house.provider.requests().len(), 1, "{status} is not repeated");
    }
}

#[tokio::test]
async fn only_what_did_not_leave_is_sent_again_and_not_for_ever() {
    let house = House::new().await;
    let account = house.connected(1).await;
    let not_sent = || UpstreamError::NotSent { reason: "refused".to_owned() };
    house.provider.answer_with(Err(not_sent()));
    house.provider.answer(200, &json!({}));
    house.call("confluence_page_create", &account, &new_page()).await.unwrap();
    assert_eq!(house.provider.requests().len(), 2);
    let table: [(Failure, usize, ErrorKind, &str); 4] = [
        (
            || UpstreamError::NotSent { reason: "refused".to_owned() },
            5,
            ErrorKind::Internal,
            "it had no effect",
        ),
        (
            || UpstreamError::TimedOut(Duration::from_secs(50)),
            1,
            ErrorKind::DeadlineExceeded,
            "look before you repeat",
        ),
        (
            || UpstreamError::Broken { reason: "reset".to_owned() },
            1,
            ErrorKind::Internal,
            "look before you repeat",
        ),
        (|| UpstreamError::Forbidden("10.0.0.1".to_owned()), 1, ErrorKind::Internal, "it had no effect"),
    ];
    for (failure, sent, kind, advice) in table {
        (0..sent).for_each(|_| house.provider.answer_with(Err(failure())));
        let error = house.call("confluence_page_create", &account, &new_page()).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, ErrorCode::ToolError), "{error}");
        assert_ne!(error.kind(), ErrorKind::Unavailable, "callers repeat that by themselves");
        assert!(error.tool().unwrap().message.contains(advice), "{error}");
        assert_eq!(house.provider.requests().len(), sent);
    }
}

#[tokio::test]
async fn c8_an_answer_that_is_too_large_is_told_so() {
    let house = House::with(|settings| settings.tool_reply_limit = 100).await;
    let account = house.connected(1).await;
    house.provider.answer(200, &json!({"a": "x".repeat(92)}));
    house.read_page(&account).await.unwrap();
    house.provider.answer(200, &json!({"a": "x".repeat(93)}));
    let error = house.read_page(&account).await.unwrap_err();
    assert!(error.message().contains("100 bytes") && error.message().contains("limit"), "{error}");
    assert!(error.tool().is_some());
}

/// What was written is written, however large the echo of it is.
#[tokio::test]
async fn g5_a_write_is_not_told_as_failed_because_its_echo_is_too_large() {
    let house = House::with(|settings| settings.tool_reply_limit = 100_000).await;
    let account = house.connected(1).await;
    let deep = format!("{}1{}", "[".repeat(50), "]".repeat(50));
    let deep: Value = serde_json::from_str(&deep).unwrap();
    for echo in [json!({"a": "x".repeat(100_000)}), json!({ "a": deep })] {
        house.provider.answer(200, &echo);
        let data = house.call("confluence_page_create", &account, &new_page()).await.unwrap().data;
        assert_eq!((&data["success"], &data["status"]), (&json!(true), &json!(200)));
        assert!(data["note"].as_str().unwrap().contains("The call took effect"), "{data:?}");
        house.provider.answer(200, &echo);
        assert!(house.read_page(&account).await.is_err(), "what was only read is told as it is");
    }
}

#[tokio::test]
async fn a_success_that_is_no_json_is_told_so() {
    let house = House::new().await;
    let account = house.connected(1).await;
    house.provider.answer_with(Ok(response(200, &[("content-type", "text/html")], "<html>")));
    let error = house.read_page(&account).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), (ErrorCode::ToolError, ErrorKind::Internal));
    assert!(error.message().contains("not JSON"), "{error}");
}

#[tokio::test]
async fn a_refusal_that_is_no_json_keeps_its_status() {
    let house = House::new().await;
    let account = house.connected(1).await;
    for (status, kind) in [(403, ErrorKind::PermissionDenied), (502, ErrorKind::Internal)] {
        house.provider.answer_with(Ok(response(status, &[], "<html>Bad gateway</html>")));
        let error = house.call("confluence_page_create", &account, &new_page()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.tool().unwrap().code, status.to_string());
    }
}

/// Arguments of a call that must not act twice.
fn new_page() -> Value {
    json!({"spaceId": "1", "title": "Notes"})
}
