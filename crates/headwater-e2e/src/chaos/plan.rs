//! What a rig is made of, before anything runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::ports;
use super::receiver::Receiver;
use super::server::Recipe;
use super::table::Conditions;
use super::volume::Volume;
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

/// What a rig is to be.
pub(super) struct Setup {
    pub(super) database: Database,
    /// How many accounts are authorized.
    pub(super) accounts: u32,
    /// Replicas that are not started with the others.
    pub(super) victims: usize,
    /// The sandbox's rules of tokens.
    pub(super) rules: Value,
    /// Whether the build for experiments runs, with clocks that can be turned.
    pub(super) inside: bool,
    /// Whether an endpoint gets the events.
    pub(super) webhook: bool,
    /// The size of the disk that the data lies on, in MiB; none for the ordinary one.
    pub(super) disk: Option<u32>,
    /// How much the replicas log.
    pub(super) log_level: &'static str,
}

/// Where things are before they run.
pub(super) struct Plan {
    pub(super) directory: TempDir,
    pub(super) ports: Vec<u16>,
    pub(super) control: u16,
    pub(super) receiver: Option<Receiver>,
    pub(super) disk: Option<Volume>,
    program: PathBuf,
    sandbox: u16,
    /// Whether the build for experiments runs.
    pub(super) inside: bool,
    settings: Vec<(String, String)>,
}

impl Setup {
    /// Tokens that live as long as the vendor's, and a provider that forgives nothing.
    pub(super) fn new(database: Database, accounts: u32) -> Self {
        Self {
            database,
            accounts,
            victims: 0,
            rules: json!({ "late_refresh": "ends_family", "family_seconds": u32::MAX }),
            inside: false,
            webhook: false,
            disk: None,
            log_level: "warn",
        }
    }

    /// Tokens that live for so many seconds.
    pub(super) fn with_lives(mut self, seconds: u32) -> Self {
        self.rules = json!({ "late_refresh": "ends_family", "access_token_seconds": seconds });
        self
    }

    /// The build for experiments.
    pub(super) fn inside(mut self) -> Self {
        self.inside = true;
        self
    }
}

impl Plan {
    pub(super) fn new(conditions: Conditions, setup: &Setup, postgres: Option<&Postgres>) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let key = directory.path().join("key");
        // The rig has nothing to hide; what counts is that all replicas have the same.
        fs::write(&key, "Y2hhb3MtY2hhb3MtY2hhb3MtY2hhb3MtY2hhb3MtY2g=\n")?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        fs::write(directory.path().join("app-secret"), SECRET)?;
        let (sandbox, control) = (ports::free()?, ports::free()?);
        let receiver = setup.webhook.then(Receiver::start).transpose()?;
        let hosts: Vec<String> = [format!("localhost:{sandbox}")]
            .into_iter()
            .chain(receiver.iter().map(Receiver::address))
            .collect();
        let mut settings = vec![
            ("HEADWATER_LOG__LEVEL".to_owned(), setup.log_level.to_owned()),
            ("HEADWATER_UPSTREAM__ALLOW_HOSTS".to_owned(), hosts.join(",")),
            ("HEADWATER_UPSTREAM__SITE_CONCURRENCY".to_owned(), "200".to_owned()),
            // The site is the only door.
            ("HEADWATER_LIMITS__CALLS_PER_ACCOUNT".to_owned(), "20000".to_owned()),
            ("HEADWATER_LIMITS__CALLS_PER_CLIENT".to_owned(), "20000".to_owned()),
            ("HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS".to_owned(), "1".to_owned()),
            ("HEADWATER_TOKEN__LIFETIME_SECONDS".to_owned(), "86400".to_owned()),
            ("HEADWATER_LIMITS__CONNECTIONS".to_owned(), "15000".to_owned()),
            ("HEADWATER_LIMITS__CONNECTIONS_PER_ADDRESS".to_owned(), "15000".to_owned()),
            ("HEADWATER_LIMITS__REQUEST_TIMEOUT_SECONDS".to_owned(), "600".to_owned()),
            ("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE".to_owned(), key.display().to_string()),
        ];
        settings.extend(postgres.map(|it| ("HEADWATER_DATABASE__URL".to_owned(), it.address())));
        settings.extend(postgres.map(|_| ("HEADWATER_DATABASE__CONNECTIONS".to_owned(), "6".to_owned())));
        settings.extend(
            conditions.settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let replicas = if let Database::Postgres(replicas) = setup.database { replicas } else { 1 };
        let ports = (0..replicas + setup.victims).map(|_| ports::free()).collect::<Result<_>>()?;
        let disk = setup.disk.map(|size| Volume::mount(&directory.path().join("disk"), size)).transpose()?;
        // What lacks a defence needs the build that can lack it.
        let inside = setup.inside || conditions.settings.iter().any(|(name, _)| name.contains("CHAOS"));
        let program = if inside { binary::for_chaos()? } else { binary::path()? };
        Ok(Self { directory, ports, control, receiver, disk, program, sandbox, inside, settings })
    }

