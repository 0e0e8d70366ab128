//! The server under attack: the binary as an operator runs it, whose only provider is a recorder.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use headwater_e2e::binary;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::recorder::Recorder;
use super::wire::{Reply, Wire};

/// The tokens of `ann`, who is connected from the start.
pub(super) const ACCESS_TOKEN: &str = "access-canary-5e1f";
pub(super) const REFRESH_TOKEN: &str = "refresh-canary-5e1f";

/// The running server. It is killed when dropped.
pub(super) struct Target {
    pub(super) provider: Recorder,
    pub(super) address: SocketAddr,
    pub(super) client: String,
    pub(super) secret: String,
    pub(super) token: String,
    directory: TempDir,
    log: Arc<Mutex<String>>,
    child: Child,
}

impl Target {
    /// Starts it, with `ann` connected.
    pub(super) fn start() -> Self {
        Self::with(&[])
    }

    /// Starts it with more variables in its environment.
    pub(super) fn with(variables: &[(&str, &str)]) -> Self {
        let provider = Recorder::start();
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let created =
            verb(&data, &["client", "create", "--name", "attacked", "--role", "use,read,manage,credentials"]);
        let value = |name: &str| {
            let line = created.lines().find_map(|line| line.trim().strip_prefix(&format!("{name}=")));
            line.unwrap_or_else(|| panic!("{name} is missing in {created}")).to_owned()
        };
        let (client, secret) = (value("SCALEKIT_CLIENT_ID"), value("SCALEKIT_CLIENT_SECRET"));
        std::fs::write(directory.path().join("app-secret"), "app-secret-canary-5e1f\n").unwrap();
        let secret_file = directory.path().join("app-secret").display().to_string();
        let url = format!("http://127.0.0.1:{}", provider.port);
        let new = ["connection", "create", "--name", "wiki", "--client-id", "app", "--client-secret-file"];
        verb(&data, &[&new[..], &[&secret_file, "--provider-url", &url]].concat());
        let (child, log, address) = serve(&data, &provider, variables);
        let mut target =
            Self { provider, address, client, secret, token: String::new(), directory, log, child };
        target.token = target.new_token();
        target.connect("ann");
        target
    }

    /// The process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it and starts it again on the same data.
    pub(super) fn restarted(mut self, variables: &[(&str, &str)]) -> Self {
        self.stop();
        self.provider.connections();
        (self.child, self.log, self.address) = serve(&self.data(), &self.provider, variables);
        self.token = self.new_token();
        self
    }

    /// Kills it.
    pub(super) fn stop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// What the process holds in memory, in KiB.
    pub(super) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse().unwrap()
    }

    /// Where everything is kept.
    pub(super) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// What it has logged so far.
    pub(super) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// A connection to it.
    pub(super) fn wire(&self) -> Wire {
        Wire::connect(self.address)
    }

    /// Asks the token endpoint.
    pub(super) fn ask_token(&self, secret: &str) -> Reply {
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={secret}", self.client);
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        self.wire().request("POST", "/oauth/token", kind, &form)
    }

    /// Calls the REST surface.
    pub(super) fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        let head = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", self.token);
        self.wire().request(method, path, &head, &body.to_string())
    }

    /// Carries a tool out for `ann`.
    pub(super) fn tool(&self, name: &str, parameters: &Value) -> Reply {
        let call = json!({"tool_name": name, "connector": "wiki", "identifier": "ann", "params": parameters});
        self.call("POST", "/api/v1/execute_tool", &call)
    }

    /// Creates an account with tokens.
    pub(super) fn create(&self, connection: &str, identifier: &str, access_token: &str) -> Reply {
        let tokens = json!({"access_token": access_token, "refresh_token": REFRESH_TOKEN});
        let account = json!({"connector": connection, "identifier": identifier,
            "connected_account": {"authorization_details": {"oauth_token": tokens}}});
        self.call("POST", "/api/v1/connected_accounts", &account)
    }

    /// Another connection to the same provider, or to another base.
    pub(super) fn add_connection(&self, name: &str, base: Option<&str>) {
        let own = format!("http://127.0.0.1:{}", self.provider.port);
        let secret = self.directory.path().join("app-secret").display().to_string();
        let new = ["connection", "create", "--name", name, "--client-id", "app", "--client-secret-file"];
        self.verb(&[&new[..], &[&secret, "--provider-url", base.unwrap_or(&own)]].concat());
    }

    /// Connects an account whose site is known, and forgets the requests that took.
    fn connect(&self, identifier: &str) {
        let created = self.create("wiki", identifier, ACCESS_TOKEN);
        assert_eq!(created.status, 201, "{}", created.body);
        let read = self.wire().send(self.raw("GET", "/wiki/x", identifier, "").as_bytes());
        assert_eq!(read.status, 200, "{}", read.body);
        self.provider.requests();
    }

    /// A raw request through the proxy with further header lines, each with its end.
    pub(super) fn raw(&self, method: &str, path: &str, identifier: &str, head: &str) -> String {
        format!(
            "{method} /proxy{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             connection_name: wiki\r\nidentifier: {identifier}\r\n{head}\r\n",
            self.token
        )
    }

    /// Runs a verb of the binary on the same data.
    pub(super) fn verb(&self, words: &[&str]) -> String {
        verb(&self.data(), words)
    }

    fn new_token(&self) -> String {
        let reply = self.ask_token(&self.secret);
        reply.json()["access_token"].as_str().unwrap_or_else(|| panic!("{}", reply.body)).to_owned()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.stop();
    }
}

fn verb(data: &Path, words: &[&str]) -> String {
    let mut arguments = vec![words[0], "--data-dir", data.to_str().unwrap()];
    arguments.extend(&words[1..]);
    binary::succeed(&arguments).unwrap()
}

fn serve(
    data: &Path,
    provider: &Recorder,
    variables: &[(&str, &str)],
) -> (Child, Arc<Mutex<String>>, SocketAddr) {
    let mut child = Command::new(binary::path().unwrap())
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data)
        .env("HEADWATER_UPSTREAM__ALLOW_HOSTS", format!("127.0.0.1:{}", provider.port))
        // The attackers speak plain HTTP, so that every byte is theirs.
        .env("HEADWATER_LISTEN__PLAINTEXT_CREDENTIALS", "true")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (said, heard) = mpsc::channel();
    let log = Arc::new(Mutex::new(String::new()));
    let (keep, stderr) = (Arc::clone(&log), child.stderr.take().unwrap());
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            keep.lock().unwrap().extend([line.as_str(), "\n"]);
            if line.contains("headwater is ready") {
                drop(said.send(line));
            }
        }
    });
    let line = heard.recv().unwrap_or_else(|_| panic!("it did not start: {}", log.lock().unwrap()));
    let (_, port) = line.split_once("https://localhost:").unwrap();
    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
    (child, log, SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())))
}
