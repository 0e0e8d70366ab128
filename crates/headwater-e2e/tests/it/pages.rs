//! The pages as people see them, in a real browser.

use headwater_e2e::browser::Browser;
use headwater_e2e::dev_server::DevServer;
use serde_json::{Value, json};

/// The server's own authority is not the browser's business here.
const UNCHECKED: &str = "--ignore-certificate-errors";

/// The public address of a server.
pub(crate) fn origin(server: &DevServer) -> String {
    value(server, "SCALEKIT_ENVIRONMENT_URL")
}

fn value(server: &DevServer, name: &str) -> String {
    let pair = server.environment().into_iter().find(|(key, _)| key == name);
    pair.unwrap_or_else(|| panic!("{name} is missing in {:?}", server.lines)).1
}

/// A new link for an end user.
pub(crate) fn link(server: &DevServer, identifier: &str) -> String {
    // The port speaks plain HTTP, too.
    let plain = origin(server).replace("https://", "http://");
    let (client, secret) = (value(server, "SCALEKIT_CLIENT_ID"), value(server, "SCALEKIT_CLIENT_SECRET"));
    let form = [("grant_type", "client_credentials"), ("client_id", &client), ("client_secret", &secret)];
    let mut answer = ureq::post(format!("{plain}/oauth/token")).send_form(form).unwrap();
    let token: Value = answer.body_mut().read_json().unwrap();
    let mut answer = ureq::post(format!("{plain}/api/v1/connected_accounts/magic_link"))
        .header("authorization", format!("Bearer {}", token["access_token"].as_str().unwrap()))
        .send_json(json!({ "connector": "confluence", "identifier": identifier }))
        .unwrap();
    let made: Value = answer.body_mut().read_json().unwrap();
    made["link"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// From the link to the end, through the sandbox's consent form, whose policy lets forms lead to itself only.
#[test]
fn an_end_user_walks_from_the_link_through_consent_and_choice_to_the_result() {
    let directory = tempfile::tempdir().unwrap();
    let server = DevServer::ready(directory.path(), &[]).unwrap();
    let browser = Browser::start(&[]).unwrap();
    browser.resize(320, 800).unwrap();
    browser.open(&link(&server, "ann@example.com")).unwrap();
    assert_eq!(browser.text("h1").unwrap(), "Connect Confluence");
    browser.click("button").unwrap();
    browser.click("input[name=site]:not(:checked)").unwrap();
    fits(&browser);
    browser.click("button.allow").unwrap();
    assert!(!browser.text(".sites button strong").unwrap().is_empty());
    assert_eq!(browser.text("h1").unwrap(), "Choose a site");
    assert!(browser.address().unwrap().ends_with("/connect/result"));
    browser.reload().unwrap();
    fits(&browser);
    browser.click(".sites button").unwrap();
    assert_eq!(browser.text("h1.good").unwrap(), "Confluence is connected");
    assert!(browser.text("main").unwrap().contains("On behalf of ann@example.com, the application"));
    fits(&browser);
    browser.reload().unwrap();
    assert_eq!(browser.text("h1.good").unwrap(), "Confluence is connected");
    let blocked: Vec<String> =
        browser.complaints().unwrap().into_iter().filter(|it| it.contains("Security Policy")).collect();
    assert!(blocked.is_empty(), "{blocked:?}");
}

fn fits(browser: &Browser) {
    let script = "return [...document.querySelectorAll('body *')].filter(it => {
        const box = it.getBoundingClientRect();
        return box.width > 0 && (box.left < 0 || box.right > innerWidth + 1);
    }).map(it => it.tagName)";
    assert_eq!(browser.run(script, &[]).unwrap(), json!([]), "{}", browser.address().unwrap());
    if let Some(folder) = option_env!("PAGE_PICTURES") {
        let name = browser.title().unwrap().replace(' ', "-");
        std::fs::write(format!("{folder}/{name}.base64"), browser.picture().unwrap()).unwrap();
    }
}

#[test]
fn a_browser_shows_a_page_of_ours_without_a_complaint() {
    let directory = tempfile::tempdir().unwrap();
    let server = DevServer::ready(directory.path(), &["--https"]).unwrap();
    let (origin, browser) = (origin(&server), Browser::start(&[UNCHECKED]).unwrap());
    browser.open(&format!("{origin}/oauth/connect?token=unknown")).unwrap();
    assert_eq!(browser.text("h1").unwrap(), "This link is not known");
    assert_eq!(browser.title().unwrap(), "This link is not known");
    browser.resize(320, 640).unwrap();
    browser.prefer("dark").unwrap();
    let seen =
        browser.run("return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]", &[]).unwrap();
    assert_eq!(seen, json!([320, true]));
    let style = browser.run("return getComputedStyle(document.querySelector('main')).borderTopWidth", &[]);
    assert_eq!(style.unwrap(), "1px", "the style sheet is there");
}
