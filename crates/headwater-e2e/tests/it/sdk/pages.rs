//! The pages in the eyes of axe, which comes from npm as the Node SDK does.

use headwater_e2e::browser::Browser;
use headwater_e2e::dev_server::DevServer;
use headwater_e2e::sdks;

/// What axe finds on the page that is open, as rule and element.
fn axe(browser: &Browser, source: &str) -> Vec<String> {
    let script = format!(
        "{source}; return axe.run().then(found => found.violations.flatMap(it =>
            it.nodes.map(node => `${{it.id}}: ${{node.target}} ${{node.html.slice(0, 120)}}`)))"
    );
    let found = browser.run(&script, &[]).unwrap();
    found.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// axe knows what keeps people from using a page who do not see well, or use no mouse.
#[test]
fn the_pages_have_no_faults_that_axe_knows() {
    let source = sdks::node().unwrap().join("node_modules/axe-core/axe.min.js");
    let source = std::fs::read_to_string(source).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let server = DevServer::ready(directory.path(), &["--https"]).unwrap();
    let (origin, link) = (crate::pages::origin(&server), crate::pages::link(&server, "ann@example.com"));
    let sandbox =
        server.lines.iter().find_map(|line| line.split_whitespace().find(|it| it.ends_with("/wiki")));
    let sandbox = sandbox.unwrap_or_else(|| panic!("{:?}", server.lines));
    let hosted =
        ["/", "/connect/success", "/oauth/connect?token=unknown"].map(|path| format!("{origin}{path}"));
    let view = ["", "/recent", "/spaces/ENG", "/search?q=tide", "/search?q=type%20%3D"];
    let view = view.map(|path| format!("{sandbox}{path}"));
    let browser = Browser::start(&["--ignore-certificate-errors"]).unwrap();
    let mut faults = Vec::new();
    let mut look = |address: &str| {
        browser.open(address).unwrap();
        for (width, scheme) in [(320, "light"), (1280, "dark")] {
            browser.resize(width, 800).unwrap();
            browser.prefer(scheme).unwrap();
            let wide = browser.run("return document.documentElement.scrollWidth > innerWidth", &[]).unwrap();
            faults.extend((wide == true).then(|| format!("{address} at {width}: wider than the screen")));
            let found = axe(&browser, &source);
            faults.extend(found.into_iter().map(|it| format!("{address} at {width}, {scheme}: {it}")));
        }
    };
    for address in hosted.iter().chain(&view) {
        look(address);
    }
    look(&link);
    browser.open(&link).unwrap();
    browser.click("button").unwrap();
    // The page goes on by itself; this one is the sandbox's.
    assert_eq!(browser.text("button.allow").unwrap(), "Allow");
    look(&browser.address().unwrap());
    let pages = "return [...document.querySelectorAll('.tree a')].map(it => it.href)";
    browser.open(&format!("{sandbox}/spaces/ENG")).unwrap();
    let pages: Vec<String> = serde_json::from_value(browser.run(pages, &[]).unwrap()).unwrap();
    assert!(pages.len() > 3, "{pages:?}");
    for address in pages.iter().take(6) {
        look(address);
    }
    look(&format!("{}/history", pages[0]));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
