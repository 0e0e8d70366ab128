//! A real browser: Chromium without a window, driven over the protocol of the W3C for that.
//!
//! The protocol (`WebDriver`) is JSON over HTTP, so that `ureq` is all that it takes. Whatever looks for an element waits for it, across
//! navigations too; the driver does the waiting.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{io, thread};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

/// How long an element may take to appear, in milliseconds.
const PATIENCE: u64 = 20_000;
/// The member of an answer that holds an element's id, as the specification names it.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One browser with a profile of its own; closed when dropped.
pub struct Browser {
    driver: Child,
    agent: Agent,
    session: String,
    /// Removed with the browser.
    _profile: TempDir,
}

impl Browser {
    /// Starts one. `arguments` are more of Chromium's switches, such as `--host-resolver-rules=MAP *.test 127.0.0.1`.
    pub fn start(arguments: &[&str]) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let (driver, port) = start_driver()?;
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let session = format!("http://127.0.0.1:{port}/session");
        let place = format!("--user-data-dir={}", profile.path().display());
        let mut browser = Self { driver, agent, session, _profile: profile };
        // Chromium's own sandbox needs rights that containers and root do not have; only our own pages are shown.
        let mut switches =
            vec!["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", &place];
        switches.extend(arguments);
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": switches },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "implicit": PATIENCE },
        });
        let asked = json!({ "capabilities": { "alwaysMatch": wanted } });
        let made = browser.post("", &asked)?;
        let id = made["sessionId"].as_str().context("the driver gave no session")?;
        browser.session = format!("{}/{id}", browser.session);
        Ok(browser)
    }

    /// Goes to an address and waits until the page has loaded.
    pub fn open(&self, address: &str) -> Result<()> {
        self.post("/url", &json!({ "url": address })).map(drop)
    }

    /// Loads the page again, as the reload button does.
    pub fn reload(&self) -> Result<()> {
        self.post("/refresh", &json!({})).map(drop)
    }

    /// What stands in the address bar.
    pub fn address(&self) -> Result<String> {
        text(&self.get("/url")?)
    }

    /// The page's title.
    pub fn title(&self) -> Result<String> {
        text(&self.get("/title")?)
    }

    /// The text that people see of the first element that fits the CSS selector, waiting for it.
    pub fn text(&self, selector: &str) -> Result<String> {
        let element = self.element(selector)?;
        text(&self.get(&format!("/element/{element}/text"))?)
    }

    /// Presses the first element that fits the CSS selector, and waits for the page that this leads to.
    pub fn click(&self, selector: &str) -> Result<()> {
        let element = self.element(selector)?;
        self.post(&format!("/element/{element}/click"), &json!({})).map(drop)
    }

    /// Types into the first element that fits the CSS selector.
    pub fn write(&self, selector: &str, text: &str) -> Result<()> {
        let element = self.element(selector)?;
        self.post(&format!("/element/{element}/value"), &json!({ "text": text })).map(drop)
    }

    /// Runs the body of a JavaScript function in the page and gives what it returns; `arguments[0]` and so on are the
    /// arguments. A promise is waited for. The page's own policy does not bind it.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Shows pages in this many pixels, as a phone or a window of that size would.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size)
    }

    /// Shows pages as to somebody who prefers a dark screen, or a light one.
    pub fn prefer(&self, scheme: &str) -> Result<()> {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", &features)
    }

    /// What the browser has complained about since the last question: broken policies, files that did not come,
    /// errors of scripts.
    pub fn complaints(&self) -> Result<Vec<String>> {
        let entries = self.post("/se/log", &json!({ "type": "browser" }))?;
        let message = |entry: &Value| entry["message"].as_str().map(str::to_owned);
        Ok(entries.as_array().into_iter().flatten().filter_map(message).collect())
    }

    /// A picture of the page, as PNG in base64.
    pub fn picture(&self) -> Result<String> {
        text(&self.get("/screenshot")?)
    }

    fn element(&self, selector: &str) -> Result<String> {
        let found = self.post("/element", &json!({ "using": "css selector", "value": selector }));
        let found = found.with_context(|| format!("no `{selector}` on {:?}", self.address()))?;
        found[ELEMENT].as_str().map(str::to_owned).context("the driver gave no element")
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Result<()> {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).map(drop)
    }

    fn get(&self, path: &str) -> Result<Value> {
        value(self.agent.get(format!("{}{path}", self.session)).call()?.body_mut().read_json()?)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut answer = self.agent.post(format!("{}{path}", self.session)).send_json(body)?;
        value(answer.body_mut().with_config().limit(64 << 20).read_json()?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ending the session closes the browser; the driver alone would leave it behind.
        drop(self.agent.delete(&self.session).call());
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// Whether the browser and its driver are installed; `cargo xtask test` installs them on Debian.
pub fn installed() -> bool {
    let there = |program: &str| Path::new("/usr/bin").join(program).is_file();
    there("chromium") && there("chromedriver")
}

/// Starts the driver on a port of its own choice, which it prints.
fn start_driver() -> Result<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("install chromium and chromium-driver; `cargo xtask test` does on Debian")?;
    let mut output = BufReader::new(driver.stdout.take().context("the driver has no output")?);
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        let port = line.trim_end().strip_suffix('.').and_then(|it| it.rsplit_once("on port "));
        if let Some(port) = port.and_then(|(_, port)| port.parse().ok()) {
            // A driver whose output nobody reads would wait for the reader in the end.
            thread::spawn(move || io::copy(&mut output, &mut io::sink()));
            return Ok((driver, port));
        }
        line.clear();
    }
    drop(driver.kill());
    drop(driver.wait());
    bail!("the driver ended before it said on which port it listens")
}

/// What the driver answers with, unless it is an error.
fn value(mut answer: Value) -> Result<Value> {
    let value = answer["value"].take();
    if let (Some(error), Some(message)) = (value["error"].as_str(), value["message"].as_str()) {
        bail!("{error}: {}", message.lines().next().unwrap_or_default());
    }
    Ok(value)
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("the driver answered {value}"))
}
