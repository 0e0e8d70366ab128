//! A sandbox, replicas of headwater on one database, and end users who have authorized.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use super::http::{browser, get, post, submit};
use super::ledger::Ledger;
use super::ports;
use super::server::{Recipe, Running};
use crate::binary;
use crate::postgres::Postgres;

const SECRET: &str = "chaos-app-secret";
const APP: &str = "chaos";

/// What headwater keeps its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Database {
    /// The embedded one.
    Sqlite,
    /// A server, with so many replicas on it.
    Postgres(usize),
}

/// Everything that runs.
pub(super) struct Rig {
    pub(super) agent: Agent,
    /// The API of each replica.
    pub(super) urls: Vec<String>,
    pub(super) accounts: Vec<String>,
    pub(super) token: String,
    pub(super) postgres: Option<Postgres>,
    recipes: Vec<Recipe>,
    replicas: Vec<Option<Running>>,
    control: String,
    _sandbox: Running,
    directory: TempDir,
}

/// Where things are before they run.
struct Plan {
    directory: TempDir,
    ports: Vec<u16>,
    sandbox: u16,
    control: u16,
    settings: Vec<(String, String)>,
}

impl Rig {
    /// Starts everything and authorizes the accounts. `rules` are those of the sandbox's tokens.
    pub(super) fn new(database: Database, accounts: u32, rules: &Value) -> Result<Self> {
        let postgres = matches!(database, Database::Postgres(_)).then(Postgres::start).transpose()?;
        let replicas = if let Database::Postgres(replicas) = database { replicas } else { 1 };
        let plan = Plan::new(replicas, postgres.as_ref())?;
        let redirect = plan.connection()?;
        let credentials = plan.client()?;
        let sandbox = plan.sandbox_recipe(&redirect)?.start()?;
        let recipes: Vec<Recipe> = (0..replicas).map(|place| plan.recipe(place)).collect::<Result<_>>()?;
        let running: Vec<Option<Running>> =
            recipes.iter().map(|recipe| recipe.start().map(Some)).collect::<Result<_>>()?;
        let agent = browser();
        let urls: Vec<String> = plan.ports.iter().map(|port| format!("http://localhost:{port}")).collect();
        let token = access_token(&agent, &urls, &credentials)?;
        let mut rig = Self {
            agent,
            urls,
            accounts: Vec::new(),
            token,
            postgres,
            recipes,
            replicas: running,
            control: format!("http://localhost:{}/_sandbox/control", plan.control),
            _sandbox: sandbox,
            directory: plan.directory,
        };
        for number in 0..accounts {
            rig.authorize(&format!("user-{number}"))?;
        }
        rig.steer("options", &json!({ "tokens": rules }))?;
        // Tokens that were issued under the ordinary rules would live for an hour.
        rig.steer("expire", &json!({}))?;
        Ok(rig)
    }

    /// An end user walks through the connect flow.
    fn authorize(&mut self, identifier: &str) -> Result<()> {
        let base = self.urls.first().context("there is no replica")?.clone();
        let wanted = json!({ "connector": "confluence", "identifier": identifier });
        let url = format!("{base}/api/v1/connected_accounts/magic_link");
        let (status, answer) = post(&self.agent, &url, Some(&self.token), &wanted)?;
        ensure!(status == 200, "no link: {status} {answer}");
        let link = answer["link"].as_str().context("no link in the answer")?;
        let token = link.split_once("token=").context("no token in the link")?.1;
        let page = submit(&browser(), &format!("{base}/oauth/connect"), &[("token", token)])?;
        ensure!(page.contains("is connected"), "{identifier} was not connected: {page}");
        self.accounts.push(identifier.to_owned());
        Ok(())
    }

    /// Calls a tool for an account through a replica; returns the status of the answer, or why there is none.
    pub(super) fn call(&self, replica: usize, account: &str) -> Result<(u16, Value)> {
        let base = self.urls.get(replica).context("there is no such replica")?;
        call(&self.agent, base, &self.token, account)
    }

    /// Tells the sandbox what to do.
    pub(super) fn steer(&self, what: &str, wish: &Value) -> Result<Value> {
        let (status, answer) = post(&self.agent, &format!("{}/{what}", self.control), None, wish)?;
        ensure!((200..300).contains(&status), "{what}: {status} {answer}");
        Ok(answer)
    }

    /// Takes every fault back.
    pub(super) fn clear_faults(&self) -> Result<()> {
        self.agent.delete(format!("{}/faults", self.control)).call()?;
        Ok(())
    }

    /// What really happened, so far.
    pub(super) fn ledger(&self) -> Result<Ledger> {
        Ledger::read(&get(&self.agent, &format!("{}/ledger", self.control))?)
    }

    /// Ends a replica as a power cut would.
    pub(super) fn kill(&mut self, place: usize) -> Result<()> {
        let running = self.replicas.get_mut(place).and_then(Option::take).context("it does not run")?;
        running.kill()
    }

    /// Copies a replica's data; returns where to.
    pub(super) fn copy_data(&self, place: usize) -> Result<PathBuf> {
        let from = self.directory.path().join(format!("data-{place}"));
        let to = self.directory.path().join("copy");
        copy_files(&from, &to)?;
        Ok(to)
    }

    /// Puts a copy in the place of a replica's data.
    pub(super) fn put_back(&self, place: usize, copy: &Path) -> Result<()> {
        let data = self.directory.path().join(format!("data-{place}"));
        fs::remove_dir_all(&data)?;
        copy_files(copy, &data)
    }

