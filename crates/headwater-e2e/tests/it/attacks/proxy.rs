//! C5 to C8: what a provider, or whoever speaks in its place, can do to headwater and to its callers.

use serde_json::json;

use super::recorder::{Answer, Recorder};
use super::target::{ACCESS_TOKEN, Target};

#[test]
fn c1_no_odd_method_reaches_the_provider() {
    let target = Target::start();
    for method in ["CONNECT", "TRACE", "TRACK", "get", "PROPFIND", "PRI", "M-SEARCH"] {
        let reply = target.wire().send(target.raw(method, "/wiki/c1", "ann", "").as_bytes());
        assert!(reply.status >= 400, "{method}: {reply:?}");
    }
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\n";
    let reply = target.wire().send(target.raw("GET", "/wiki/c1", "ann", upgrade).as_bytes());
    assert_eq!(reply.status, 200, "it is served as if nothing had been asked: {reply:?}");
    let arrived = target.provider.requests();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    assert!(!arrived[0].to_ascii_lowercase().contains("upgrade"), "{arrived:?}");
}

/// Clients follow addresses with their own credentials, so none may lead to our own API.
#[test]
fn c2_no_address_in_an_answer_leads_to_our_api() {
    let target = Target::start();
    for location in
        ["/../api/v1/connections", "/wiki/..%2f../api/v1", "//127.0.0.1/x", "https://evil.example/"]
    {
        let lines = [
            "HTTP/1.1 302 Found".to_owned(),
            format!("location: {location}"),
            format!("content-location: {location}"),
            format!("link: <{location}>; rel=\"next\""),
            format!("refresh: 0; url={location}"),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        target.provider.answer_with(&lines, "");
        let reply = target.wire().send(target.raw("GET", "/wiki/c2", "ann", "").as_bytes());
        assert_eq!(reply.status, 302);
        for name in ["location", "content-location", "link", "refresh"] {
            assert_eq!(reply.header(name), None, "{location}: {name}");
        }
    }
}

#[test]
fn c5_no_redirect_takes_a_token_along() {
    // The place that redirects lead to may be called: if they were followed, it would be.
    let target = Target::with(&[("HEADWATER_UPSTREAM__ALLOW_HOSTS", "127.0.0.1")]);
    let elsewhere = Recorder::start();
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let line = format!("HTTP/1.1 {status}");
        let location = format!("location: http://127.0.0.1:{}/stolen", elsewhere.port);
        target.provider.answer_with(&[&line, &location], "");
        let raw = target.wire().send(target.raw("GET", "/wiki/c5", "ann", "").as_bytes());
        assert_eq!(
            Some(raw.status.to_string().as_str()),
            status.split(' ').next(),
            "passed on, not followed"
        );
        let tool = target.tool("confluence_page_get", &json!({"id": "7"}));
        assert!(!(200..300).contains(&tool.status), "{}", tool.body);
        let file = target.tool("confluence_attachment_download", &json!({"id": "att7", "page_id": "7"}));
        assert!(!file.body.contains("stolen"), "{}", file.body);
    }
    let stolen = elsewhere.requests();
    assert!(stolen.iter().all(|it| !it.contains(ACCESS_TOKEN)), "{stolen:?}");
}

#[test]
fn c6_the_environment_does_not_lead_calls_to_a_proxy() {
    let elsewhere = Recorder::start();
    let proxy = format!("http://127.0.0.1:{}", elsewhere.port);
    let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (*name, proxy.as_str())).collect();
    let target = Target::with(&variables);
    let reply = target.wire().send(target.raw("GET", "/wiki/c6", "ann", "").as_bytes());
    assert_eq!((reply.status, target.provider.requests().len()), (200, 1));
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn c6_no_spelling_of_this_machine_is_called_unless_the_operator_says_so() {
    let target = Target::start();
    let names = [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
    ];
    for (number, name) in names.iter().enumerate() {
        let url = format!("http://{name}:{}", target.provider.port);
        target.add_connection(&format!("c6-{number}"), Some(&url));
    }
    // The same provider, but now the operator allows another port of its host only.
    let target = target.restarted(&[("HEADWATER_UPSTREAM__ALLOW_HOSTS", "127.0.0.1:1")]);
    for (number, name) in names.iter().enumerate() {
        let connection = format!("c6-{number}");
        assert_eq!(target.create(&connection, "bob", "access").status, 201);
        let request = target.raw("GET", "/wiki/c6", "bob", "");
        let request = request.replace("connection_name: wiki", &format!("connection_name: {connection}"));
        let reply = target.wire().send(request.as_bytes());
        assert!(reply.status >= 400, "{name}: {reply:?}");
    }
    assert_eq!(target.provider.connections(), 0, "it was connected to");
}

