//! F2, F4 and F8: forged lines in the log, webhooks that lead inside, and documents that are larger than they look.

use serde_json::{Value, json};

use super::recorder::Recorder;
use super::target::Target;

/// What would begin a new line, or paint one over, if it were written as it is.
const FORGED: &str =
    "x\n2026-01-01T00:00:00.000000Z  INFO headwater: forged\r\u{1b}[2K\u{85}\u{2028}forged\0";

#[test]
fn f2_no_text_of_a_caller_makes_a_line_of_the_log() {
    for format in ["text", "json"] {
        let target = Target::with(&[("HEADWATER_LOG__LEVEL", "debug"), ("HEADWATER_LOG__FORMAT", format)]);
        let execute = json!({"tool_name": FORGED, "connector": FORGED, "identifier": FORGED, "params": {FORGED: FORGED}});
        target.call("POST", "/api/v1/execute_tool", &execute);
        target.call(
            "POST",
            "/api/v1/connected_accounts",
            &json!({"connector": "wiki", "identifier": FORGED}),
        );
        target.call(
            "POST",
            "/api/v1/connected_accounts/magic_link",
            &json!({"connector": "wiki", "identifier": "ann", "state": FORGED, "user_verify_url": FORGED}),
        );
        let escaped = "%0A2026-01-01T00:00:00Z%20INFO%20forged%0D%1B[2K";
        target.wire().request(
            "GET",
            &format!("/sso/v1/oauth/{escaped}/callback?error={escaped}&state={escaped}"),
            "",
            "",
        );
        target.wire().request("GET", &format!("/{escaped}?{escaped}"), "", "");
        target.wire().send(target.raw("GET", &format!("/wiki/{escaped}"), "ann", "").as_bytes());
        // The provider is no friend of the log either.
        let body = json!({"error": FORGED, "error_description": FORGED, "message": FORGED}).to_string();
        target
            .provider
            .answer_with(&["HTTP/1.1 400 Bad\u{b}Request", "content-type: application/json"], &body);
        target.tool("confluence_page_get", &json!({"id": "7"}));
        let (link, started) = begin(&target);
        let cookie = started.0;
        let callback = format!("{link}?code=x&state={}", started.1);
        target.wire().request("GET", &callback, &format!("cookie: {cookie}\r\n"), "");
        let log = target.log();
        assert!(log.lines().count() > 10, "{log}");
        for line in log.lines() {
            let whole = if format == "json" {
                serde_json::from_str::<Value>(line).is_ok()
            } else {
                line.starts_with("20")
            };
            assert!(whole && !line.contains("Z  INFO headwater: forged\u{1b}"), "{line:?}");
            assert!(!line.starts_with("2026-01-01T00:00:00"), "{line:?}");
            assert!(line.chars().all(|it| !it.is_control() || it == '\t'), "{line:?}");
        }
        for line in target.verb(&["audit"]).lines() {
            assert!(!line.starts_with("2026-01-01") && !line.contains('\u{1b}'), "{line:?}");
        }
    }
}

/// The callback's path of a flow that was begun, with its cookie and state.
fn begin(target: &Target) -> (String, (String, String)) {
    let asked = json!({"connector": "wiki", "identifier": "ann"});
    let reply = target.call("POST", "/api/v1/connected_accounts/magic_link", &asked);
    let url = reply.json()["link"].as_str().unwrap().to_owned();
    let form = url.split_once('?').unwrap().1;
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    let started = target.wire().request("POST", "/oauth/connect", kind, form);
    let cookie = started.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let location = started.header("location").unwrap();
    let state = location.split(['?', '&']).find_map(|it| it.strip_prefix("state=")).unwrap().to_owned();
    let id = target.verb(&["connection", "list"]);
    let id = id.split_whitespace().next().unwrap();
    (format!("/sso/v1/oauth/{id}/callback"), (cookie, state))
}

/// How a webhook could name this machine or its network.
const INSIDE: [&str; 17] = [
    "127.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "①②⑦.⓪.⓪.①",
];

