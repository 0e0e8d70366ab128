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
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
    let head = target
        .wire()
        .send(format!("HEAD {link} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes());
    assert!(head.status != 303, "{head:?}");
    assert_eq!(press(&target, &link, "").status, 303);
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
        get(&target, "/connect/success", ""),
        callback(&target, "unknown", ""),
        press(&target, "/oauth/connect?token=unknown", ""),
        press(&target, &link, ""),
    ];
    for page in pages {
        let policy = page.header("content-security-policy").unwrap_or_default();
        for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(rule), "{rule} is missing: {page:?}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(page.header("access-control-allow-origin"), None);
        assert!(!page.body.contains("<script"), "{}", page.body);
    }
}

/// Names come from applications, errors from whoever calls the callback.
#[test]
fn f3_no_text_becomes_markup() {
    let target = Target::start();
    let markup = "<script>alert(1)</script>";
    let asked = json!({"connector": "wiki", "identifier": format!("{markup}{markup}@example.com")});
    let reply = target.call("POST", "/api/v1/connected_accounts/magic_link", &asked);
    let url = reply.json()["link"].as_str().unwrap().to_owned();
    let page = get(&target, &url[url.find("/oauth/connect").unwrap()..], "");
    assert_eq!(page.status, 200);
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
    let unknown = get(&target, &format!("/sso/v1/oauth/{encoded}/callback?error={encoded}&state=x"), "");
    let lost = get(&target, &format!("/oauth/connect?token={encoded}"), "");
    for page in [page, refused, unknown, lost] {
        assert!(!page.body.contains("<script") && !page.body.contains("<img"), "{}", page.body);
    }
}
