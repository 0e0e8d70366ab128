//! `headwater dev`: everything on one machine. A Confluence sandbox, the server, one connection between them and one
//! API client, so that a first program needs nothing but the environment file.

mod environment;
mod seed;

use std::os::unix::fs::DirBuilderExt as _;

use anyhow::{Context as _, Result};
use headwater_server::assembly::{Mode, Server, StartError};
use headwater_server::config::environment::Environment;
use headwater_server::config::log::LogConfig;
use headwater_server::config::overrides::Overrides;
use headwater_server::config::{Config, Purpose};
use headwater_server::shutdown::StopSignals;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::arguments::{Consent, DevArguments};
use crate::demo;
use crate::sandbox::{self, Setup};
use crate::terminal::say;
use environment::SdkEnvironment;

/// Runs the command.
pub(crate) async fn run(arguments: DevArguments) -> Result<()> {
    let consent = arguments.consent.unwrap_or(if arguments.demo { Consent::Auto } else { Consent::Ask });
    let shutdown = CancellationToken::new();
    let signals = tokio::spawn(StopSignals::listen()?.cancel(shutdown.clone()));
    let outcome = serve(&arguments, consent, &shutdown).await;
    signals.abort();
    outcome
}

async fn serve(arguments: &DevArguments, consent: Consent, shutdown: &CancellationToken) -> Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&arguments.data_dir)
        .with_context(|| format!("{} cannot be made", arguments.data_dir.display()))?;
    let sandbox = sandbox::open(Setup {
        port: (arguments.sandbox_port, "--sandbox-port"),
        control_port: arguments.sandbox_control_port.map(|port| (port, "--sandbox-control-port")),
        data: Some(arguments.data_dir.join("sandbox.db")),
        consent,
    })
    .await?;
    let mut config = configuration(arguments, &sandbox.url)?;
    if arguments.demo && config.log.level == LogConfig::default().level {
        // The walk says itself what happens.
        "warn".clone_into(&mut config.log.level);
    }
    headwater_server::log::install(&config.log)?;
    let mode = Mode {
        unattended_connect: consent == Consent::Auto,
        sandboxed: true,
        plain_origin: !arguments.https,
    };
    let server = Server::start(&config, mode).await.map_err(|error| match error {
        StartError::Bind(error) => StartError::Bind(error.with_setting("--port")),
        error => error,
    })?;
    seed::connection(server.service(), &sandbox).await?;
    let environment = SdkEnvironment::prepare(&server, &arguments.data_dir).await?;
    if let Some(path) = &arguments.env_file {
        environment.write(path)?;
    }
    introduce(&server, &sandbox.url, sandbox.control_url.as_deref(), consent, &environment);
    let walk = arguments.demo.then(|| demo::Walk::new(&server, &sandbox, environment.credentials()));
    let tasks = TaskTracker::new();
    sandbox::serve(sandbox, &tasks, shutdown);
    tasks.close();
    // The server listens already; what the demo sends waits for it in the backlog at most.
    let serving = tokio::spawn(server.run(shutdown.clone()));
    if let Some(walk) = walk {
        walk.run(consent).await?;
    }
    serving.await.context("the server stopped unexpectedly")?;
    tasks.wait().await;
    Ok(())
}

fn configuration(arguments: &DevArguments, sandbox_url: &str) -> Result<Config> {
    let sandbox_host = sandbox_url.trim_start_matches("http://").to_owned();
    let overrides = Overrides {
        data_dir: Some(arguments.data_dir.clone()),
        listen_address: Some(([127, 0, 0, 1], arguments.port).into()),
        // Programs under development receive webhooks on this machine too.
        allow_hosts: vec![sandbox_host, "127.0.0.1".to_owned(), "localhost".to_owned()],
        ..Overrides::default()
    };
    Config::load(Purpose::Development, None, Environment::of_process(), &overrides)
        .context("the configuration cannot be used")
}

fn introduce(
    server: &Server,
    sandbox: &str,
    control: Option<&str>,
    consent: Consent,
    environment: &SdkEnvironment,
) {
    say!("headwater is ready at {}", server.origin());
    say!("  Confluence sandbox  {sandbox}/wiki  (what agents write shows up there)");
    if let Some(control) = control {
        say!("  sandbox control     {control}");
    }
    say!("  connection          {}  (to the sandbox)", seed::CONNECTION);
    say!(
        "  consent             {}",
        if consent == Consent::Auto {
            "given by the sandbox at once"
        } else {
            "asked for on the sandbox's consent page"
        }
    );
    say!("\nEnvironment for the SDKs (also in {}):\n", environment.path().display());
    say!("{}", environment.text());
}
