//! What is sent again, when, and what never is.

use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::id::AccountId;
use http::Response;
use http::header::RETRY_AFTER;

use super::*;
use crate::error::ServiceError;
use crate::tests::bench::Bench;
use crate::tools::Executed;

/// Reads only.
const READS: &str = "confluence_page_get";
/// Writes, but may do so twice.
const IDEMPOTENT: &str = "bench_note_pin";
/// Must not write twice.
const ONCE: &str = "bench_note_frame";

type Outcome = Result<Executed, ServiceError>;

async fn ready() -> (Bench, AccountId) {
    let bench = Bench::new();
    let wiki = bench.connection("wiki").await;
    bench.additions(&wiki, true).await;
    let account = bench.account(&wiki, "ann", AccountStatus::Active, &[]).await;
    (bench, account)
}

/// Adds an answer that asks for a pause of so many seconds.
fn ask_for_pause(bench: &Bench, status: u16, seconds: u32) {
    let response = Response::builder().status(status).header(RETRY_AFTER, seconds);
    bench.upstream.answer_with(Ok(response.body("{}".into()).unwrap()));
}

fn broken() -> UpstreamError {
    UpstreamError::Broken { reason: "reset".to_owned() }
}

/// Calls a tool; how it ended, how often it was sent, and after how many seconds.
async fn run(bench: &Bench, tool: &str, account: &AccountId) -> (Outcome, usize, f64) {
    let (sent, began) = (bench.upstream.seen().len(), bench.elapsed());
    let outcome = bench.in_time(bench.call(tool, account)).await;
    (outcome, bench.upstream.seen().len() - sent, bench.elapsed().saturating_sub(began).as_secs_f64())
}

#[tokio::test]
async fn a_pause_that_was_asked_for_is_kept_and_the_call_repeated() {
    for (tool, status) in [(READS, 429), (READS, 503), (IDEMPOTENT, 429)] {
        let (bench, account) = ready().await;
        ask_for_pause(&bench, status, 3);
        bench.upstream.answer(200, "{}");
        let (outcome, sent, seconds) = run(&bench, tool, &account).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(sent, 2, "{tool} {status}");
        assert!((3.0..5.0).contains(&seconds), "{seconds}");
    }
}

#[tokio::test]
async fn a_breakdown_is_waited_out_with_growing_pauses() {
    let (bench, account) = ready().await;
    for status in [502, 503, 504] {
        bench.upstream.answer(status, "");
    }
    bench.upstream.answer_with(Err(broken()));
    bench.upstream.answer(200, "{}");
    let (outcome, sent, seconds) = run(&bench, READS, &account).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(sent, 5);
    assert!((5.0..10.5).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn e6_nobody_tries_forever() {
    let (bench, account) = ready().await;
    for _ in 0..20 {
        bench.upstream.answer(503, "");
    }
    let (outcome, sent, _) = run(&bench, READS, &account).await;
    assert_eq!((outcome.unwrap_err().kind(), sent), (ErrorKind::Internal, 5));
}

#[tokio::test]
async fn what_must_not_happen_twice_is_repeated_only_when_it_did_not_leave() {
    let (bench, account) = ready().await;
    for status in [500, 502, 503, 504] {
        bench.upstream.answer(status, "");
        assert_eq!(run(&bench, ONCE, &account).await.1, 1, "{status}");
    }
    bench.upstream.answer_with(Err(broken()));
    assert_eq!(run(&bench, ONCE, &account).await.1, 1);
    bench.upstream.answer_with(Err(UpstreamError::TimedOut(Duration::from_secs(1))));
    assert_eq!(run(&bench, ONCE, &account).await.1, 1);
    bench.upstream.answer_with(Err(UpstreamError::NotSent { reason: "no route".to_owned() }));
    bench.upstream.answer(200, "{}");
    let (outcome, sent, seconds) = run(&bench, ONCE, &account).await;
    assert!(outcome.is_ok() && sent == 2 && seconds < 0.2, "{outcome:?} {sent} {seconds}");
    ask_for_pause(&bench, 429, 1);
    assert_eq!(run(&bench, ONCE, &account).await.1, 1);
}

#[tokio::test]
async fn refusals_are_not_repeated() {
    let (bench, account) = ready().await;
    for status in [400, 403, 404, 409, 413, 500, 501] {
        bench.upstream.answer(status, r#"{"message": "no"}"#);
        assert_eq!(run(&bench, READS, &account).await.1, 1, "{status}");
    }
}

#[tokio::test]
async fn a_long_pause_is_reported_and_holds_back_every_caller_of_the_site() {
    let (bench, account) = ready().await;
    ask_for_pause(&bench, 429, 600);
    let (outcome, sent, _) = run(&bench, READS, &account).await;
    assert_eq!((outcome.unwrap_err().kind(), sent), (ErrorKind::ResourceExhausted, 1));
    let (outcome, sent, _) = run(&bench, ONCE, &account).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), sent), (ErrorKind::ResourceExhausted, 0));
    assert_eq!((error.code(), error.tool().unwrap().code.as_str()), (ErrorCode::ToolError, "429"));
    assert!(
        error.message().starts_with("nothing was sent") && error.message().contains("Wait 600 seconds"),
        "{error}"
    );
    bench.pass(Duration::from_secs(600));
    bench.upstream.answer(200, "{}");
    assert_eq!(run(&bench, READS, &account).await.1, 1);
}

#[test]
fn waits_differ_between_callers_but_never_cut_short_what_was_asked_for() {
    let answer = |status, seconds: Option<u64>| {
        let (headers, body) = (http::HeaderMap::new(), bytes::Bytes::new());
        Ok(Answer { status, headers, retry_after: seconds.map(Duration::from_secs), body })
    };
    let wait =
        |outcome: &Result<Answer, SendError>, chance| Retries::new(true).next(outcome, chance).unwrap();
    let asked = answer(429, Some(10));
    assert_eq!(wait(&asked, 0), Duration::from_secs(10));
    assert_eq!(wait(&asked, u32::MAX), Duration::from_secs(13));
    let down = answer(502, None);
    assert_eq!(wait(&down, 0), Duration::from_millis(350));
    assert_eq!(wait(&down, u32::MAX), Duration::from_millis(650));
}