    /// Where a replica keeps its data.
    pub(super) fn data(&self, place: usize) -> PathBuf {
        let disk = self.disk.as_ref().map_or(self.directory.path(), Volume::path);
        disk.join(format!("data-{place}"))
    }

    /// The file that a replica's clock is turned by.
    pub(super) fn clock(&self, place: usize) -> PathBuf {
        self.directory.path().join(format!("clock-{place}"))
    }

    /// All replicas are one server to the world; the first one's address stands for it.
    fn base_url(&self) -> String {
        format!("http://localhost:{}", self.ports.first().copied().unwrap_or_default())
    }

    /// The log of a program.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.directory.path().join(format!("{name}.log"))
    }

    /// Runs a command of the binary on the first replica's data.
    pub(super) fn command(&self, verb: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(&self.program)
            .args([verb, "--data-dir", &self.data(0).display().to_string(), "--base-url", &self.base_url()])
            .args(arguments)
            .envs(self.settings.iter().cloned())
            .output()?;
        ensure!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Registers the sandbox's app; returns the redirect URI.
    pub(super) fn connection(&self) -> Result<String> {
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
    pub(super) fn client(&self) -> Result<(String, String)> {
        let printed = self.command("client", &["create", "--name", "chaos", "--role", "use,credentials"])?;
        let value = |name: &str| {
            let found = printed.lines().find_map(|line| line.strip_prefix(name));
            found.map(str::to_owned).with_context(|| format!("{name} was not printed"))
        };
        Ok((value("SCALEKIT_CLIENT_ID=")?, value("SCALEKIT_CLIENT_SECRET=")?))
    }

    /// Registers the endpoint for events, if there is one.
    pub(super) fn subscribe(&self) -> Result<()> {
        let Some(receiver) = &self.receiver else { return Ok(()) };
        let url = format!("http://{}/events", receiver.address());
        self.command("webhook", &["create", "--url", &url]).map(drop)
    }

    pub(super) fn sandbox_recipe(&self, redirect: &str) -> Result<Recipe> {
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

    pub(super) fn recipe(&self, place: usize) -> Result<Recipe> {
        let port = self.ports.get(place).copied().context("there is no such replica")?;
        let (data, listen) = (self.data(place).display().to_string(), format!("127.0.0.1:{port}"));
        let arguments = ["serve", "--data-dir", &data, "--base-url", &self.base_url(), "--listen", &listen];
        let mut environment = self.settings.clone();
        if self.inside {
            let clock = self.clock(place).display().to_string();
            environment.push(("HEADWATER_CHAOS__CLOCK_FILE".to_owned(), clock));
        }
        Ok(Recipe {
            program: self.program.clone(),
            arguments: arguments.map(str::to_owned).to_vec(),
            environment,
            port,
            log: self.log(&format!("replica-{place}")),
        })
    }
}
