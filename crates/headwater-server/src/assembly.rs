//! The composition root: puts store, key ring, client, use cases and adapters together.

pub(crate) mod deployment;
mod jobs;
mod operator_tools;
mod router;
mod use_cases;

use std::sync::Arc;

use axum::Router;
use headwater_service::Service;
use headwater_service::error::ServiceError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use use_cases::{Opened, UseCases, UseCasesError};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::config::base_url::BaseUrl;
use crate::data_dir::{DataDir, DataDirError};
use crate::listener::{BindError, DrainReport, Listener};
use crate::tls::{self, TlsError, Trust};

/// What assembly is told beyond the configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Whether opening an authorization link starts the flow at once and without tying it to the browser, so that
    /// scripts can walk it. For development only: refused where others can reach the server.
    pub unattended_connect: bool,
    /// Whether the provider is a sandbox on this machine: then a copied database does no harm, and may be used.
    pub sandboxed: bool,
    /// Whether the server is reached by plain HTTP where no origin is named: on this machine, without a warning of
    /// browsers about an unknown certificate authority.
    pub plain_origin: bool,
}

impl Mode {
    /// The origin of a server on this machine that was told none.
    pub fn local_origin(self, port: u16) -> BaseUrl {
        if self.plain_origin { BaseUrl::plain_local(port) } else { BaseUrl::local(port) }
    }
}

/// Why a server could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The port.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Store, keys or providers.
    #[error(transparent)]
    UseCases(#[from] UseCasesError),
    /// The database is there, and does not work.
    #[error("take up the database")]
    Database(#[from] ServiceError),
    /// The wire contract.
    #[error("set up the API")]
    Api(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Unattended connecting on an address that others can reach.
    #[error(
        "automatic consent is for this machine only, but the server listens on {0}; listen on a loopback address"
    )]
    Exposed(std::net::SocketAddr),
}

/// A server that is bound to its port and ready to run.
pub struct Server {
    listener: Listener,
    router: Router,
    service: Service,
    origin: String,
    trust: Option<Trust>,
    data_dir: Arc<DataDir>,
}

impl Server {
    /// Opens everything and binds the port. Nothing is served before [`Server::run`].
    pub async fn start(config: &Config, mode: Mode) -> Result<Self, StartError> {
        let data_dir = DataDir::open(&config.data_dir)?;
        let opened = Opened::open(config, &data_dir).await?;
        let clock = Arc::new(SystemClock::default());
        let tls = tls::set_up(config, opened.origin.as_ref(), &data_dir, clock)?;
        let listener = Listener::bind(config.listen.address, tls.config, config.limits.listener())
            .await?
            .behind(config.listen.proxies());
        let bound = listener.local_addr();
        if mode.unattended_connect && !bound.ip().is_loopback() {
            return Err(StartError::Exposed(bound));
        }
        // What development served the last time, perhaps on another port, is no reason to do so again.
        let known = if mode.sandboxed { config.base_url.clone() } else { opened.origin.clone() };
        let origin = known.unwrap_or_else(|| mode.local_origin(bound.port()));
        let UseCases { service, .. } = opened.use_cases(config, &origin, mode)?;
        if mode.sandboxed {
            service.deployment.take_up_for_development().await?;
        } else {
            deployment::take_up(&service, &data_dir).await?;
        }
        let router = router::build(config, &service, mode).await?;
        Ok(Self {
            listener,
            router,
            service,
            origin: origin.as_str().to_owned(),
            trust: tls.trust,
            data_dir: Arc::new(data_dir),
        })
    }

    /// The use cases, for setting things up before the server runs.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The origin that clients and browsers use.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The router that will be served, for callers in the same process.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What clients must be told to trust, when the certificate is of our own authority.
    pub fn trust(&self) -> Option<&Trust> {
        self.trust.as_ref()
    }

    /// Serves until `shutdown` is cancelled, then drains: connections first, then jobs and refreshes under way, so
    /// that no token pair is lost between the provider and the store.
    pub async fn run(self, shutdown: CancellationToken) -> DrainReport {
        let tasks = TaskTracker::new();
        jobs::spawn(&self.service, &self.data_dir, &tasks, &shutdown);
        jobs::watch_tools(&self.service, self.data_dir.path(), &tasks, &shutdown);
        tasks.close();
        let report = self.listener.serve(self.router, shutdown).await;
        tasks.wait().await;
        self.service.grants.settle().await;
        write_what_is_left(&self.service).await;
        report
    }
}

/// What is written in batches, for the last time.
async fn write_what_is_left(service: &Service) {
    if let Err(error) = service.usage.write().await {
        tracing::warn!(%error, "the last usage marks could not be written");
    }
    if let Err(error) = service.audit.write().await {
        tracing::error!(%error, "the last entries of the audit log could not be written");
    }
}
