//! One connection from accept to close: sniff, TLS, HTTP, each stage bounded.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use http::uri::Scheme;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use rustls::AlertDescription;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, Patience};
use super::admission::{Admission, Refused};
use super::introduction::{self, Introduction};
use super::limits::Limits;
use super::prefixed::Prefixed;
use super::proxies::Proxies;
use super::requests::{Requests, StreamTasks};
use super::sniff::{Opening, Spoken, sniff};
use super::watched::WatchedStream;

/// What all connections of one listener share.
pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) tls: TlsAcceptor,
    pub(super) limits: Limits,
    pub(super) admission: Admission,
    pub(super) proxies: Arc<Proxies>,
    pub(super) stop: CancellationToken,
    pub(super) streams: StreamTasks,
}

/// Why a connection ended early. For the log; the peer sees a closed connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum Cut {
    #[error("the client did not say what it speaks in time")]
    Silent,
    #[error("a trusted proxy did not introduce the connection as listen.proxy_protocol demands")]
    NotIntroduced(#[source] io::Error),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the client did not finish the TLS handshake in time")]
    SlowHandshake,
    #[error("the client does not trust our certificate; it needs our certificate authority (see tls/ca.pem)")]
    Distrusted(#[source] io::Error),
    #[error("the TLS handshake failed")]
    Handshake(#[source] io::Error),
    #[error("the client was too slow or idle for too long")]
    Idle,
    #[error("reading from the client failed")]
    Read(#[source] io::Error),
    #[error("the HTTP connection failed")]
    Http(#[source] hyper::Error),
}

/// A client that finished the preliminaries.
struct Established<IO> {
    io: Prefixed<IO>,
    spoken: Spoken,
    peer: SocketAddr,
    scheme: Scheme,
}

/// Serves one connection until it ends. While it has not said anything yet, a stop ends it at once.
pub(super) async fn serve<IO>(shared: &Shared, mut io: IO, peer: SocketAddr) -> Result<(), Cut>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if !shared.proxies.introduce(peer.ip()) {
        return serve_client(shared, io, peer).await;
    }
    let reading = async {
        let read = timeout(shared.limits.sniff_timeout, introduction::read(&mut io)).await;
        read.map_err(|_| Cut::Silent)?.map(Some).map_err(Cut::NotIntroduced)
    };
    let Some(Introduction { client, rest }) = unless_stopped(shared, reading).await? else { return Ok(()) };
    // The proxy's connection was counted among all; now it is known whose it is, too.
    let counted = client.map(|it| shared.admission.admit_client(it.ip())).transpose()?;
    let outcome = serve_client(shared, Prefixed::new(rest, io), client.unwrap_or(peer)).await;
    drop(counted);
    outcome
}

async fn serve_client<IO>(shared: &Shared, mut io: IO, peer: SocketAddr) -> Result<(), Cut>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some(opening) = unless_stopped(shared, open(shared, &mut io)).await? else { return Ok(()) };
    let io = Prefixed::new(opening.read, io);
    if opening.spoken != Spoken::Tls {
        let established = Established { io, spoken: opening.spoken, peer, scheme: Scheme::HTTP };
        return serve_http(shared, established).await;
    }
    let accepting = async {
        let mut tls = handshake(shared, io).await?;
        Ok(open(shared, &mut tls).await?.map(|opening| (tls, opening)))
    };
    let Some((tls, opening)) = unless_stopped(shared, accepting).await? else { return Ok(()) };
    let io = Prefixed::new(opening.read, tls);
    serve_http(shared, Established { io, spoken: opening.spoken, peer, scheme: Scheme::HTTPS }).await
}

async fn unless_stopped<T>(
    shared: &Shared,
    stage: impl Future<Output = Result<Option<T>, Cut>>,
) -> Result<Option<T>, Cut> {
    shared.stop.run_until_cancelled(stage).await.unwrap_or(Ok(None))
}

async fn open(shared: &Shared, io: &mut (impl AsyncRead + Unpin)) -> Result<Option<Opening>, Cut> {
    timeout(shared.limits.sniff_timeout, sniff(io)).await.map_err(|_| Cut::Silent)?.map_err(Cut::Read)
}

async fn handshake<IO>(shared: &Shared, io: IO) -> Result<tokio_rustls::server::TlsStream<IO>, Cut>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let accepted = timeout(shared.limits.handshake_timeout, shared.tls.accept(io)).await;
    accepted
        .map_err(|_| Cut::SlowHandshake)?
        .map_err(|error| if distrusted(&error) { Cut::Distrusted(error) } else { Cut::Handshake(error) })
}

/// Whether the client ended the handshake because of our certificate. This is the most common mistake of a first
/// run, so it is told apart.
fn distrusted(error: &io::Error) -> bool {
    let rustls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(
        rustls,
        Some(rustls::Error::AlertReceived(
            AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
        ))
    )
}

async fn serve_http<IO>(shared: &Shared, client: Established<IO>) -> Result<(), Cut>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new(Instant::now()));
    let io = TokioIo::new(WatchedStream::new(client.io, Arc::clone(&activity)));
    let requests = Requests {
        router: shared.router.clone(),
        peer: client.peer,
        scheme: client.scheme,
        proxies: Arc::clone(&shared.proxies),
        activity: Arc::clone(&activity),
    };
    if client.spoken == Spoken::Http2 {
        let connection = http2_builder(&shared.limits, shared.streams.clone()).serve_connection(io, requests);
        drive(connection, &activity, &Patience::http2(&shared.limits), &shared.stop).await
    } else {
        let connection = http1_builder(&shared.limits).serve_connection(io, requests);
        drive(connection, &activity, &Patience::http1(&shared.limits), &shared.stop).await
    }
}

