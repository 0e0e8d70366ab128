//! What TLS clients are shown: a certificate of our own development CA, or the operator's.

use std::path::PathBuf;
use std::sync::Arc;

use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;

pub mod development_ca;
pub mod provided;
pub mod renewing;
mod trust_bundle;
pub mod validity;

use crate::config::Config;
use crate::config::base_url::BaseUrl;
use crate::data_dir::{DataDir, DataDirError};
use crate::private_file::ExposedFile;
use development_ca::DevelopmentCa;
use provided::Provided;
use renewing::{CertificateSource, Renewing};

/// TLS cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file of the operator cannot be read.
    #[error("read the TLS file {}; check the path and that this user may read it", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificate file has no certificate in it.
    #[error("{} has no certificate in it; it must be PEM text with BEGIN CERTIFICATE, the server's own first", .0.display())]
    NoCertificate(PathBuf),
    /// The key file has no usable key in it.
    #[error("{} has no private key in it; it must be PEM text with BEGIN PRIVATE KEY, without a passphrase", .0.display())]
    NoKey(PathBuf),
    /// The key does not fit.
    #[error("the private key in {} is not the one of the certificate in {}", key.display(), certificate.display())]
    Mismatch {
        /// The certificate file.
        certificate: PathBuf,
        /// The key file.
        key: PathBuf,
    },
    /// The certificate is out of date, or ahead of it.
    #[error("the certificate in {} is not valid now: only from {begins_at} to {ends_at}; renew it, or set the clock", path.display())]
    NotValidNow {
        /// The certificate file.
        path: PathBuf,
        /// When it becomes valid, for people.
        begins_at: String,
        /// When it stops being valid, for people.
        ends_at: String,
    },
    /// rustls does not accept certificate or key.
    #[error("use the certificate in {}", path.display())]
    Unusable {
        /// The certificate file.
        path: PathBuf,
        /// What rustls said.
        source: rustls::Error,
    },
    /// A name cannot be put into a certificate.
    #[error(
        "{name:?} cannot be a name in a certificate; use a host name or an IP address (tls.extra_names, base_url)"
    )]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        source: rcgen::Error,
    },
    /// Our CA could not make a certificate.
    #[error("make a certificate")]
    Make(#[source] rcgen::Error),
    /// The clock shows a time that no certificate can carry.
    #[error("make a certificate for the time {} ms: set the machine's clock", .0.millis())]
    Clock(Timestamp),
    /// The files of our CA are damaged.
    #[error("{} is damaged; restore it, or delete ca.pem and ca-key.pem beside it to get a new certificate authority", .0.display())]
    Damaged(PathBuf),
    /// Others may know or have chosen the key of our CA.
    #[error(transparent)]
    Exposed(#[from] ExposedFile),
    /// The data directory failed.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// rustls refused its own configuration.
    #[error("set up TLS")]
    Protocol(#[source] rustls::Error),
}

/// TLS as it is served.
pub struct Tls {
    /// For the listener.
    pub config: Arc<ServerConfig>,
    /// What clients must be told to trust, when the certificate is of our own authority.
    pub trust: Option<Trust>,
}

/// Files for clients of a server with a certificate of our own authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The authority alone, for variables that add to a program's roots: `NODE_EXTRA_CA_CERTS`.
    pub authority: PathBuf,
    /// The authority and the machine's roots, for variables that replace a program's roots: `REQUESTS_CA_BUNDLE` and
    /// `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`.
    pub bundle: PathBuf,
}

/// Takes the operator's certificate when there is one, and else one of the authority in `data_dir` for the host of
/// `origin`.
pub fn set_up(
    config: &Config,
    origin: Option<&BaseUrl>,
    data_dir: &DataDir,
    clock: Arc<dyn Clock>,
) -> Result<Tls, TlsError> {
    if let Some((certificate_file, key_file)) = config.tls.provided() {
        let source = Box::new(Provided::new(certificate_file, key_file));
        return Ok(Tls { config: server_config(source, clock)?, trust: None });
    }
    let authority = DevelopmentCa::open(data_dir, &config.certificate_names(origin), clock.now())?;
    let trust = authority.trust().clone();
    Ok(Tls { config: server_config(Box::new(authority), clock)?, trust: Some(trust) })
}

/// The TLS side of the listener: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1, the certificate from `source`.
pub fn server_config(
    source: Box<dyn CertificateSource>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let resolver = Arc::new(Renewing::new(source, clock)?);
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Protocol)?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    // gRPC clients refuse a server that does not choose h2 by ALPN; plain HTTP clients ask for http/1.1.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Always named, never the process-wide default: what another crate switches on must not change our cryptography.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
