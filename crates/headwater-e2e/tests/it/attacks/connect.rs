//! B2, B6 and B9: the pages on which an end user connects, as a browser gets them.

use serde_json::json;

use super::target::Target;
use super::wire::Reply;

/// A new link of `ann`, as path and query.
fn link(target: &Target) -> String {
    let asked = json!({"connector": "wiki", "identifier": "ann@example.com"});
    let reply = target.call("POST", "/api/v1/connected_accounts/magic_link", &asked);
    let link = reply.json()["link"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned();
    link[link.find("/oauth/connect?token=").unwrap()..].to_owned()
}

fn get(target: &Target, path: &str, head: &str) -> Reply {
    target.wire().request("GET", path, head, "")
}

/// Presses the button.
fn press(target: &Target, link: &str, head: &str) -> Reply {
    let form = link.split_once('?').unwrap().1;
    let kind = format!("content-type: application/x-www-form-urlencoded\r\n{head}");
    target.wire().request("POST", "/oauth/connect", &kind, form)
}

fn state(started: &Reply) -> String {
    let location = started.header("location").unwrap();
    location.split(['?', '&']).find_map(|it| it.strip_prefix("state=")).unwrap().to_owned()
}

fn callback(target: &Target, state: &str, head: &str) -> Reply {
    let id = target.verb(&["connection", "list"]);
    let id = id.split_whitespace().next().unwrap();
    get(target, &format!("/sso/v1/oauth/{id}/callback?code=the-code&state={state}"), head)
}

#[test]
fn b6_a_link_says_little_and_is_not_used_up_by_those_who_only_look() {
    let target = Target::start();
    let link = link(&target);
    assert!(!link.contains("ann"), "no name in the link: {link}");
    for _ in 0..3 {
        let page = get(&target, &link, "user-agent: Slackbot-LinkExpanding 1.0\r\npurpose: prefetch\r\n");
        assert_eq!((page.status, page.header("set-cookie")), (200, None));
        assert!(!page.body.contains("ann@example.com"), "the name is masked");
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
    let head = target
        .wire()
        .send(format!("HEAD {link} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes());
    assert!(head.status != 303, "{head:?}");
    assert!(press(&target, &link, "").header("location").is_some());
    assert!(press(&target, &link, "").status >= 400, "it works once");
    let token = link.split_once('=').unwrap().1;
    assert!(!target.log().contains(token), "it is not logged");
}

#[test]
fn b2_only_the_browser_that_pressed_the_button_can_come_back() {
    let target = Target::start();
    let started = press(&target, &link(&target), "");
    let cookie = started.header("set-cookie").unwrap();
    for attribute in ["__Host-headwater_flow=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(attribute), "{attribute} is missing in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    target.provider.requests();
    for head in ["", "cookie: __Host-headwater_flow=another\r\n", "cookie: headwater_flow=another\r\n"] {
        let reply = callback(&target, &state(&started), head);
        assert!(reply.status >= 400, "{head}: {reply:?}");
    }
    assert!(target.provider.requests().is_empty(), "the code is not presented");
}

/// The page on which somebody consents is not to lie under another one, and runs nothing.
#[test]
fn b9_no_page_can_be_framed_or_scripted() {
    let target = Target::start();
    let link = link(&target);
    let pages = [
        get(&target, &link, ""),
        get(&target, "/oauth/connect?token=unknown", ""),
        get(&target, "/", ""),
        get(&target, "/connect/result", ""),
        get(&target, "/connect/success", ""),
        callback(&target, "unknown", ""),
        press(&target, "/oauth/connect?token=unknown", ""),
        press(&target, &link, ""),
    ];
    for page in pages {
        let policy = page.header("content-security-policy").unwrap_or_default();
        for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(rule), "{rule} is missing: {page:?}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(page.header("access-control-allow-origin"), None);
        assert!(!page.body.contains("<script"), "{}", page.body);
    }
}

/// The page that warns must be seen: only a form of our own pages starts a flow.
#[test]
fn b13_a_form_of_another_site_starts_nothing() {
    let target = Target::start();
    let link = link(&target);
    let own = format!("origin: https://localhost:{}\r\n", target.address.port());
    let refused = [
        "sec-fetch-site: cross-site\r\n",
        "sec-fetch-site: same-site\r\n",
        "sec-fetch-site: \r\n",
        "origin: https://evil.example\r\n",
        "origin: null\r\n",
        "origin: http://localhost\r\n",
        "user-agent: Mozilla/5.0 (X11; Linux x86_64)\r\n",
        &format!("sec-fetch-site: cross-site\r\n{own}"),
    ];
    for head in refused {
        let reply = press(&target, &link, head);
        assert_eq!(
            (reply.status, reply.header("location"), reply.header("set-cookie")),
            (403, None, None),
            "{head}"
        );
    }
    let kind = "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: cross-site\r\n";
    let site = target.wire().request("POST", "/oauth/connect/site", kind, "flow=x&cloud_id=y");
    assert_eq!(site.status, 403, "{site:?}");
    let taken = ["sec-fetch-site: same-origin\r\norigin: null\r\n", &own, "user-agent: curl/8\r\n"];
    for head in taken {
        let reply = press(&target, &self::link(&target), head);
        assert!(reply.header("location").is_some(), "{head}: {reply:?}");
    }
    assert!(press(&target, &link, "").header("location").is_some(), "the link was not used up");
}

/// Where the provider is, and why it refused, is the operator's business.
#[test]
fn b6_no_page_names_a_host_of_the_operator_or_the_reason_of_a_refusal() {
    let target = Target::start();
    let link = link(&target);
    let start = get(&target, &link, "");
    assert!(
        start.body.contains("attacked") && start.body.contains("Continue to Confluence"),
        "{}",
        start.body
    );
    let started = press(&target, &link, "");
    let cookie = started.header("set-cookie").unwrap().split(';').next().unwrap();
    let refusal = r#"{"error":"access_denied","error_description":"Unauthorized for secret-host.internal"}"#;
    target.provider.answer_with(&["HTTP/1.1 401 Unauthorized", "content-type: application/json"], refusal);
    let answered = callback(&target, &state(&started), &format!("cookie: {cookie}\r\n"));
    assert_eq!((answered.status, answered.header("location")), (303, Some("/connect/result")));
    let shown = answered.header("set-cookie").unwrap().split(';').next().unwrap();
    let page = get(&target, "/connect/result", &format!("cookie: {shown}\r\n"));
    assert!(page.body.contains("Tell the people who run the application"), "{}", page.body);
    for text in [&start.body, &page.body, &answered.body] {
        for secret in ["127.0.0.1", "localhost", "secret-host", "Unauthorized", "access_denied"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let again = callback(&target, &state(&started), &format!("cookie: {cookie}; {shown}\r\n"));
    assert_eq!(again.header("location"), Some("/connect/result"), "loading it again shows the same");
}

/// These addresses can be opened by anybody.
#[test]
fn b14_a_page_that_is_opened_by_itself_claims_nothing() {
    let target = Target::start();
    for path in ["/connect/success", "/connect/result"] {
        for head in ["", "cookie: __Host-headwater_shown=forged\r\n"] {
            let page = get(&target, path, head);
            assert_eq!(page.status, 200);
            assert!(page.body.contains("Go back to the application"), "{}", page.body);
            assert!(!page.body.contains("is connected</h1>"), "{}", page.body);
        }
    }
}

/// Names come from applications, errors from whoever calls the callback.
#[test]
fn f3_no_text_becomes_markup() {
    let target = Target::start();
    let markup = "<script>alert(1)</script>";
    // The page hides the name, but not what stands behind an `@`.
    let asked = json!({"connector": "wiki", "identifier": format!("ann@{markup}.example")});
    let reply = target.call("POST", "/api/v1/connected_accounts/magic_link", &asked);
    let url = reply.json()["link"].as_str().unwrap().to_owned();
    let page = get(&target, &url[url.find("/oauth/connect").unwrap()..], "");
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("script&#62;alert(1)") || page.body.contains("script&gt;alert(1)"),
        "{}",
        page.body
    );
    let id = target.verb(&["connection", "list"]);
    let id = id.split_whitespace().next().unwrap();
    let started = press(&target, &link(&target), "");
    let cookie = started.header("set-cookie").unwrap().split(';').next().unwrap();
    let encoded = "%3Cscript%3Ealert(1)%3C/script%3E%22%3E%3Cimg%20src=x%3E";
    let path = format!(
        "/sso/v1/oauth/{id}/callback?error={encoded}&error_description={encoded}&state={}",
        state(&started)
    );
    let refused = get(&target, &path, &format!("cookie: {cookie}\r\n"));
    let shown = refused.header("set-cookie").unwrap().split(';').next().unwrap();
    let refused = get(&target, "/connect/result", &format!("cookie: {shown}\r\n"));
    assert!(refused.body.contains("alert(1)"), "what the provider said is shown: {}", refused.body);
    let unknown = get(&target, &format!("/sso/v1/oauth/{encoded}/callback?error={encoded}&state=x"), "");
    let lost = get(&target, &format!("/oauth/connect?token={encoded}"), "");
    for page in [page, refused, unknown, lost] {
        assert!(!page.body.contains("<script") && !page.body.contains("<img"), "{}", page.body);
    }
}
