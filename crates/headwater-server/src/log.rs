//! The log, on standard error.
//!
//! What never appears in it: query strings, headers, bodies. Queries carry one-time codes, and paths can carry link
//! tokens, so a request is named by the route that took it.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath};
use http::{Request, header};
use tracing::Span;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::log::{LogConfig, LogFormat};
use crate::strangers::{self, Strangers};

/// Libraries that would log headers, and with them tokens, when everything is turned up to `debug` or `trace`. They
/// come last, so that they win over the operator's.
const QUIET: &str = "h2=info,hyper=info,hyper_util=info,rustls=info,tonic=info,tower=info,sqlx=warn";

/// The log cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is not one.
    #[error("log.level: cannot be understood")]
    Level(#[from] ParseError),
    /// There is a log already.
    #[error("set up the log")]
    Twice(#[from] TryInitError),
}

/// What is counted about strangers in this process, once there is a log.
static COUNTED: OnceLock<Strangers> = OnceLock::new();

/// Sets up the log of this process. Once.
pub fn install(config: &LogConfig) -> Result<(), LogError> {
    let strangers = COUNTED.get_or_init(|| Strangers::new(running)).clone();
    subscriber(config, strangers, std::io::stderr)?.try_init()?;
    Ok(())
}

/// Tells how many lines about strangers were left out since this was called last.
pub(crate) fn tell_left_out() {
    let left_out = COUNTED.get().map_or(0, Strangers::take);
    if left_out > 0 {
        tracing::warn!(lines = left_out, "more lines about requests of unknown callers were left out");
    }
}

/// How long the process has been running, about.
#[expect(clippy::disallowed_methods, reason = "the log is there before any clock is")]
fn running() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The span of a request, for the trace layer of the router.
pub fn request_span<B>(request: &Request<B>) -> Span {
    let client = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let client = client.as_ref().map(tracing::field::display);
    tracing::info_span!(strangers::REQUEST, method = %request.method(), route = route(request), client)
}

/// The route's pattern rather than the path. A gRPC path has no secret in it and its pattern says too little.
fn route<B>(request: &Request<B>) -> &str {
    let content_type = request.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    match matched {
        Some(_) if content_type.starts_with(b"application/grpc") => request.uri().path(),
        Some(pattern) => pattern,
        None => "none",
    }
}

fn subscriber<W>(
    config: &LogConfig,
    strangers: Strangers,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, ParseError>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(format!("{},{QUIET}", config.level))?;
    let registry = tracing_subscriber::registry().with(filter);
    Ok(match config.format {
        LogFormat::Text => {
            Box::new(registry.with(fmt::layer().with_writer(writer).with_ansi(false).with_filter(strangers)))
        }
        LogFormat::Json => {
            let lines = fmt::layer().json().flatten_event(true).with_writer(writer);
            Box::new(registry.with(lines.with_filter(strangers)))
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, format: LogFormat, act: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let config = LogConfig { format, level: level.to_owned() };
        let strangers = Strangers::new(|| Duration::ZERO);
        let subscriber = subscriber(&config, strangers, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, act);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    async fn span_of(request: Request<Body>) -> String {
        let seen = Arc::new(Mutex::new(String::new()));
        let keep = Arc::clone(&seen);
        let watch = axum::middleware::from_fn(move |request: Request<Body>, next: axum::middleware::Next| {
            let keep = Arc::clone(&keep);
            async move {
                *keep.lock().unwrap() = route(&request).to_owned();
                next.run(request).await
            }
        });
        let router = Router::new()
            .route("/connect/{token}", get(|| async {}))
            .route("/some.v1.Service/{*rest}", axum::routing::post(|| async {}))
            .layer(watch);
        router.oneshot(request).await.unwrap();
        seen.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn a_request_is_named_by_its_route() {
        let get = |uri: &str| Request::get(uri).body(Body::empty()).unwrap();
        assert_eq!(span_of(get("/connect/canary?code=canary")).await, "/connect/{token}");
        assert_eq!(span_of(get("/other/canary?code=canary")).await, "none");
        let grpc = Request::post("/some.v1.Service/Call").header("content-type", "application/grpc+proto");
        assert_eq!(span_of(grpc.body(Body::empty()).unwrap()).await, "/some.v1.Service/Call");
    }

    #[test]
    fn f1_libraries_that_know_tokens_stay_quiet_at_every_level() {
        for level in ["trace", "trace,h2=trace"] {
            let text = logged(level, LogFormat::Text, || {
                tracing::debug!(target: "h2::codec", authorization = "canary", "received");
                tracing::trace!(target: "headwater_server::x", "ours");
            });
            assert!(text.contains("ours") && !text.contains("canary"), "{level}: {text}");
        }
    }

    #[test]
    fn f2_json_lines_are_json_and_have_the_request() {
        let text = logged("info", LogFormat::Json, || {
            let _span = request_span(&Request::get("/x?code=canary").body(()).unwrap()).entered();
            tracing::info!(tool = "search", "done\n{{\"forged\": true}}");
        });
        let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!((&line["tool"], &line["span"]["method"]), (&"search".into(), &"GET".into()));
        assert!(!text.contains("canary"), "{text}");
    }

    fn request() -> tracing::span::EnteredSpan {
        request_span(&Request::get("/x").body(()).unwrap()).entered()
    }

    fn of_a_stranger(number: u32) {
        let _request = request();
        tracing::warn!(number, "a stranger's request failed");
        tracing::warn!(target: strangers::TARGET, number, "a stranger's connection failed");
    }

    fn of_a_client(number: u32) {
        let _request = request();
        let _caller = tracing::info_span!("caller").entered();
        tracing::info!(number, "a client's call was made");
    }

    #[test]
    fn g4_strangers_cannot_fill_the_log() {
        let text = logged("info", LogFormat::Text, || {
            (0..5000).for_each(of_a_stranger);
            (0..5000).for_each(of_a_client);
            tracing::info!("a job ran");
        });
        let count = |words: &str| text.lines().filter(|line| line.contains(words)).count();
        assert_eq!(count("a stranger's request failed"), 20);
        assert_eq!(count("a stranger's connection failed"), 20);
        assert_eq!(count("a client's call was made"), 5000, "who proved who it is is not a stranger");
        assert_eq!(count("a job ran"), 1);
    }

    #[test]
    fn what_is_left_out_is_counted_and_the_next_minute_begins_anew() {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NOW: AtomicU64 = AtomicU64::new(0);
        let strangers = Strangers::new(|| Duration::from_secs(NOW.load(Ordering::SeqCst)));
        let written = Written::default();
        let writer = written.clone();
        let config = LogConfig { format: LogFormat::Text, level: "info".to_owned() };
        let subscriber = subscriber(&config, strangers.clone(), move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            for second in [0, 59, 60] {
                NOW.store(second, Ordering::SeqCst);
                for _ in 0..15 {
                    tracing::warn!(target: strangers::TARGET, "knocked");
                }
            }
        });
        let lines = String::from_utf8(written.0.lock().unwrap().clone()).unwrap().lines().count();
        assert_eq!((lines, strangers.take(), strangers.take()), (20 + 15, 10, 0));
    }
}