#[test]
fn c7_an_answer_cannot_act_on_our_origin() {
    let target = Target::start();
    target.provider.answer_with(
        &[
            "HTTP/1.1 200 OK",
            "content-type: text/html",
            "content-disposition: inline; filename=page.html",
            "set-cookie: __Host-headwater_flow=planted; Path=/; Secure",
            "strict-transport-security: max-age=1",
            "content-security-policy: script-src *",
            "clear-site-data: \"*\"",
            "refresh: 0; url=https://evil.example/",
            "access-control-allow-origin: *",
            "access-control-allow-credentials: true",
            "service-worker-allowed: /",
            "alt-svc: h2=\"evil.example:443\"",
            "report-to: {}",
            "nel: {}",
            "connection: x-hop",
            "x-hop: 1",
        ],
        "<script>alert(1)</script>",
    );
    let reply = target.wire().send(target.raw("GET", "/wiki/c7", "ann", "").as_bytes());
    assert_eq!((reply.status, reply.body.as_str()), (200, "<script>alert(1)</script>"));
    assert_eq!(reply.header("content-security-policy"), Some("sandbox; default-src 'none'"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("content-disposition"), Some("attachment; filename=page.html"));
    for gone in [
        "set-cookie",
        "strict-transport-security",
        "clear-site-data",
        "refresh",
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "service-worker-allowed",
        "alt-svc",
        "report-to",
        "nel",
        "x-hop",
    ] {
        assert_eq!(reply.header(gone), None, "{gone}");
    }
    // What a browser brings along by itself opens nothing.
    let plain = target.raw("GET", "/wiki/c7", "ann", "");
    let cookie = plain.replace("authorization: Bearer ", "cookie: __Host-headwater_flow=");
    assert_eq!(target.wire().send(cookie.as_bytes()).status, 401);
}

#[test]
fn c8_an_answer_without_end_is_cut_and_costs_no_memory() {
    let target = Target::start();
    target.provider.answer(Answer::Endless);
    let before = target.memory();
    for _ in 0..3 {
        let reply = target.tool("confluence_page_get", &json!({"id": "7"}));
        assert!(reply.status >= 400, "{}", reply.body);
        assert!(reply.body.contains("larger") || reply.body.contains("large"), "{}", reply.body);
    }
    let grown = target.memory().saturating_sub(before);
    assert!(grown < 64 * 1024, "it grew by {grown} KiB");
}

#[test]
fn c8_a_small_answer_is_not_blown_up() {
    let target = Target::start();
    // Whoever unpacks this gets far more than was sent: what says that it is packed is passed on as it is.
    target.provider.answer_with(
        &["HTTP/1.1 200 OK", "content-type: application/json", "content-encoding: gzip"],
        "\u{1f}not really packed",
    );
    let raw =
        target.wire().send(target.raw("GET", "/wiki/c8", "ann", "accept-encoding: gzip\r\n").as_bytes());
    assert_eq!(
        (raw.header("content-encoding"), raw.body.as_str()),
        (Some("gzip"), "\u{1f}not really packed")
    );
    let tool = target.tool("confluence_page_get", &json!({"id": "7"}));
    assert!(tool.status >= 400, "a tool does not unpack it: {}", tool.body);
    let asked = target.provider.requests();
    assert!(
        !asked[1].to_ascii_lowercase().contains("accept-encoding"),
        "nor does it ask for it: {}",
        asked[1]
    );
}
