//! Hands the requests of one connection to the router, and owns the tasks that HTTP/2 streams run in.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::uri::Scheme;
use http::{Request, Response};
use hyper::body::Incoming;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::activity::Activity;
use super::polite::Polite;
use super::proxies::Proxies;
use super::watched::WatchedBody;

/// The router as one connection sees it. Each request learns who sent it (`ConnectInfo<SocketAddr>`) and whether it
/// came encrypted (`http::uri::Scheme`), both as request extensions.
#[derive(Clone)]
pub(super) struct Requests {
    pub(super) router: Router,
    pub(super) peer: SocketAddr,
    pub(super) scheme: Scheme,
    pub(super) proxies: Arc<Proxies>,
    pub(super) activity: Arc<Activity>,
}

/// Runs HTTP/2 streams in tasks that are counted, and ended with [`StreamTasks::end`].
#[derive(Clone, Default)]
pub(super) struct StreamTasks {
    tracker: TaskTracker,
    end: CancellationToken,
}

impl hyper::service::Service<Request<Incoming>> for Requests {
    type Response = Response<WatchedBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let underway = self.activity.begin();
        let client = self.proxies.client(self.peer, &self.scheme, request.headers());
        let polite = Polite::applies(request.version(), request.headers());
        let mut request =
            request.map(|body| if polite { Body::new(Polite::new(body)) } else { Body::new(body) });
        request.extensions_mut().insert(ConnectInfo(client.address));
        request.extensions_mut().insert(client.scheme);
        let answer = self.router.clone().oneshot(request);
        Box::pin(async move { Ok(answer.await?.map(|body| WatchedBody::new(body, underway))) })
    }
}

impl<F> hyper::rt::Executor<F> for StreamTasks
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, stream: F) {
        self.tracker.spawn(self.end.clone().run_until_cancelled_owned(stream));
    }
}

impl StreamTasks {
    /// Stops every stream that still runs and waits until they are gone. Returns how many there were.
    pub(super) async fn end(self) -> usize {
        let running = self.tracker.len();
        self.tracker.close();
        self.end.cancel();
        self.tracker.wait().await;
        running
    }
}
