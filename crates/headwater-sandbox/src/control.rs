//! The state behind the controls of a running sandbox: its clock, the rules in force, how consents end, scripted
//! faults, held requests, and the log of what really happened.

mod bell;
mod fault;
mod holds;
mod ledger;
mod steered_clock;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use self::fault::{Asked, FaultWish, within_site};
pub use self::fault::{
    Fault, FaultDelay, FaultOutcome, FaultPhase, FaultStep, FaultTarget, ScriptedResponse,
};
pub(crate) use self::holds::Holds;
pub use self::ledger::{Event, LedgerEntry, LedgerFilter, TokenMark};
pub(crate) use self::ledger::{Ledger, RequestNumber};
pub(crate) use self::steered_clock::SteeredClock;
use crate::rules::{ConsentOutcome, ConsentSites, Switches};

/// The outcome of automatic consents.
#[derive(Clone, Debug)]
pub(crate) struct ConsentWish {
    pub(crate) outcome: ConsentOutcome,
    pub(crate) sites: ConsentSites,
    /// The user who consents; the first user when nobody is named.
    pub(crate) account_id: Option<String>,
}

/// The controls of one sandbox.
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

    /// Takes the next step of the first fault that fits this request, with the name of the fault.
    pub(crate) fn strike(&self, asked: &Asked<'_>) -> Option<(Option<String>, FaultStep)> {
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
