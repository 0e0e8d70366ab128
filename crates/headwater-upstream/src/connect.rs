//! Making connections: name resolution with the address check, then TCP, bounded in time.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use headwater_domain::bounds::UPSTREAM_CONNECTIONS;
use http::Uri;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower::Service;

use crate::address::{AllowedHost, callable};
use crate::counted::Counted;

/// How long resolving and connecting may take together.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A target that may not be called.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{host}` resolves to no address that may be called: private and local addresses are refused unless the operator allows host and port"
)]
pub(crate) struct ForbiddenAddress {
    pub(crate) host: String,
}

/// Connects to public addresses and those that the operator allows, or to any.
#[derive(Clone)]
pub(crate) struct GuardedConnector {
    allowed: Option<Arc<[AllowedHost]>>,
    /// One for each connection that may be open.
    places: Arc<Semaphore>,
}

impl GuardedConnector {
    pub(crate) fn new(allowed: Vec<AllowedHost>) -> Self {
        Self { allowed: Some(allowed.into()), ..Self::anywhere() }
    }

    /// Without a guard.
    pub(crate) fn anywhere() -> Self {
        Self { allowed: None, places: Arc::new(Semaphore::new(UPSTREAM_CONNECTIONS)) }
    }

    /// Takes a place, waiting for one, and connects.
    async fn connect(self, uri: Uri) -> io::Result<Counted> {
        let place = self.places.acquire_owned().await.map_err(io::Error::other)?;
        Ok(Counted::new(connect(&uri, self.allowed.as_deref()).await?, place))
    }
}

impl Service<Uri> for GuardedConnector {
    type Response = Counted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no connection within 5 seconds");
            timeout(CONNECT_LIMIT, connector.connect(uri)).await.map_err(late)?
        })
    }
}

async fn connect(uri: &Uri, allowed: Option<&[AllowedHost]>) -> io::Result<TcpStream> {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    let addresses = lookup_host((host, port)).await?;
    let addresses = match allowed {
        Some(allowed) => callable(host, port, addresses, allowed),
        None => addresses.collect(),
    };
    if addresses.is_empty() {
        return Err(io::Error::other(ForbiddenAddress { host: host.to_owned() }));
    }
    let stream = TcpStream::connect(&addresses[..]).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
