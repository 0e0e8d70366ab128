//! The log of what really happened, in order: every token issued and presented, every refresh and its result, every
//! write. A test compares what a client believes with this.

mod event;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

pub use self::event::{Event, TokenMark};
use crate::timestamp;

/// The most entries that are kept; the oldest are dropped.
const MOST_ENTRIES: usize = 1_000_000;

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// The number of the entry, from 1 and without gaps.
    pub number: u64,
    /// The sandbox's clock, as a date.
    pub at: String,
    /// The sandbox's clock, in milliseconds since 1970.
    pub at_ms: i64,
    /// The request it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<u64>,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// The number of a request, which all entries about it in the log carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestNumber(pub(crate) u64);

/// A filter of entries. A member that is not given fits everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Entries behind this number.
    pub after: u64,
    /// One of these events; all when empty.
    pub events: Vec<String>,
    /// Members that must be there, at any depth, with these values.
    pub members: Vec<(String, String)>,
}

/// The log.
#[derive(Debug)]
pub(crate) struct Ledger {
    entries: Mutex<Entries>,
    requests: AtomicU64,
    /// A lock that is held from the decision about a token to its entry, so that entries are in the order of the
    /// decisions.
    pub(crate) token_order: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Entries {
    last: u64,
    kept: VecDeque<LedgerEntry>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            entries: Mutex::new(Entries::default()),
            requests: AtomicU64::new(0),
            token_order: tokio::sync::Mutex::new(()),
        }
    }

    pub(crate) fn next_request(&self) -> RequestNumber {
        RequestNumber(self.requests.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(crate) fn note(&self, at_ms: i64, request: Option<RequestNumber>, event: Event) {
        let mut entries = self.entries();
        entries.last += 1;
        let entry = LedgerEntry {
            number: entries.last,
            at: timestamp::iso(at_ms),
            at_ms,
            request: request.map(|RequestNumber(number)| number),
            event,
        };
        if entries.kept.len() == MOST_ENTRIES {
            entries.kept.pop_front();
        }
        entries.kept.push_back(entry);
    }

    /// Returns the entries that fit, oldest first.
    pub(crate) fn entries_that_fit(&self, filter: &LedgerFilter) -> Vec<LedgerEntry> {
        let entries = self.entries();
        entries.kept.iter().filter(|entry| filter.fits(entry)).cloned().collect()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LedgerEntry {
    /// Returns the entry as JSON. Tokens are shown as fingerprints only, unless raw tokens are asked for.
    pub(crate) fn to_json(&self, raw: bool) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if !raw {
            forget(&mut value, "raw");
        }
        value
    }
}

impl LedgerFilter {
    fn fits(&self, entry: &LedgerEntry) -> bool {
        if entry.number <= self.after {
            return false;
        }
        if self.events.is_empty() && self.members.is_empty() {
            return true;
        }
        let value = entry.to_json(false);
        let event = value.get("event").and_then(Value::as_str).unwrap_or_default();
        (self.events.is_empty() || self.events.iter().any(|wanted| wanted == event))
            && self.members.iter().all(|(name, wanted)| holds(&value, name, wanted))
    }
}

/// Removes the members of this name, at any depth.
fn forget(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => {
            members.remove(name);
            members.values_mut().for_each(|member| forget(member, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, name)),
        _ => {}
    }
}

/// Returns whether a member of this name has this value, at any depth.
fn holds(value: &Value, name: &str, wanted: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(known, member)| {
            let is_it = known == name
                && match member.as_str() {
                    Some(text) => text == wanted,
                    None => member.to_string().as_str() == wanted,
                };
            is_it || holds(member, name, wanted)
        }),
        Value::Array(items) => items.iter().any(|item| holds(item, name, wanted)),
        _ => false,
    }
}
