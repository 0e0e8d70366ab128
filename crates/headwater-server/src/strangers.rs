//! Lines that strangers cause: the first ones are written, the rest is counted.
//!
//! Whoever can reach the port can make requests that fail, and each would write its line. So of what is logged about
//! requests whose caller has not proved who it is, each place in the code writes a number of lines a minute; what goes
//! beyond is told once a minute, as a number.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use headwater_domain::bounds::{STRANGER_LINES, STRANGER_LINES_PER};
use parking_lot::{Mutex, MutexGuard};
use tracing::callsite::Identifier;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

/// The span of a request; see [`crate::log::request_span`].
pub(crate) const REQUEST: &str = "request";
/// The span that a request enters once its caller is known.
const CALLER: &str = "caller";
/// What is logged under this target is about strangers although it stands outside of a request.
pub(crate) const TARGET: &str = "headwater_server::strangers";

/// Lets some lines about strangers through. Clones count together.
#[derive(Clone)]
pub(crate) struct Strangers {
    state: Arc<Mutex<State>>,
    /// How long the process has been running.
    elapsed: fn() -> Duration,
}

#[derive(Default)]
struct State {
    since: Duration,
    written: HashMap<Identifier, u32>,
    left_out: u64,
}

impl Strangers {
    /// Counts from now on. `elapsed` says how long the process has been running.
    pub(crate) fn new(elapsed: fn() -> Duration) -> Self {
        Self { state: Arc::default(), elapsed }
    }

    /// How many lines were left out since this was asked last; begins a new minute.
    pub(crate) fn take(&self) -> u64 {
        std::mem::take(&mut self.state().left_out)
    }

    fn admit(&self, place: Identifier) -> bool {
        let now = (self.elapsed)();
        let mut state = self.state();
        if now.saturating_sub(state.since) >= STRANGER_LINES_PER {
            state.since = now;
            state.written.clear();
        }
        let written = state.written.entry(place).or_default();
        if *written < STRANGER_LINES {
            *written += 1;
            return true;
        }
        state.left_out += 1;
        false
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Filter<S> for Strangers {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        !about_strangers(event, context) || self.admit(event.metadata().callsite())
    }
}

fn about_strangers<S: Subscriber + for<'span> LookupSpan<'span>>(
    event: &Event<'_>,
    context: &Context<'_, S>,
) -> bool {
    if event.metadata().target() == TARGET {
        return true;
    }
    let Some(spans) = context.event_scope(event) else { return false };
    let names: Vec<&str> = spans.map(|span| span.name()).collect();
    names.contains(&REQUEST) && !names.contains(&CALLER)
}
