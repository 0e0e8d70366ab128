//! What a refusal tells about scopes and passes on of the provider's answer.

use std::time::{Duration, SystemTime};

use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use http::Response;
use http::header::RETRY_AFTER;

use crate::connections::ConnectionSettings;
use crate::tests::bench::Bench;

use super::*;

const NO_SCOPE: &str = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;

/// A refused call by an account with these scopes, on a connection that asks for those.
async fn refusal(granted: &[&str], asked: &[&str], status: u16, body: &str) -> ServiceError {
    let bench = Bench::new();
    let wiki = bench.connection("wiki").await;
    let scopes = asked.iter().map(|scope| (*scope).to_owned()).collect();
    let settings = ConnectionSettings { scopes: Some(scopes), ..ConnectionSettings::default() };
    bench.service.connections.update(wiki.id.as_str(), None, settings).await.unwrap();
    let account = bench.account(&wiki, "ann", AccountStatus::Active, granted).await;
    bench.upstream.answer(status, body.to_owned());
    bench.call("bench_note_pin", &account).await.unwrap_err()
}

#[tokio::test]
async fn a_missing_scope_is_named_with_the_way_to_it() {
    let table = [
        (&["read:me"][..], &["read:jira-work"][..], "adds `write:note:bench` to the OAuth app"),
        (&["read:me"], &["read:jira-work", "write:note:bench"], "which connection `wiki` asks for by now"),
    ];
    for (granted, asked, hint) in table {
        for (status, body) in [(401, NO_SCOPE), (403, r#"{"message":"no"}"#)] {
            let error = refusal(granted, asked, status, body).await;
            let tool = error.tool().unwrap();
            assert_eq!(tool.missing_scopes, ["write:note:bench"]);
            assert_eq!(tool.tool, "bench_note_pin");
            assert!(error.message().contains(hint), "{error}");
            assert!(error.message().ends_with(" again"), "{error}");
            assert_eq!(tool.message, error.message());
        }
    }
}

#[tokio::test]
async fn no_scope_is_blamed_without_reason() {
    let table = [
        (&["write:note:bench"][..], 403, ErrorKind::PermissionDenied),
        (&[], 403, ErrorKind::PermissionDenied),
        (&["read:me"], 404, ErrorKind::NotFound),
    ];
    for (granted, status, kind) in table {
        let error = refusal(granted, &[], status, r#"{"message":"no"}"#).await;
        assert_eq!(error.kind(), kind);
        assert_eq!(error.tool().unwrap().missing_scopes, Vec::<String>::new());
        assert!(!error.message().contains("authorized without"), "{error}");
    }
}

#[tokio::test]
async fn the_providers_answer_is_passed_on_but_not_without_end() {
    let error = refusal(&[], &[], 404, r#"{"errors":[{"code":"NOT_FOUND"}]}"#).await;
    assert_eq!(error.tool().unwrap().vendor_body.as_deref(), Some(r#"{"errors":[{"code":"NOT_FOUND"}]}"#));
    let error = refusal(&[], &[], 404, &format!(r#"{{"message":"{}"}}"#, "ä".repeat(5000))).await;
    let length = error.tool().unwrap().vendor_body.as_ref().unwrap().len();
    assert!((MAX_VENDOR_BODY - 2..MAX_VENDOR_BODY + 5).contains(&length), "{length}");
    assert_eq!(refusal(&[], &[], 404, "<html>").await.tool().unwrap().vendor_body, None);
}

#[tokio::test]
async fn a_date_to_wait_for_becomes_seconds() {
    let bench = Bench::new();
    let wiki = bench.connection("wiki").await;
    bench.additions(&wiki, true).await;
    let account = bench.account(&wiki, "ann", AccountStatus::Active, &[]).await;
    let then =
        SystemTime::UNIX_EPOCH + Duration::from_secs(bench.service.core.now().seconds().cast_unsigned() + 40);
    let response = Response::builder().status(429).header(RETRY_AFTER, httpdate::fmt_http_date(then));
    bench.upstream.answer_with(Ok(response.body("{}".into()).unwrap()));
    let error = bench.call("bench_note_frame", &account).await.unwrap_err();
    assert!(error.message().contains("wait 40 seconds"), "{error}");
}
