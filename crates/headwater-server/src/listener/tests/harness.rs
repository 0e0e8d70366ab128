//! A listener on a free port of this machine, and clients for it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Extension};
use axum::routing::{get, post};
use http::uri::Scheme;
use http::{Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::*;
use crate::clock::SystemClock;
use crate::data_dir::DataDir;
use crate::tls::development_ca::DevelopmentCa;
use headwater_ports::clock::Clock as _;

/// Longer than anything here takes, so that a hang is a failure and not a hang.
const AT_MOST: Duration = Duration::from_secs(10);

/// A running listener.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) shutdown: CancellationToken,
    /// Told when a request to `/held` has arrived.
    pub(super) arrived: Arc<Notify>,
    /// Lets requests to `/held` go.
    pub(super) release: Arc<Notify>,
    serving: JoinHandle<DrainReport>,
    roots: RootCertStore,
}

/// What a request to `/` is told about itself, and the negotiated protocol.
pub(super) type Answer = (Version, String);

pub(super) async fn start(limits: Limits) -> Running {
    start_behind(Proxies::default(), limits).await
}

/// One that believes `proxies`.
pub(super) async fn start_behind(proxies: Proxies, limits: Limits) -> Running {
    let directory = tempfile::tempdir().unwrap();
    let ca =
        DevelopmentCa::open(&DataDir::open(directory.path()).unwrap(), &[], SystemClock::default().now())
            .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&ca.trust().authority).unwrap()).unwrap();
    let tls = crate::tls::server_config(Box::new(ca), Arc::new(SystemClock::default())).unwrap();
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), tls, limits).await.unwrap().behind(proxies);
    let (address, shutdown) = (listener.local_addr(), CancellationToken::new());
    let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let serving = tokio::spawn(listener.serve(router(&arrived, &release), shutdown.clone()));
    Running { address, shutdown, arrived, release, serving, roots }
}

fn router(arrived: &Arc<Notify>, release: &Arc<Notify>) -> Router {
    let (arrived, release) = (Arc::clone(arrived), Arc::clone(release));
    let held = async move || {
        arrived.notify_one();
        release.notified().await;
        "released"
    };
    Router::new()
        .route("/", get(describe))
        .route("/echo", post(async |body: Bytes| body))
        .route("/held", get(held))
}

async fn describe(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(scheme): Extension<Scheme>,
) -> String {
    format!("{} {scheme}", peer.ip())
}

pub(super) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    timeout(AT_MOST, work).await.expect("this takes too long")
}

impl Running {
    pub(super) async fn connect(&self) -> TcpStream {
        in_time(TcpStream::connect(self.address)).await.unwrap()
    }

    pub(super) async fn connect_tls(&self, alpn: &[&str]) -> io::Result<TlsStream<TcpStream>> {
        self.connect_tls_trusting(self.roots.clone(), alpn).await
    }

    pub(super) async fn connect_tls_trusting(
        &self,
        roots: RootCertStore,
        alpn: &[&str],
    ) -> io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("localhost").unwrap();
        in_time(TlsConnector::from(Arc::new(config)).connect(name, self.connect().await)).await
    }

    /// Waits for the end of a stop that was asked for, or asks for it.
    pub(super) async fn stop(self) -> DrainReport {
        self.shutdown.cancel();
        in_time(self.serving).await.unwrap()
    }
}

pub(super) async fn http1_client<IO>(io: IO) -> http1::SendRequest<Full<Bytes>>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client, connection) = in_time(http1::handshake(TokioIo::new(io))).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The client and its connection, which ends when the server ends it.
pub(super) async fn http2_client<IO>(
    io: IO,
) -> (http2::SendRequest<Full<Bytes>>, JoinHandle<hyper::Result<()>>)
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(io));
    let (client, connection) = in_time(handshake).await.unwrap();
    (client, tokio::spawn(connection))
}

pub(super) fn request(path: &str) -> Request<Full<Bytes>> {
    Request::get(format!("http://localhost{path}")).body(Full::default()).unwrap()
}

pub(super) async fn answer(response: hyper::Result<Response<hyper::body::Incoming>>) -> Answer {
    let response = response.unwrap();
    let version = response.version();
    let body = in_time(response.into_body().collect()).await.unwrap().to_bytes();
    (version, String::from_utf8(body.to_vec()).unwrap())
}

/// Writes `bytes`, then reads until the server closes. A reset is one way to close.
pub(super) async fn until_closed(io: &mut (impl AsyncRead + AsyncWrite + Unpin), bytes: &[u8]) -> String {
    io.write_all(bytes).await.unwrap();
    let mut read = Vec::new();
    if let Err(error) = in_time(io.read_to_end(&mut read)).await {
        let closed = [io::ErrorKind::ConnectionReset, io::ErrorKind::UnexpectedEof];
        assert!(closed.contains(&error.kind()), "{error}");
    }
    String::from_utf8_lossy(&read).into_owned()
}
