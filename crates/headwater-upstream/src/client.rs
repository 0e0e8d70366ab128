//! The client.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::bounds::UPSTREAM_IDLE_PER_HOST;
use headwater_ports::upstream::{Body, Patience, Upstream, UpstreamError};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use tokio::time::timeout;

use crate::address::AllowedHost;
use crate::connect::GuardedConnector;
use crate::failure;
use crate::idle::IdleLimited;

/// How long an unused connection is kept. Providers close idle ones themselves, and a call on a closing
/// connection would fail after it was sent.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// The TLS settings could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the TLS settings for outbound calls could not be made")]
pub struct OpenError(#[from] rustls::Error);

/// Sends requests to providers over one shared pool. Cheap to clone.
#[derive(Clone)]
pub struct HttpUpstream {
    client: Client<HttpsConnector<GuardedConnector>, Body>,
}

impl HttpUpstream {
    /// A client that may call public addresses and `allowed` ones.
    pub fn new(allowed: Vec<AllowedHost>) -> Result<Self, OpenError> {
        Self::with(GuardedConnector::new(allowed))
    }

    /// A client that may call any address, for servers that nobody but the operator can name: a key management service
    /// is often in a private network, and a cloud's metadata server always on a link-local address.
    pub fn anywhere() -> Result<Self, OpenError> {
        Self::with(GuardedConnector::anywhere())
    }

    fn with(connector: GuardedConnector) -> Result<Self, OpenError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .try_with_platform_verifier()?
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(UPSTREAM_IDLE_PER_HOST)
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            // Repeats only what the connection handed back unsent, which happens when a pooled one just closed.
            .retry_canceled_requests(true)
            .build(connector);
        Ok(Self { client })
    }
}

#[async_trait]
impl Upstream for HttpUpstream {
    async fn send(
        &self,
        request: Request<Body>,
        patience: Patience,
    ) -> Result<Response<Body>, UpstreamError> {
        let answer = timeout(patience.response, self.client.request(request)).await;
        let response = answer
            .map_err(|_| UpstreamError::TimedOut(patience.response))?
            .map_err(|error| failure::sort(&error))?;
        Ok(response.map(|body| IdleLimited::new(body, patience.idle).boxed_unsync()))
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::{get, post};
    use headwater_ports::upstream::{full, read};
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Patience = Patience { response: Duration::from_secs(5), idle: Duration::from_secs(5) };

    async fn provider() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/echo", post(|body: String| async move { body }))
            .route("/away", get(|| async { Redirect::temporary("http://169.254.169.254/") }))
            .route("/never", get(std::future::pending::<String>));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn allowing(address: SocketAddr) -> HttpUpstream {
        HttpUpstream::new(vec![AllowedHost { host: "127.0.0.1".to_owned(), port: Some(address.port()) }])
            .unwrap()
    }

    fn request(method: &str, url: String) -> Request<Body> {
        Request::builder().method(method).uri(url).body(full("hello")).unwrap()
    }

    #[tokio::test]
    async fn c5_bodies_go_both_ways_and_redirects_are_not_followed() {
        let address = provider().await;
        let upstream = allowing(address);
        let answer =
            upstream.send(request("POST", format!("http://{address}/echo")), PATIENCE).await.unwrap();
        assert_eq!(read(answer.into_body(), 100).await.unwrap(), "hello");
        let answer = upstream.send(request("GET", format!("http://{address}/away")), PATIENCE).await.unwrap();
        assert_eq!(answer.status(), 307);
    }

    #[tokio::test]
    async fn c6_private_addresses_are_refused_at_connect_time() {
        let address = provider().await;
        let upstream = HttpUpstream::new(Vec::new()).unwrap();
        for url in [format!("http://{address}/echo"), format!("http://localhost:{}/echo", address.port())] {
            let error = upstream.send(request("POST", url.clone()), PATIENCE).await.unwrap_err();
            assert!(matches!(error, UpstreamError::Forbidden(_)), "{url}: {error}");
            let anywhere = HttpUpstream::anywhere().unwrap();
            assert_eq!(anywhere.send(request("POST", url), PATIENCE).await.unwrap().status(), 200);
        }
    }

    #[tokio::test]
    async fn failures_say_whether_the_request_left() {
        let address = provider().await;
        let upstream = allowing(address);
        let short = Patience { response: Duration::from_millis(50), ..PATIENCE };
        let error =
            upstream.send(request("GET", format!("http://{address}/never")), short).await.unwrap_err();
        assert!(matches!(error, UpstreamError::TimedOut(_)) && !error.safe_to_repeat(), "{error}");
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let error =
            allowing(closed).send(request("GET", format!("http://{closed}/")), PATIENCE).await.unwrap_err();
        assert!(error.safe_to_repeat(), "{error}");
    }

    /// A burst left as many idle connections behind as it had calls.
    #[tokio::test]
    async fn g3_after_a_burst_few_idle_connections_are_kept() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let open = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let open = Arc::clone(&counted);
                open.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                tokio::spawn(async move {
                    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                    let mut piece = [0; 4096];
                    while let Ok(1..) = stream.read(&mut piece).await {
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
                    }
                    open.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                });
            }
        });
        let upstream = allowing(address);
        let calls = (0..60).map(|_| upstream.send(request("GET", format!("http://{address}/")), PATIENCE));
        let answers: Vec<_> = futures_util::future::join_all(calls).await;
        assert!(open.load(std::sync::atomic::Ordering::SeqCst) > UPSTREAM_IDLE_PER_HOST);
        for answer in answers {
            assert_eq!(read(answer.unwrap().into_body(), 100).await.unwrap(), "ok");
        }
        while open.load(std::sync::atomic::Ordering::SeqCst) > UPSTREAM_IDLE_PER_HOST {
            tokio::task::yield_now().await;
        }
    }
}
