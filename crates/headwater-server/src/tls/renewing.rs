//! The certificate that is shown to clients, renewed in time while the server runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;
use parking_lot::Mutex;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::TlsError;

/// After a failed renewal, how long the certificate at hand is used before the next attempt.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// Where certificates come from.
pub trait CertificateSource: Send + Sync {
    /// The certificate to show from `now` on.
    fn issue(&self, now: Timestamp) -> Result<Issued, TlsError>;
}

/// A certificate and when to ask for the next one.
pub struct Issued {
    /// The chain and its key.
    pub key: Arc<CertifiedKey>,
    /// When to ask the source again.
    pub renew_at: Timestamp,
}

/// Shows the latest certificate of its source.
pub(super) struct Renewing {
    source: Box<dyn CertificateSource>,
    clock: Arc<dyn Clock>,
    current: Mutex<Issued>,
}

impl Renewing {
    /// Fails when there is not even a first certificate.
    pub(super) fn new(source: Box<dyn CertificateSource>, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let current = Mutex::new(source.issue(clock.now())?);
        Ok(Self { source, clock, current })
    }

    /// What clients are shown now.
    pub(super) fn key(&self) -> Arc<CertifiedKey> {
        let now = self.clock.now();
        let mut current = self.current.lock();
        if now >= current.renew_at {
            match self.source.issue(now) {
                Ok(issued) => *current = issued,
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the old TLS certificate stays in use"
                    );
                    current.renew_at = now.plus(RETRY_AFTER);
                }
            }
        }
        Arc::clone(&current.key)
    }
}

impl ResolvesServerCert for Renewing {
    fn resolve(&self, _client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }
}

impl fmt::Debug for Renewing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Renewing").finish_non_exhaustive()
    }
}
