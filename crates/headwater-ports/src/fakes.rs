//! Stand-ins for the outermost edge, for tests: a clock that is moved by hand, chance from a seed, a provider
//! that answers from a list.

mod memory;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::task::{Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use headwater_domain::time::Timestamp;
use http::{HeaderMap, Method, Request, Response, Uri};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::upstream::{Body, Patience, Upstream, UpstreamError, full, read};

pub use memory::MemoryStore;

/// A clock that stands still until it is moved.
pub struct ManualClock {
    start: Timestamp,
    state: Mutex<ManualTime>,
}

#[derive(Default)]
struct ManualTime {
    elapsed: Duration,
    waiting: Vec<Waker>,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { start, state: Mutex::default() }
    }

    /// Moves the clock forward, and wakes whoever waited for that.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.elapsed += duration;
        state.waiting.drain(..).for_each(Waker::wake);
    }

    /// Whether somebody waits for the clock to move.
    pub fn awaited(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    fn state(&self) -> MutexGuard<'_, ManualTime> {
        self.state.lock().expect("invariant: no test panics in here")
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new(Timestamp::from_seconds(1_795_000_000))
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    async fn wait(&self, duration: Duration) {
        let end = self.elapsed() + duration;
        poll_fn(|context| {
            let mut state = self.state();
            if state.elapsed >= end {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// Predictable bytes from a seed (the `SplitMix64` generator): never for production.
pub struct SeededEntropy {
    state: AtomicU64,
    sequence: AtomicU16,
}

impl SeededEntropy {
    /// The same seed gives the same bytes.
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed), sequence: AtomicU16::new(0) }
    }

    fn next(&self) -> u64 {
        let mut z =
            self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            chunk.iter_mut().zip(bytes).for_each(|(target, byte)| *target = byte);
        }
    }

    fn sequence(&self) -> u16 {
        self.sequence.fetch_add(1, Ordering::SeqCst)
    }
}

/// What a [`ScriptedUpstream`] was asked.
#[derive(Clone, Debug)]
pub struct SeenRequest {
    /// The method.
    pub method: Method,
    /// The absolute target.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// A provider that answers each request with the next answer of its script, and remembers the requests.
#[derive(Default)]
pub struct ScriptedUpstream {
    answers: Mutex<VecDeque<Result<Response<Bytes>, UpstreamError>>>,
    seen: Mutex<Vec<SeenRequest>>,
}

impl ScriptedUpstream {
    /// Adds an answer to the end of the script.
    pub fn answer(&self, status: u16, body: impl Into<Bytes>) {
        let mut response = Response::new(body.into());
        *response.status_mut() =
            http::StatusCode::from_u16(status).expect("invariant: tests use real statuses");
        self.answer_with(Ok(response));
    }

    /// Adds a whole response, or a failure, to the end of the script.
    pub fn answer_with(&self, answer: Result<Response<Bytes>, UpstreamError>) {
        self.answers.lock().expect("invariant: no test panics in here").push_back(answer);
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<SeenRequest> {
        self.seen.lock().expect("invariant: no test panics in here").clone()
    }
}

#[async_trait]
impl Upstream for ScriptedUpstream {
    async fn send(
        &self,
        request: Request<Body>,
        _patience: Patience,
    ) -> Result<Response<Body>, UpstreamError> {
        let (head, body) = request.into_parts();
        let body = read(body, usize::MAX).await.unwrap_or_default();
        let seen = SeenRequest { method: head.method, uri: head.uri, headers: head.headers, body };
        self.seen.lock().expect("invariant: no test panics in here").push(seen);
        let answer = self.answers.lock().expect("invariant: no test panics in here").pop_front();
        answer
            .unwrap_or_else(|| {
                Err(UpstreamError::NotSent { reason: "the script has no answer left".to_owned() })
            })
            .map(|response| response.map(full))
    }
}