#[test]
fn f4_a_webhook_does_not_lead_inside() {
    let target = Target::start();
    let inside = Recorder::start();
    let mut registered = 0;
    for (number, host) in INSIDE.iter().enumerate() {
        let scheme = if number % 2 == 0 { "http" } else { "https" };
        let url = format!("{scheme}://{host}:{}/hook", inside.port);
        let arguments = ["webhook", "--data-dir", target.data().to_str().unwrap(), "create", "--url", &url]
            .map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        registered += usize::from(headwater_e2e::binary::run(&arguments).unwrap().status.success());
    }
    assert!(registered > 5, "which addresses may be called is decided when they are called");
    // The operator's own endpoint may be called, but not send the call on.
    let own = format!("http://127.0.0.1:{}/hook", target.provider.port);
    target.verb(&["webhook", "create", "--url", &own]);
    target.provider.answer_with(
        &["HTTP/1.1 307 Temporary Redirect", &format!("location: http://127.0.0.1:{}/", inside.port)],
        "secret of the inside",
    );
    assert_eq!(target.create("wiki", "bob", "access").status, 201);
    let failed = |line: &str| line.contains("the endpoint answered 307") || line.contains("are not allowed");
    let mut deliveries = String::new();
    for _ in 0..200 {
        deliveries = target.verb(&["webhook", "deliveries", "--limit", "200"]);
        let tried = deliveries.lines().filter(|line| failed(line)).count();
        if tried > registered {
            break;
        }
    }
    assert!(deliveries.lines().filter(|line| failed(line)).count() > registered, "{deliveries}");
    assert!(!deliveries.contains("secret of the inside"), "what an endpoint answers is not shown");
    assert_eq!(inside.connections(), 0, "nobody inside was connected to");
}

#[test]
fn f8_documents_that_are_larger_than_they_look_are_refused() {
    let target = Target::start();
    let nested =
        |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let call = |params: &str| {
        format!(
            r#"{{"tool_name":"confluence_page_get","connector":"wiki","identifier":"ann","params":{params}}}"#
        )
    };
    let bodies = [
        call(&format!(r#"{{"id":{}}}"#, nested("[", "]", 100_000))),
        call(&nested(r#"{"a":"#, "}", 100_000)),
        nested("[", "]", 500_000),
        "[".repeat(1_000_000),
        call(r#"{"id":1e999999999}"#),
        call(&format!(r#"{{"id":{}}}"#, "9".repeat(1_000_000))),
        call(r#"{"id":"\ud800"}"#),
        call(r#"{"id":"7"}"#).replacen('{', r#"{"identifier":"bob","#, 1),
        call(r#"{"id":"7"},"params":{"id":"8"}"#),
        call(r#"{"id":"7"},"toolName":"confluence_page_delete""#),
    ];
    let before = target.memory();
    for body in bodies {
        let head = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", target.token);
        let reply = target.wire().request("POST", "/api/v1/execute_tool", &head, &body);
        let start: String = body.chars().take(120).collect();
        assert!((400..500).contains(&reply.status), "{start}: {reply:?}");
        assert!(reply.body.len() < 16 * 1024, "what was wrong is not repeated whole: {start}");
    }
    assert!(target.provider.requests().is_empty());
    let grown = target.memory().saturating_sub(before);
    assert!(grown < 96 * 1024, "it grew by {grown} KiB");
    // What a provider answers is no better.
    for body in [
        nested("[", "]", 200_000),
        format!(r#"{{"a":{}}}"#, nested(r#"{"a":"#, "}", 200_000)),
        "{\"a\":1e999}".to_owned(),
    ] {
        target.provider.answer_with(&["HTTP/1.1 200 OK", "content-type: application/json"], &body);
        let reply = target.tool("confluence_page_get", &json!({"id": "7"}));
        assert!(reply.status >= 400, "{}", reply.body.chars().take(200).collect::<String>());
    }
    assert_eq!(target.wire().request("GET", "/healthz", "", "").status, 200);
}
