//! What one connection is doing, and by when it must have done something else.
//!
//! hyper bounds the head of an HTTP/1 request and the wait for the next one with a single timer, and bounds neither
//! an HTTP/2 connection without streams nor a request whose bytes stopped moving. This does.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;

use super::limits::Limits;

/// Shared by the byte stream, the request service and the watchdog of one connection.
pub(super) struct Activity {
    state: Mutex<State>,
}

struct State {
    requests: usize,
    idle_since: Instant,
    moved_at: Instant,
    head_begun_at: Option<Instant>,
}

/// How patient to be with a connection; depends on the protocol.
pub(super) struct Patience {
    /// `None` where a head is not sent byte by byte on its own (HTTP/2).
    pub(super) head: Option<Duration>,
    pub(super) idle: Duration,
    pub(super) stall: Duration,
    pub(super) goodbye: Duration,
}

/// Counts one request for as long as it, or its response, is under way.
pub(super) struct Underway(Arc<Activity>);

impl Activity {
    pub(super) fn new(now: Instant) -> Self {
        let state = State { requests: 0, idle_since: now, moved_at: now, head_begun_at: None };
        Self { state: Mutex::new(state) }
    }

    /// Bytes came in. Those that came together with the request before them are not seen here: a head that begins
    /// that way has as long as an idle connection.
    pub(super) fn read(&self, now: Instant) {
        let mut state = self.state();
        state.moved_at = now;
        if state.requests == 0 {
            state.head_begun_at.get_or_insert(now);
        }
    }

    /// Bytes went out.
    pub(super) fn wrote(&self, now: Instant) {
        self.state().moved_at = now;
    }

    /// A request head is complete.
    pub(super) fn begin(self: &Arc<Self>) -> Underway {
        let mut state = self.state();
        state.requests += 1;
        state.head_begun_at = None;
        Underway(Arc::clone(self))
    }

    /// Whether a request is under way.
    pub(super) fn busy(&self) -> bool {
        self.state().requests > 0
    }

    /// When the connection has been given enough time, as things stand.
    pub(super) fn deadline(&self, patience: &Patience) -> Instant {
        let state = self.state();
        if state.requests > 0 {
            return state.moved_at + patience.stall;
        }
        let idle = state.idle_since + patience.idle;
        match (state.head_begun_at, patience.head) {
            (Some(begun_at), Some(head)) => idle.min(begun_at + head),
            (Some(_) | None, _) => idle,
        }
    }

    /// The same once the connection was asked to close at `asked_at`.
    pub(super) fn closing_deadline(&self, patience: &Patience, asked_at: Instant) -> Instant {
        let state = self.state();
        if state.requests > 0 {
            return state.moved_at + patience.stall;
        }
        asked_at.max(state.idle_since) + patience.goodbye
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.0.state();
        state.requests = state.requests.saturating_sub(1);
        state.idle_since = now;
        state.head_begun_at = None;
    }
}

impl Patience {
    pub(super) fn http1(limits: &Limits) -> Self {
        Self {
            head: Some(limits.header_timeout),
            idle: limits.http1_idle_timeout,
            stall: limits.stall_timeout,
            goodbye: limits.goodbye_timeout,
        }
    }

    pub(super) fn http2(limits: &Limits) -> Self {
        Self { head: None, idle: limits.http2_idle_timeout, ..Self::http1(limits) }
    }

    /// How often a deadline is looked at again: it can come nearer while somebody sleeps towards an older one.
    pub(super) fn tick(&self) -> Duration {
        self.head.unwrap_or(self.idle).min(self.idle).min(self.stall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn patience(head: Option<Duration>) -> Patience {
        Patience { head, idle: 75 * SECOND, stall: 300 * SECOND, goodbye: SECOND }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_less_time_than_an_idle_connection() {
        let start = Instant::now();
        let activity = Activity::new(start);
        assert_eq!(activity.deadline(&patience(Some(15 * SECOND))), start + 75 * SECOND);
        activity.read(start + SECOND);
        activity.read(start + 9 * SECOND);
        assert_eq!(
            activity.deadline(&patience(Some(15 * SECOND))),
            start + 16 * SECOND,
            "from its first byte"
        );
        assert_eq!(activity.deadline(&patience(None)), start + 75 * SECOND, "reading alone is not use");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_may_take_long_but_not_stand_still() {
        let start = Instant::now();
        let activity = Arc::new(Activity::new(start));
        activity.read(start);
        let first = activity.begin();
        let second = activity.begin();
        assert!(activity.busy());
        activity.wrote(start + 100 * SECOND);
        assert_eq!(activity.deadline(&patience(None)), start + 400 * SECOND);
        tokio::time::advance(120 * SECOND).await;
        drop(first);
        assert!(activity.busy());
        drop(second);
        assert!(!activity.busy());
        assert_eq!(activity.deadline(&patience(Some(SECOND))), start + 195 * SECOND, "idle from its end");
    }

    #[tokio::test(start_paused = true)]
    async fn closing_waits_for_requests_and_not_for_silence() {
        let start = Instant::now();
        let activity = Arc::new(Activity::new(start));
        let asked_at = start + 5 * SECOND;
        assert_eq!(activity.closing_deadline(&patience(None), asked_at), start + 6 * SECOND);
        let underway = activity.begin();
        assert_eq!(activity.closing_deadline(&patience(None), asked_at), start + 300 * SECOND);
        tokio::time::advance(20 * SECOND).await;
        drop(underway);
        assert_eq!(activity.closing_deadline(&patience(None), asked_at), start + 21 * SECOND);
    }
}
