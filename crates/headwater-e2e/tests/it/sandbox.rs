//! `headwater sandbox` with its content in a file: what it has acknowledged is still there after its process was killed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_e2e::binary;
use serde_json::{Value, json};
use ureq::Agent;

/// How many processes are killed.
const ROUNDS: usize = 3;
/// How many writes are acknowledged before each of them is.
const WRITES: usize = 40;
const WRITERS: usize = 2;

struct Sandbox {
    child: Child,
    url: String,
    login: String,
}

impl Sandbox {
    fn start(file: &Path) -> Self {
        let child = Command::new(binary::path().unwrap())
            .args(["sandbox", "--port", "0", "--api-token", "token", "--data"])
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut sandbox = Self { child, url: String::new(), login: String::new() };
        let lines = BufReader::new(sandbox.child.stdout.take().unwrap()).lines();
        for line in lines.map(Result::unwrap) {
            if let Some(url) = line.strip_prefix("Confluence sandbox at ") {
                url.clone_into(&mut sandbox.url);
            }
            if let Some(rest) = line.trim().strip_prefix("API token") {
                let email = rest.trim().split(' ').next().unwrap();
                sandbox.login = format!("Basic {}", STANDARD.encode(format!("{email}:token")));
                return sandbox;
            }
        }
        panic!("the sandbox ended before it was ready");
    }

    fn client(&self) -> Client {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Client { agent: Agent::new_with_config(config), url: self.url.clone(), login: self.login.clone() }
    }
}

/// Ends as if the power were cut.
impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Client {
    agent: Agent,
    url: String,
    login: String,
}

impl Client {
    fn get(&self, path: &str) -> Value {
        let request = self.agent.get(format!("{}{path}", self.url)).header("authorization", &self.login);
        let mut response = request.call().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.body_mut().read_json().unwrap()
    }

    fn create(&self, space: &str, title: &str) -> String {
        let body = json!({ "spaceId": space, "title": title });
        let request = self.agent.post(format!("{}/wiki/api/v2/pages", self.url));
        let mut response = request.header("authorization", &self.login).send_json(&body).unwrap();
        assert_eq!(response.status(), 200);
        let page: Value = response.body_mut().read_json().unwrap();
        page["id"].as_str().unwrap().to_owned()
    }

    /// Whether an update was acknowledged; no answer is none.
    fn update(&self, page: &str, title: &str, number: i64) -> bool {
        let body = json!({
            "id": page,
            "status": "current",
            "title": title,
            "version": { "number": number },
            "body": { "representation": "storage", "value": format!("<p>write {number}</p>") },
        });
        let request = self.agent.put(format!("{}/wiki/api/v2/pages/{page}", self.url));
        let answer = request.header("authorization", &self.login).send_json(&body);
        answer.is_ok_and(|response| response.status() == 200)
    }
}

/// Writes until nobody answers; tells every write that was acknowledged.
fn write_on(client: &Client, page: &str, title: &str, from: i64, acknowledged: &mpsc::Sender<(String, i64)>) {
    for number in from.. {
        if !client.update(page, title, number) || acknowledged.send((page.to_owned(), number)).is_err() {
            return;
        }
    }
}

#[test]
fn what_a_killed_sandbox_has_acknowledged_is_in_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sandbox.db");
    let sandbox = Sandbox::start(&file);
    let client = sandbox.client();
    let space = client.get("/wiki/api/v2/spaces?keys=ENG")["results"][0]["id"].as_str().unwrap().to_owned();
    let titles: Vec<String> = (0..WRITERS).map(|number| format!("Log {number}")).collect();
    let pages: Vec<String> = titles.iter().map(|title| client.create(&space, title)).collect();
    let mut last = [1_i64; WRITERS];
    let mut sandbox = Some(sandbox);
    for _ in 0..ROUNDS {
        let running = sandbox.take().unwrap();
        let (sender, acknowledged) = mpsc::channel();
        let writers: Vec<_> = (0..WRITERS)
            .map(|place| {
                let (client, sender) = (running.client(), sender.clone());
                let (page, title, from) = (pages[place].clone(), titles[place].clone(), last[place] + 1);
                thread::spawn(move || write_on(&client, &page, &title, from, &sender))
            })
            .collect();
        drop(sender);
        let mut heard: Vec<(String, i64)> = acknowledged.iter().take(WRITES).collect();
        drop(running);
        for writer in writers {
            writer.join().unwrap();
        }
        heard.extend(acknowledged.try_iter());
        let again = Sandbox::start(&file);
        let client = again.client();
        for (place, page) in pages.iter().enumerate() {
            let newest = client.get(&format!("/wiki/api/v2/pages/{page}?body-format=storage"));
            let number = newest["version"]["number"].as_i64().unwrap();
            let told = heard.iter().filter(|(id, _)| id == page).map(|(_, number)| *number).max();
            // The last write may have taken place without its answer having been heard.
            assert!(told.is_none_or(|told| number == told || number == told + 1), "{told:?} became {number}");
            assert_eq!(newest["body"]["storage"]["value"], format!("<p>write {number}</p>"));
            let versions = client.get(&format!("/wiki/api/v2/pages/{page}/versions?limit=250"));
            let count = i64::try_from(versions["results"].as_array().unwrap().len()).unwrap();
            assert_eq!(count, number.min(250), "the whole history");
            let search = format!("/wiki/rest/api/search?cql=id%3D{page}%20and%20text~%22write%20{number}%22");
            assert_eq!(client.get(&search)["totalSize"], 1, "the index is as new as the page");
            last[place] = number;
        }
        sandbox = Some(again);
    }
}
