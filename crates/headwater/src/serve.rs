//! `headwater serve`: the server.

use anyhow::Result;
use headwater_server::assembly::{Mode, Server};
use headwater_server::shutdown::StopSignals;
use tokio_util::sync::CancellationToken;

use crate::arguments::ServerArguments;
use crate::offline;

/// Runs the server until it is told to stop.
pub(crate) async fn run(arguments: &ServerArguments) -> Result<()> {
    let config = offline::configuration(arguments)?;
    headwater_server::log::install(&config.log)?;
    let shutdown = CancellationToken::new();
    let signals = tokio::spawn(StopSignals::listen()?.cancel(shutdown.clone()));
    let server = Server::start(&config, Mode::default()).await?;
    announce(&server);
    for step in headwater_server::doctor::next_steps(server.service()).await? {
        tracing::warn!("{step}");
    }
    let report = server.run(shutdown).await;
    tracing::info!(open = report.open, cut = report.cut, "headwater has stopped");
    signals.abort();
    Ok(())
}

fn announce(server: &Server) {
    tracing::info!(origin = server.origin(), "headwater is ready");
    if let Some(trust) = server.trust() {
        tracing::info!(authority = %trust.authority.display(), "clients must trust headwater's own certificate authority");
    }
}
