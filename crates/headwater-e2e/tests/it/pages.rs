//! The pages as people see them, in a real browser.

use headwater_e2e::browser::Browser;
use headwater_e2e::dev_server::DevServer;

/// The server's own authority is not the browser's business here.
const UNCHECKED: &str = "--ignore-certificate-errors";

#[test]
fn a_browser_shows_a_page_of_ours_without_a_complaint() {
    let directory = tempfile::tempdir().unwrap();
    let server = DevServer::start(directory.path(), &[], "NODE_EXTRA_CA_CERTS=").unwrap();
    let origin = server.environment().into_iter().find(|(name, _)| name == "SCALEKIT_ENVIRONMENT_URL");
    let (_, origin) = origin.unwrap();
    let browser = Browser::start(&[UNCHECKED]).unwrap();
    browser.open(&format!("{origin}/oauth/connect?token=unknown")).unwrap();
    assert_eq!(browser.text("h1").unwrap(), "This link is not known");
    assert_eq!(browser.title().unwrap(), "This link is not known");
    browser.resize(320, 640).unwrap();
    browser.prefer("dark").unwrap();
    let seen =
        browser.run("return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]", &[]).unwrap();
    assert_eq!(seen, serde_json::json!([320, true]));
    let style = browser.run("return getComputedStyle(document.querySelector('main')).borderTopWidth", &[]);
    assert_eq!(style.unwrap(), "1px", "the style sheet is there");
}
