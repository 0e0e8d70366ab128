//! `headwater sandbox`: an emulated Confluence Cloud.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use headwater_sandbox::{
    Client, ConsentOutcome, ConsentSites, Options, Sandbox, StaleTokens, SystemClock, SystemRandom,
    TokenRules,
};
use headwater_server::shutdown::StopSignals;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::arguments::{Consent, SandboxArguments};
use crate::terminal::say;

/// A sandbox that is bound to its ports and ready to run.
pub(crate) struct RunningSandbox {
    pub(crate) sandbox: Sandbox,
    /// Where it answers, such as `http://localhost:7444`.
    pub(crate) url: String,
    /// Where it is controlled.
    pub(crate) control_url: Option<String>,
    listener: TcpListener,
    control: Option<TcpListener>,
}

/// How to run a sandbox.
pub(crate) struct Setup {
    /// The port, and the option that chooses it.
    pub(crate) port: (u16, &'static str),
    pub(crate) control_port: Option<(u16, &'static str)>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) consent: Consent,
}

/// Runs the command.
pub(crate) async fn run(arguments: SandboxArguments) -> Result<()> {
    let setup = Setup {
        port: (arguments.port, "--port"),
        control_port: arguments.control_port.map(|port| (port, "--control-port")),
        data: arguments.data,
        consent: arguments.consent,
    };
    let had_content = setup.data.as_ref().is_some_and(|file| file.exists());
    let running = open(setup).await?;
    if !had_content && arguments.pages > 0 {
        running.sandbox.generate_pages(arguments.pages, arguments.seed).await?;
    }
    for scenario in &arguments.scenarios {
        load(&running.sandbox, scenario).await?;
    }
    let secret = arguments.client_secret.unwrap_or_else(made_up_secret);
    let has_callback = !arguments.redirect_uris.is_empty();
    let client = Client {
        client_id: arguments.client_id.clone(),
        client_secret: secret.clone(),
        redirect_uris: arguments.redirect_uris,
        name: "Sandbox app".to_owned(),
        scopes: Vec::new(),
    };
    running.sandbox.register_client(client).await?;
    let token = arguments.api_token.unwrap_or_else(made_up_secret);
    let email = running.sandbox.emails().await?.into_iter().next().unwrap_or_default();
    running.sandbox.register_api_token(&email, &token).await?;
    say!("Confluence sandbox at {}", running.url);
    say!("  OAuth app      client id {}, client secret {secret}", arguments.client_id);
    say!("  authorize URL  {}/authorize", running.url);
    if !has_callback {
        say!("  redirect URI   none yet, so nobody can consent: give the app's with --redirect-uri");
    }
    say!("  token URL      {}/oauth/token", running.url);
    say!("  API gateway    {}/ex/confluence/{{cloud id}}", running.url);
    say!("  web view       {}/wiki", running.url);
    say!("  API token      {email} with {token}, for {}/wiki/rest and /wiki/api", running.url);
    if let Some(url) = &running.control_url {
        say!("  control        {url}");
    }
    let shutdown = CancellationToken::new();
    let signals = tokio::spawn(StopSignals::listen()?.cancel(shutdown.clone()));
    let tasks = TaskTracker::new();
    serve(running, &tasks, &shutdown);
    tasks.close();
    tasks.wait().await;
    signals.abort();
    Ok(())
}

/// Loads a scenario from a file, or one of the sandbox's own.
async fn load(sandbox: &Sandbox, name_or_file: &str) -> Result<()> {
    let file = Path::new(name_or_file);
    let text = if file.is_file() {
        fs::read_to_string(file).with_context(|| format!("{name_or_file} could not be read"))?
    } else {
        name_or_file.to_owned()
    };
    sandbox.load_scenario(&text).await.with_context(|| format!("scenario {name_or_file}"))
}

/// Opens a sandbox and binds its ports, on this machine only.
pub(crate) async fn open(setup: Setup) -> Result<RunningSandbox> {
    let (listener, port) = bind(setup.port).await?;
    let url = format!("http://localhost:{port}");
    let (control, control_url) = match setup.control_port {
        None => (None, None),
        Some(port) => {
            let (listener, port) = bind(port).await?;
            (Some(listener), Some(format!("http://localhost:{port}")))
        }
    };
    let consent = match setup.consent {
        Consent::Ask => headwater_sandbox::Consent::Ask,
        Consent::Auto => headwater_sandbox::Consent::Auto,
    };
    let options = Options {
        public_url: url.clone(),
        data: setup.data,
        consent,
        clients: Vec::new(),
        demo_content: true,
        stale_tokens: StaleTokens::Masked,
        token_rules: TokenRules::default(),
    };
    let sandbox = Sandbox::open(options, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    // A script cannot pick a site on a page, so automatic consent grants one.
    sandbox.choose_consent(ConsentOutcome::Allow, ConsentSites::One);
    Ok(RunningSandbox { sandbox, url, control_url, listener, control })
}

/// Serves a sandbox in the background until `shutdown` is cancelled.
pub(crate) fn serve(running: RunningSandbox, tasks: &TaskTracker, shutdown: &CancellationToken) {
    let mut served = vec![(running.listener, running.sandbox.router())];
    served.extend(running.control.map(|listener| (listener, running.sandbox.control_router())));
    for (listener, router) in served {
        let shutdown = shutdown.clone();
        tasks.spawn(async move {
            // A sandbox holds nothing that must drain: it ends with its process, at once.
            let serving = async { axum::serve(listener, router).await };
            if let Some(Err(error)) = shutdown.run_until_cancelled(serving).await {
                tracing::error!(%error, "the sandbox stopped");
            }
        });
    }
}

/// A random client secret.
pub(crate) fn made_up_secret() -> String {
    use headwater_sandbox::Random as _;
    let mut bytes = [0_u8; 16];
    SystemRandom.fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// Binds a port; `option` is the one that chooses another.
async fn bind((port, option): (u16, &str)) -> Result<(TcpListener, u16)> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "the sandbox cannot listen on port {port}; choose another one with {option}, or 0 for a free one"
        )
    })?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}
