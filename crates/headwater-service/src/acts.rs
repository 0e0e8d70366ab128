//! Acts under way that do not end with their caller: each runs in a task of its own, is counted here, and is waited for
//! when the process stops. What nobody waits for any more is bounded in number and in time.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use headwater_domain::audit::Actor;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinError};
use tracing::Instrument as _;

use crate::core::Core;
use crate::error::ServiceError;

/// The most acts of one actor that go on although their caller has left. A program that sends requests and hangs up
/// gets no further than this.
const MOST_ABANDONED: usize = 1_000;

/// The acts under way. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Acts {
    core: Core,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    ended: Notify,
}

#[derive(Default)]
struct State {
    next: u64,
    running: HashMap<u64, Running>,
    /// How many acts of each actor go on without their caller.
    abandoned: HashMap<String, usize>,
}

struct Running {
    actor: Actor,
    /// When its caller left, by the clock's running time.
    abandoned_at: Option<Duration>,
    abort: Option<AbortHandle>,
}

/// One act's place among those under way; given back when dropped.
pub(crate) struct Place {
    acts: Acts,
    number: u64,
}

/// The caller of an act. Dropped while the act is under way, it notes that nobody waits for the act any more.
struct Waiting {
    acts: Acts,
    number: u64,
}

impl Acts {
    pub(crate) fn new(core: Core) -> Self {
        Self { core, shared: Arc::default() }
    }

    /// Takes a place for an act of `actor`, unless too many of its acts go on without a caller already.
    pub(crate) fn enter(&self, actor: Actor) -> Result<Place, ServiceError> {
        let mut state = self.shared.state.lock();
        if state.abandoned.get(actor.as_str()).is_some_and(|count| *count >= MOST_ABANDONED) {
            return Err(too_many_abandoned());
        }
        state.next += 1;
        let number = state.next;
        state.running.insert(number, Running { actor, abandoned_at: None, abort: None });
        Ok(Place { acts: self.clone(), number })
    }

    fn can_be_aborted(&self, number: u64, abort: AbortHandle) {
        if let Some(running) = self.shared.state.lock().running.get_mut(&number) {
            running.abort = Some(abort);
        }
    }

    fn abandon(&self, number: u64, now: Duration) {
        let mut state = self.shared.state.lock();
        let Some(running) = state.running.get_mut(&number) else { return };
        running.abandoned_at = Some(now);
        let actor = running.actor.as_str().to_owned();
        *state.abandoned.entry(actor).or_default() += 1;
    }

    fn leave(&self, number: u64) {
        self.shared.state.lock().remove(number);
        self.shared.ended.notify_waiters();
    }

    /// How many acts are under way.
    pub(crate) fn count(&self) -> usize {
        self.shared.state.lock().running.len()
    }

    /// Waits until no act is under way.
    pub(crate) async fn idle(&self) {
        loop {
            let ended = self.shared.ended.notified();
            if self.count() == 0 {
                return;
            }
            ended.await;
        }
    }

    fn overdue(&self, before: Duration) -> Vec<AbortHandle> {
        let state = self.shared.state.lock();
        let late = state.running.values().filter(|it| it.abandoned_at.is_some_and(|at| at <= before));
        late.filter_map(|it| it.abort.clone()).collect()
    }
}

impl State {
    fn remove(&mut self, number: u64) {
        let Some(running) = self.running.remove(&number).filter(|it| it.abandoned_at.is_some()) else {
            return;
        };
        if let Some(count) = self.abandoned.get_mut(running.actor.as_str()) {
            *count -= 1;
            if *count == 0 {
                self.abandoned.remove(running.actor.as_str());
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.acts.leave(self.number);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.acts.abandon(self.number, self.acts.core.clock().elapsed());
    }
}

impl Acts {
    /// Runs `work` in a task of its own, so that it goes on when the caller leaves. Fails when the task panics or is cut
    /// off.
    pub(crate) async fn detached<T: Send + 'static>(
        &self,
        place: Place,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let number = place.number;
        let task = async move {
            let _place = place;
            work.await
        };
        let task = tokio::spawn(task.in_current_span());
        self.can_be_aborted(number, task.abort_handle());
        let _waiting = Waiting { acts: self.clone(), number };
        task.await.map_err(|error| came_to_grief(&error))
    }

    /// Ends acts whose caller has left and that still go on after [`crate::settings::Settings::act_patience`]. The audit
    /// log then says that they were cut off. Called by a job; returns how many.
    pub fn end_overdue(&self) -> usize {
        let Some(before) = self.core.clock().elapsed().checked_sub(self.core.settings().act_patience) else {
            return 0;
        };
        let overdue = self.overdue(before);
        overdue.iter().for_each(AbortHandle::abort);
        if !overdue.is_empty() {
            tracing::warn!(
                count = overdue.len(),
                "acts whose callers have left were cut off: they took too long"
            );
        }
        overdue.len()
    }
}

fn came_to_grief(error: &JoinError) -> ServiceError {
    if error.is_panic() {
        let message = "headwater came to grief over this request; it may have had its effect. Ask the operator to look at the log";
        return ServiceError::new(ErrorKind::Internal, ErrorCode::Internal, message);
    }
    interrupted()
}

fn interrupted() -> ServiceError {
    let message = "the request was cut off; it may have had its effect";
    ServiceError::new(ErrorKind::Unavailable, ErrorCode::Interrupted, message)
}

fn too_many_abandoned() -> ServiceError {
    let message = format!(
        "nothing was done: {MOST_ABANDONED} earlier requests of this caller, which it did not wait for, still go on; \
         wait for answers"
    );
    ServiceError::new(ErrorKind::ResourceExhausted, ErrorCode::TooManyCalls, message)
}