fn http1_builder(limits: &Limits) -> http1::Builder {
    let header_bytes = usize::try_from(limits.header_bytes).unwrap_or(usize::MAX);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // The watchdog is stricter. This is the net below it, and it needs the timer above to work at all.
        .header_read_timeout(limits.http1_idle_timeout.saturating_add(limits.header_timeout))
        .max_header_size(header_bytes)
        .max_buf_size(header_bytes.saturating_mul(2).max(64 * 1024));
    builder
}

fn http2_builder(limits: &Limits, streams: StreamTasks) -> http2::Builder<StreamTasks> {
    let mut builder = http2::Builder::new(streams);
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.http2_ping_interval)
        .keep_alive_timeout(limits.http2_ping_timeout)
        .max_concurrent_streams(limits.http2_streams)
        .max_header_list_size(limits.header_bytes)
        .initial_stream_window_size(limits.http2_stream_window)
        .initial_connection_window_size(limits.http2_connection_window)
        .max_send_buf_size(limits.http2_send_buffer)
        .max_pending_accept_reset_streams(limits.http2_pending_resets)
        .max_local_error_reset_streams(limits.http2_error_resets);
    builder
}

/// Runs the connection under its watchdog. Whoever is asked to close, by a stop or for being idle, gets the time to
/// finish its requests and a moment to say goodbye.
async fn drive<C>(
    connection: C,
    activity: &Activity,
    patience: &Patience,
    stop: &CancellationToken,
) -> Result<(), Cut>
where
    C: GracefulConnection<Error = hyper::Error>,
{
    let mut connection = pin!(connection);
    let mut asked_at: Option<Instant> = None;
    loop {
        let (deadline, tick) = match asked_at {
            None => (activity.deadline(patience), patience.tick()),
            Some(asked_at) => (activity.closing_deadline(patience, asked_at), patience.goodbye),
        };
        let look_again_at = deadline.min(Instant::now() + tick);
        tokio::select! {
            result = connection.as_mut() => return result.map_err(Cut::Http),
            () = stop.cancelled(), if asked_at.is_none() => {
                asked_at = Some(Instant::now());
                connection.as_mut().graceful_shutdown();
            }
            () = sleep_until(look_again_at) => {
                if Instant::now() < deadline {
                    continue;
                }
                if asked_at.is_some() || activity.busy() {
                    return Err(Cut::Idle);
                }
                asked_at = Some(Instant::now());
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
