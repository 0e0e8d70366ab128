//! One TCP port for everything: TLS or plaintext, HTTP/1.1 or HTTP/2, told apart by the first bytes.
//!
//! It deliberately knows nothing of routes. Every stage of a connection is bounded by [`Limits`], so that a client
//! that is slow, silent or greedy costs little and never delays a stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

mod activity;
mod admission;
mod connection;
mod introduction;
pub mod limits;
mod polite;
mod prefixed;
pub mod proxies;
mod requests;
mod sniff;
#[cfg(test)]
mod tests;
mod watched;

use admission::{Admission, Admitted};
use connection::{Cut, Shared};
use limits::Limits;
use proxies::Proxies;

use crate::strangers::TARGET as STRANGERS;

/// How long accepting pauses after the system refused, which it does when file descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound port, not yet served.
pub struct Listener {
    socket: TcpListener,
    local_address: SocketAddr,
    tls: TlsAcceptor,
    limits: Limits,
    proxies: Proxies,
}

/// How a stop went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Connections that were open when the stop began.
    pub open: usize,
    /// Those that were cut, because they had not finished when the time was up.
    pub cut: usize,
}

/// The port could not be had.
#[derive(Debug, thiserror::Error)]
#[error("listen on {address}{}", hint(source, setting))]
pub struct BindError {
    address: SocketAddr,
    /// What chooses another port.
    setting: &'static str,
    #[source]
    source: io::Error,
}

impl BindError {
    /// Names the setting that chooses another port, for a verb that has one of its own.
    #[must_use]
    pub fn with_setting(self, setting: &'static str) -> Self {
        Self { setting, ..self }
    }
}

impl Listener {
    /// Binds `address`; port 0 takes any free one. `tls` answers the clients that begin with a TLS handshake.
    pub async fn bind(
        address: SocketAddr,
        tls: Arc<ServerConfig>,
        limits: Limits,
    ) -> Result<Self, BindError> {
        let bound = TcpListener::bind(address).await;
        let (socket, local_address) = bound
            .and_then(|socket| socket.local_addr().map(|local_address| (socket, local_address)))
            .map_err(|source| BindError {
                address,
                setting: "--listen or HEADWATER_LISTEN__ADDRESS",
                source,
            })?;
        Ok(Self { socket, local_address, tls: TlsAcceptor::from(tls), limits, proxies: Proxies::default() })
    }

    /// Believes what these proxies say about their clients.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// The address that was bound, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_address
    }

    /// Serves `router` until `shutdown`, then stops accepting, lets requests under way finish within the drain
    /// timeout and returns when every task it started has ended.
    pub async fn serve(self, router: Router, shutdown: CancellationToken) -> DrainReport {
        let shared = Arc::new(Shared {
            router,
            tls: self.tls,
            admission: Admission::new(&self.limits),
            limits: self.limits,
            proxies: Arc::new(self.proxies),
            stop: shutdown,
            streams: requests::StreamTasks::default(),
        });
        let mut connections = JoinSet::new();
        accept_until_stopped(self.socket, &shared, &mut connections).await;
        drain(&shared, connections).await
    }
}

/// Takes the socket so that the port is free as soon as accepting ends.
async fn accept_until_stopped(socket: TcpListener, shared: &Arc<Shared>, connections: &mut JoinSet<()>) {
    loop {
        tokio::select! {
            // In this order, so that what is open when the stop begins is counted as such.
            biased;
            () = shared.stop.cancelled() => return,
            Some(ended) = connections.join_next(), if !connections.is_empty() => note_end(ended),
            accepted = socket.accept() => match accepted {
                Ok((stream, peer)) => start(shared, stream, peer, connections),
                Err(error) => pause_after(&error, shared).await,
            },
        }
    }
}

fn start(shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr, connections: &mut JoinSet<()>) {
    // A proxy's connections are those of many clients.
    let counted = if shared.proxies.trust(peer.ip()) { None } else { Some(peer.ip()) };
    let admitted = match shared.admission.admit(counted) {
        Ok(admitted) => admitted,
        Err(refused) => return tracing::warn!(target: STRANGERS, %peer, %refused, "connection refused"),
    };
    connections.spawn(run(Arc::clone(shared), stream, peer, admitted));
}

async fn run(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr, admitted: Admitted) {
    // Without this, small answers wait for the client's acknowledgement. A refusal costs speed only.
    stream.set_nodelay(true).ok();
    match connection::serve(&shared, stream, peer).await {
        Ok(()) => {}
        Err(cut @ Cut::Distrusted(_)) => tracing::warn!(target: STRANGERS, %peer, "{cut}"),
        Err(cut) => note_cut(peer, &cut),
    }
    drop(admitted);
}

fn note_cut(peer: SocketAddr, cut: &Cut) {
    tracing::debug!(%peer, error = cut as &dyn std::error::Error, "connection cut");
}

fn note_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task did not end by itself");
    }
}

async fn pause_after(error: &io::Error, shared: &Shared) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "cannot accept connections for the moment");
    shared.stop.run_until_cancelled(sleep(ACCEPT_PAUSE)).await;
}

async fn drain(shared: &Shared, mut connections: JoinSet<()>) -> DrainReport {
    let open = connections.len();
    let finishing = async {
        while let Some(ended) = connections.join_next().await {
            note_end(ended);
        }
    };
    let in_time = timeout(shared.limits.drain_timeout, finishing).await.is_ok();
    let cut = connections.len();
    connections.shutdown().await;
    let streams = shared.streams.clone().end().await;
    if !in_time {
        tracing::warn!(connections = cut, streams, "cut what had not finished in time");
    }
    DrainReport { open, cut }
}

fn hint(error: &io::Error, setting: &str) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!(" (another program has that port: stop it, or choose another port with {setting})")
        }
        io::ErrorKind::PermissionDenied => {
            format!(" (ports below 1024 need a privilege: choose a higher one with {setting})")
        }
        io::ErrorKind::AddrNotAvailable => {
            format!(" (this machine does not have that address; see {setting})")
        }
        _ => String::new(),
    }
}
