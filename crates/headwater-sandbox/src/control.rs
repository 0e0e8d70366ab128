//! The state behind the controls of a running sandbox: its clock, the rules in force, how consents end, scripted
//! faults, held requests, and the log of what really happened.

mod bell;
mod fault;
mod holds;
mod ledger;
mod steered_clock;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use self::fault::{Asked, FaultSpec, within_site};
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
pub(crate) struct ConsentChoice {
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
    choices: Mutex<Choices>,
}

struct Choices {
    consent: ConsentChoice,
    switches: Switches,
    faults: Vec<Fault>,
}

impl Control {
    pub(crate) fn new(clock: Arc<SteeredClock>, switches: Switches) -> Self {
        let consent =
            ConsentChoice { outcome: ConsentOutcome::Allow, sites: ConsentSites::All, account_id: None };
        let choices = Choices { consent, switches, faults: Vec::new() };
        Self { clock, holds: Holds::new(), ledger: Ledger::new(), choices: Mutex::new(choices) }
    }

    pub(crate) fn choose_consent(&self, choice: ConsentChoice) {
        self.choices().consent = choice;
    }

    pub(crate) fn consent(&self) -> ConsentChoice {
        self.choices().consent.clone()
    }

    pub(crate) fn switches(&self) -> Switches {
        self.choices().switches
    }

    pub(crate) fn switch(&self, switches: Switches) {
        self.choices().switches = switches;
    }

    pub(crate) fn script(&self, fault: Fault) {
        self.choices().faults.push(fault);
    }

    pub(crate) fn clear_faults(&self) {
        self.choices().faults.clear();
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.choices().faults.clone()
    }

    /// Takes the next step of the first fault that fits this request, with the name of the fault.
    pub(crate) fn strike(&self, asked: &Asked<'_>) -> Option<(Option<String>, FaultStep)> {
        let mut choices = self.choices();
        let struck = choices.faults.iter_mut().find_map(|fault| {
            let step = fault.strike(asked)?;
            Some((fault.name().map(str::to_owned), step))
        });
        // A fault whose steps are used up would stand in front of those behind it.
        choices.faults.retain(|fault| !fault.is_over());
        struck
    }

    fn choices(&self) -> MutexGuard<'_, Choices> {
        self.choices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
