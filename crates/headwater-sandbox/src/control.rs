//! What tests can do to a running sandbox: move its clock, age tokens, take grants back, switch rules, choose how
//! consent ends, script faults, and read what really happened.

mod bell;
mod content_rules;
mod cut_body;
mod fault;
mod holds;
mod http;
mod intercept;
mod ledger;
pub(crate) mod operation;
mod rates;
mod rules;
mod steered_clock;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::fault::{
    Fault, FaultDelay, FaultOutcome, FaultPhase, FaultStep, FaultTarget, ScriptedResponse,
};
pub(crate) use self::holds::Holds;
pub(crate) use self::http::{FaultWish, read_fault, router, switches_changed};
pub(crate) use self::intercept::{RequestNumber, intercept};
pub(crate) use self::ledger::Ledger;
pub use self::ledger::{Event, LedgerEntry, LedgerFilter, TokenMark};
pub use self::rates::{RateRefusal, RateRules};
pub(crate) use self::rules::milliseconds;
pub use self::rules::{LateRefresh, RepeatedRefresh, Rotation, TokenRules};
pub(crate) use self::steered_clock::SteeredClock;
use crate::options::StaleTokens;
pub use content_rules::{BlogTitles, ChildrenOfTrashed, ContentRules, VersionConflict, ZeroLimit};

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

/// The rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switches {
    pub(crate) stale_tokens: StaleTokens,
    pub(crate) tokens: TokenRules,
    pub(crate) rates: RateRules,
    pub(crate) content: ContentRules,
}

/// How automatic consents end.
#[derive(Clone, Debug)]
pub(crate) struct ConsentWish {
    pub(crate) outcome: ConsentOutcome,
    pub(crate) sites: ConsentSites,
    /// Who consents; the first user when nobody is named.
    pub(crate) account_id: Option<String>,
}

/// What tests have asked for, and what they can look at.
pub(crate) struct Control {
    pub(crate) clock: Arc<SteeredClock>,
    pub(crate) holds: Holds,
    pub(crate) ledger: Ledger,
    wishes: Mutex<Wishes>,
}

struct Wishes {
    consent: ConsentWish,
    switches: Switches,
    faults: Vec<Fault>,
}

impl Control {
    pub(crate) fn new(clock: Arc<SteeredClock>, switches: Switches) -> Self {
        let consent =
            ConsentWish { outcome: ConsentOutcome::Allow, sites: ConsentSites::All, account_id: None };
        let wishes = Wishes { consent, switches, faults: Vec::new() };
        Self { clock, holds: Holds::new(), ledger: Ledger::new(), wishes: Mutex::new(wishes) }
    }

    pub(crate) fn choose_consent(&self, wish: ConsentWish) {
        self.wishes().consent = wish;
    }

    pub(crate) fn consent(&self) -> ConsentWish {
        self.wishes().consent.clone()
    }

    pub(crate) fn switches(&self) -> Switches {
        self.wishes().switches
    }

    pub(crate) fn switch(&self, switches: Switches) {
        self.wishes().switches = switches;
    }

    pub(crate) fn script(&self, fault: Fault) {
        self.wishes().faults.push(fault);
    }

    pub(crate) fn clear_faults(&self) {
        self.wishes().faults.clear();
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.wishes().faults.clone()
    }

    /// The step of the first fault that strikes this request, with the name of the fault. It is used up.
    fn strike(&self, asked: &fault::Asked<'_>) -> Option<(Option<String>, FaultStep)> {
        let mut wishes = self.wishes();
        let struck = wishes.faults.iter_mut().find_map(|fault| {
            let step = fault.strike(asked)?;
            Some((fault.name().map(str::to_owned), step))
        });
        wishes.faults.retain(|fault| !fault.is_over());
        struck
    }

    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
