//! What is done to headwater.

mod callers;
mod kills;
mod outages;
mod stale_copy;

use anyhow::Result;
use serde_json::{Value, json};

use super::ledger::Ledger;
use super::rig::Rig;
use super::table::Experiment;

/// All of them, the quick ones first.
pub(super) const ALL: &[Experiment] = &[
    Experiment {
        name: "control: an old copy of the database must be found out",
        perform: stale_copy::control,
    },
    Experiment { name: "many callers at the moment of expiry, 1 server", perform: callers::one_server },
    Experiment { name: "many callers at the moment of expiry, 3 replicas", perform: callers::replicas },
    Experiment { name: "replies lost, cut and garbled after the rotation", perform: outages::replies },
    Experiment { name: "provider away for 11 minutes and for 6 hours", perform: outages::provider },
    Experiment { name: "kill -9 before the provider got the token", perform: kills::before_rotation },
    Experiment { name: "kill -9 after the provider rotated, reply unread", perform: kills::after_rotation },
    Experiment { name: "kill -9 at any moment under load, SQLite", perform: kills::any_moment },
    Experiment { name: "kill -9 of any of 3 replicas under load, PostgreSQL", perform: kills::any_replica },
    Experiment { name: "PostgreSQL killed and restarted under load", perform: kills::database },
];

/// Tokens that must be refreshed all the time, by a provider that forgives nothing.
fn short_lives() -> Value {
    json!({ "access_token_seconds": 40, "late_refresh": "ends_family" })
}

/// Everything that is wrong at the end: rules that were broken, and accounts that do not work any more.
fn verdict(rig: &Rig) -> Result<Vec<String>> {
    let mut wrong = rig.ledger()?.violations();
    for account in &rig.accounts {
        match rig.call(0, account) {
            Ok((200, _)) => {}
            Ok((status, answer)) => {
                wrong.push(format!("{account} does not work any more: {status} {answer}"));
            }
            Err(error) => wrong.push(format!("{account} gets no answer: {error:#}")),
        }
    }
    Ok(wrong)
}

/// How much was refreshed, in words.
fn refreshed(ledger: &Ledger) -> String {
    format!("{} refreshes", ledger.refreshes())
}
