//! What tests can do to a running sandbox: age tokens, take grants back, choose how consent ends, and script the
//! next answers of an operation.

mod fault;
mod http;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use self::fault::intercept;
pub use self::fault::{Fault, ScriptedResponse};
pub(crate) use self::http::router;

/// How an automatic consent ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentOutcome {
    /// The user allows.
    Allow,
    /// The user declines.
    Deny,
}

/// What an automatic consent covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSites {
    /// The first site only.
    One,
    /// Every site.
    All,
}

/// What tests have asked for.
#[derive(Debug)]
pub(crate) struct Control {
    wishes: Mutex<Wishes>,
}

#[derive(Debug)]
struct Wishes {
    outcome: ConsentOutcome,
    sites: ConsentSites,
    faults: Vec<Fault>,
}

impl Control {
    pub(crate) fn new() -> Self {
        let wishes = Wishes { outcome: ConsentOutcome::Allow, sites: ConsentSites::All, faults: Vec::new() };
        Self { wishes: Mutex::new(wishes) }
    }

    pub(crate) fn choose_consent(&self, outcome: ConsentOutcome, sites: ConsentSites) {
        let mut wishes = self.wishes();
        wishes.outcome = outcome;
        wishes.sites = sites;
    }

    pub(crate) fn consent(&self) -> (ConsentOutcome, ConsentSites) {
        let wishes = self.wishes();
        (wishes.outcome, wishes.sites)
    }

    pub(crate) fn script(&self, fault: Fault) {
        self.wishes().faults.push(fault);
    }

    /// The next scripted answer for this request, if there is one. It is used up.
    pub(crate) fn take_fault(&self, method: &::http::Method, path: &str) -> Option<ScriptedResponse> {
        let mut wishes = self.wishes();
        let response = wishes.faults.iter_mut().find(|fault| fault.applies_to(method, path))?.take();
        wishes.faults.retain(|fault| !fault.is_over());
        response
    }

    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
