//! B9 and B13 in a real browser: what its rules about forms, redirects and cookies make of our pages.

use headwater_e2e::browser::Browser;
use serde_json::{Value, json};

use super::recorder::Recorder;
use super::target::Target;

/// Widths of a small phone, a phone and a window, in pixels.
const WIDTHS: [u32; 3] = [320, 390, 1280];

/// The server's own authority is not the browser's business here.
fn browser() -> Browser {
    Browser::start(&["--ignore-certificate-errors"]).unwrap()
}

fn link(target: &Target) -> String {
    let asked =
        json!({"connector": "wiki", "identifier": "ann.with.a.rather.long.name@subsidiary.of.example.com"});
    let reply = target.call("POST", "/api/v1/connected_accounts/magic_link", &asked);
    reply.json()["link"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned()
}

fn html(recorder: &Recorder, body: &str) {
    recorder.answer_with(&["HTTP/1.1 200 OK", "content-type: text/html"], body);
}

/// What sticks out of the screen on either side, by tag and text.
fn sticking_out(browser: &Browser) -> Value {
    let script = "document.querySelectorAll('details').forEach(it => it.open = true);
        return [...document.querySelectorAll('body *')].filter(it => {
            const box = it.getBoundingClientRect();
            return box.width > 0 && (box.left < 0 || box.right > innerWidth + 1);
        }).map(it => `${it.tagName} ${it.textContent.trim().slice(0, 40)}`)";
    browser.run(script, &[]).unwrap()
}

/// Keeps a picture where `PAGE_PICTURES` names a folder for them, to be looked at.
fn keep(browser: &Browser, name: &str) {
    if let Some(folder) = option_env!("PAGE_PICTURES") {
        let picture = browser.picture().unwrap();
        std::fs::write(format!("{folder}/{name}.base64"), picture).unwrap();
    }
}

fn fits(browser: &Browser, name: &str) {
    for width in WIDTHS {
        browser.resize(width, 900).unwrap();
        assert_eq!(sticking_out(browser), json!([]), "{name} at {width} px");
        for scheme in ["light", "dark"] {
            browser.prefer(scheme).unwrap();
            keep(browser, &format!("{name}-{width}-{scheme}"));
        }
    }
}

/// Single sign-on leads through hosts that no policy can list; Chromium checks all of them that follow a form.
#[test]
fn b9_signing_on_through_a_third_origin_works_under_the_policy_of_the_pages() {
    let target = Target::start();
    let (sign_on, browser) = (Recorder::start(), browser());
    html(&sign_on, "<title>Third</title><h1>Sign in at the third origin</h1>");
    let third = format!("location: http://127.0.0.1:{}/sso", sign_on.port);
    target.provider.answer_with(&["HTTP/1.1 302 Found", &third], "");
    browser.open(&link(&target)).unwrap();
    fits(&browser, "start");
    browser.click("button").unwrap();
    assert_eq!(browser.text("body > h1").unwrap(), "Sign in at the third origin");
    assert!(browser.address().unwrap().starts_with(&format!("http://127.0.0.1:{}/", sign_on.port)));
    let blocked: Vec<String> =
        browser.complaints().unwrap().into_iter().filter(|it| it.contains("Security Policy")).collect();
    assert!(blocked.is_empty(), "{blocked:?}");
    let asked = sign_on.requests().join("\n");
    let own = format!("localhost:{}", target.address.port());
    assert!(
        asked.contains("GET /sso") && !asked.contains(&own),
        "nobody else hears where the browser was: {asked}"
    );
}

#[test]
fn b13_a_form_on_another_site_starts_nothing_in_a_browser() {
    let target = Target::start();
    let (evil, browser, link) = (Recorder::start(), browser(), link(&target));
    let (page, token) = link.split_once("?token=").unwrap();
    html(
        &evil,
        &format!(
            "<form method=post action='{page}'><input name=token value='{token}'><button>Win</button></form>"
        ),
    );
    browser.open(&format!("http://127.0.0.1:{}/", evil.port)).unwrap();
    browser.click("button").unwrap();
    assert_eq!(browser.text("main h1").unwrap(), "This form did not come from here");
    fits(&browser, "elsewhere");
    browser.open(&link).unwrap();
    assert_eq!(browser.text("main h1").unwrap(), "Connect Confluence", "the link was not used up");
}

/// The answer's address holds a code. It is gone from the bar, and loading the page again is harmless.
#[test]
fn b14_the_code_leaves_the_address_bar_and_the_page_can_be_loaded_again() {
    let target = Target::start();
    let browser = browser();
    html(&target.provider, "<h1>Consent</h1>");
    browser.open(&link(&target)).unwrap();
    browser.click("button").unwrap();
    assert_eq!(browser.text("body > h1").unwrap(), "Consent");
    let state = browser.address().unwrap();
    let state = state.split(['?', '&']).find_map(|it| it.strip_prefix("state=")).unwrap().to_owned();
    let id = target.verb(&["connection", "list"]);
    let id = id.split_whitespace().next().unwrap();
    let origin = format!("https://localhost:{}", target.address.port());
    let back = format!("{origin}/sso/v1/oauth/{id}/callback?error=access_denied&state={state}");
    // The provider's page leads back, as it does in life.
    browser.run(&format!("location.href = '{back}'"), &[]).unwrap();
    for _ in 0..2 {
        assert_eq!(browser.text("main h1").unwrap(), "You declined");
        assert_eq!(browser.address().unwrap(), format!("{origin}/connect/result"));
        browser.reload().unwrap();
    }
    fits(&browser, "declined");
    browser.open(&back).unwrap();
    assert_eq!(browser.text("main h1").unwrap(), "You declined", "nor does going back say that it was used");
    for (path, name) in [("/", "home"), ("/connect/success", "bare"), ("/oauth/connect?token=x", "unknown")] {
        browser.open(&format!("{origin}{path}")).unwrap();
        assert!(!browser.text("main h1").unwrap().is_empty());
        fits(&browser, name);
    }
}

/// A provider's form may lead to us and nowhere else; the application's own page is still reached.
#[test]
fn b9_the_application_is_reached_from_a_form_of_the_provider_that_leads_to_us_only() {
    let target = Target::start();
    let (app, browser) = (Recorder::start(), browser());
    html(&app, "<h1>The application</h1>");
    let verify = format!("http://127.0.0.1:{}/verify", app.port);
    let asked = json!({"connector": "wiki", "identifier": "ann", "user_verify_url": verify});
    let reply = target.call("POST", "/api/v1/connected_accounts/magic_link", &asked);
    let link = reply.json()["link"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned();
    let origin = format!("https://localhost:{}", target.address.port());
    html(&target.provider, "<h1>Consent</h1>");
    browser.open(&link).unwrap();
    browser.click("button").unwrap();
    assert_eq!(browser.text("body > h1").unwrap(), "Consent");
    let state = browser.address().unwrap();
    let state = state.split(['?', '&']).find_map(|it| it.strip_prefix("state=")).unwrap().to_owned();
    let id = target.verb(&["connection", "list"]);
    let back = format!("{origin}/sso/v1/oauth/{}/callback", id.split_whitespace().next().unwrap());
    // The provider's page as it might be: its form leads to us, by a policy that names nobody else.
    let provider = Recorder::start();
    let form = format!(
        "<form action='{back}'><input name=code value=c><input name=state value='{state}'><button>Allow</button></form>"
    );
    let policy = format!("content-security-policy: form-action {origin}");
    provider.answer_with(&["HTTP/1.1 200 OK", "content-type: text/html", &policy], &form);
    let tokens = json!({"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "", "token_type": "Bearer"});
    target.provider.answer_with(&["HTTP/1.1 200 OK", "content-type: application/json"], &tokens.to_string());
    browser.open(&format!("http://127.0.0.1:{}/", provider.port)).unwrap();
    browser.click("button").unwrap();
    assert_eq!(browser.text("body > h1").unwrap(), "The application");
    let blocked: Vec<String> =
        browser.complaints().unwrap().into_iter().filter(|it| it.contains("Security Policy")).collect();
    assert!(blocked.is_empty(), "{blocked:?}");
}