    /// Starts it again.
    pub(super) fn restart(&mut self, place: usize) -> Result<()> {
        let recipe = self.recipes.get(place).context("there is no such replica")?;
        let running = recipe.start()?;
        if let Some(slot) = self.replicas.get_mut(place) {
            *slot = Some(running);
        }
        Ok(())
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Calls a tool for an account.
pub(super) fn call(agent: &Agent, base: &str, token: &str, account: &str) -> Result<(u16, Value)> {
    let wanted = json!({
        "tool_name": "confluence_space_list",
        "connector": "confluence",
        "identifier": account,
        "params": { "limit": 1 },
    });
    post(agent, &format!("{base}/api/v1/execute_tool"), Some(token), &wanted)
}

fn access_token(agent: &Agent, urls: &[String], (id, secret): &(String, String)) -> Result<String> {
    let base = urls.first().context("there is no replica")?;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
    ];
    let answer: Value = serde_json::from_str(&submit(agent, &format!("{base}/oauth/token"), &fields)?)?;
    Ok(answer["access_token"].as_str().context("no access token")?.to_owned())
}

impl Plan {
    fn new(replicas: usize, postgres: Option<&Postgres>) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let key = directory.path().join("key");
        // The rig has nothing to hide; what counts is that all replicas have the same.
        fs::write(&key, "Y2hhb3MtY2hhb3MtY2hhb3MtY2hhb3MtY2hhb3MtY2g=\n")?;
        fs::write(directory.path().join("app-secret"), SECRET)?;
        let (sandbox, control) = (ports::free()?, ports::free()?);
        let mut settings = vec![
            ("HEADWATER_LOG__LEVEL".to_owned(), "warn".to_owned()),
            ("HEADWATER_UPSTREAM__ALLOW_HOSTS".to_owned(), format!("localhost:{sandbox}")),
            ("HEADWATER_UPSTREAM__SITE_CONCURRENCY".to_owned(), "200".to_owned()),
            ("HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS".to_owned(), "1".to_owned()),
            ("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE".to_owned(), key.display().to_string()),
        ];
        settings.extend(postgres.map(|it| ("HEADWATER_DATABASE__URL".to_owned(), it.address())));
        let ports = (0..replicas).map(|_| ports::free()).collect::<Result<_>>()?;
        Ok(Self { directory, ports, sandbox, control, settings })
    }

    fn data(&self, place: usize) -> String {
        self.directory.path().join(format!("data-{place}")).display().to_string()
    }

    /// All replicas are one server to the world; the first one's address stands for it.
    fn base_url(&self) -> String {
        format!("http://localhost:{}", self.ports.first().copied().unwrap_or_default())
    }

    fn log(&self, name: &str) -> PathBuf {
        self.directory.path().join(format!("{name}.log"))
    }

    /// Runs a command of the binary on the first replica's data.
    fn command(&self, verb: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(binary::path()?)
            .args([verb, "--data-dir", &self.data(0), "--base-url", &self.base_url()])
            .args(arguments)
            .envs(self.settings.iter().cloned())
            .output()?;
        ensure!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Registers the sandbox's app; returns the redirect URI.
    fn connection(&self) -> Result<String> {
        let secret = self.directory.path().join("app-secret").display().to_string();
        let provider = format!("http://localhost:{}", self.sandbox);
        let printed = self.command(
            "connection",
            &["create", "--client-id", APP, "--client-secret-file", &secret, "--provider-url", &provider],
        )?;
        let uri = printed.lines().find_map(|line| line.strip_prefix("redirect URI "));
        Ok(uri.context("no redirect URI was printed")?.to_owned())
    }

    /// Makes the credentials of a program.
    fn client(&self) -> Result<(String, String)> {
        let printed = self.command("client", &["create", "--name", "chaos"])?;
        let value = |name: &str| {
            let found = printed.lines().find_map(|line| line.strip_prefix(name));
            found.map(str::to_owned).with_context(|| format!("{name} was not printed"))
        };
        Ok((value("SCALEKIT_CLIENT_ID=")?, value("SCALEKIT_CLIENT_SECRET=")?))
    }

    fn sandbox_recipe(&self, redirect: &str) -> Result<Recipe> {
        let (port, control) = (self.sandbox.to_string(), self.control.to_string());
        let arguments = [
            "sandbox",
            "--port",
            &port,
            "--control-port",
            &control,
            "--consent",
            "auto",
            "--client-id",
            APP,
            "--redirect-uri",
            redirect,
        ];
        Ok(Recipe {
            program: binary::path()?,
            arguments: arguments.map(str::to_owned).to_vec(),
            environment: vec![("SANDBOX_CLIENT_SECRET".to_owned(), SECRET.to_owned())],
            port: self.control,
            log: self.log("sandbox"),
        })
    }

    fn recipe(&self, place: usize) -> Result<Recipe> {
        let port = self.ports.get(place).copied().context("there is no such replica")?;
        let (data, base, listen) = (self.data(place), self.base_url(), format!("127.0.0.1:{port}"));
        let arguments = ["serve", "--data-dir", &data, "--base-url", &base, "--listen", &listen];
        Ok(Recipe {
            program: binary::path()?,
            arguments: arguments.map(str::to_owned).to_vec(),
            environment: self.settings.clone(),
            port,
            log: self.log(&format!("replica-{place}")),
        })
    }
}
