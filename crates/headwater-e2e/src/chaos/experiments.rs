//! What is done to headwater.

mod callers;
mod clocks;
mod disk;
mod kills;
mod orphans;
mod outages;
mod points;
mod refusals;
mod replica_points;
mod stale_copy;
mod stalls;

use anyhow::Result;

use super::finding::{Finding, Kind};
use super::ledger::Ledger;
use super::rig::Rig;
use super::table::{Conditions, Experiment, Findings};

const WITHOUT: &str = "HEADWATER_CHAOS__WITHOUT";

/// All of them, each with its controls. Those that take longest come first, so that they do not end alone.
pub(super) const ALL: &[Experiment] = &[
    promise("kill -9 at each point P0 to P9, SQLite", points::sqlite),
    promise("kill -9 at each point P0 to P9, 3 replicas, PostgreSQL", replica_points::postgres),
    promise("kill -9 of any of 3 replicas under load, PostgreSQL", kills::any_replica),
    promise("holder of the lease stopped until it has lapsed, PostgreSQL", stalls::stopped),
    control("control: the same without a fence", Kind::Outdated, &[(WITHOUT, "fence")], stalls::stopped),
    promise("callers at the moment of expiry, 3 replicas", callers::replicas),
    control("control: the same without a lease", Kind::Together, &[(WITHOUT, "lease")], callers::replicas),
    promise("callers at the moment of expiry, 1 server", callers::one_server),
    control(
        "control: the same without single flight and lease",
        Kind::Together,
        &[(WITHOUT, "single-flight,lease")],
        callers::one_server,
    ),
    promise("PostgreSQL killed and restarted under load", kills::database),
    promise("kill -9 at any moment under load, SQLite", kills::any_moment),
    promise("kill -9 after a rotation, and nobody calls", orphans::nobody_calls),
    control(
        "control: the same without write-ahead",
        Kind::Late,
        &[(WITHOUT, "write-ahead")],
        orphans::nobody_calls,
    ),
    promise("disk full before, during and after a refresh", disk::full),
    control(
        "control: the same when the unsaved pair is not kept",
        Kind::Late,
        &[(WITHOUT, "keep-pair")],
        disk::full,
    ),
    control(
        "control: the same when tokens are used before they are stored",
        Kind::UsedBeforeStored,
        &[(WITHOUT, "persist-first")],
        disk::full,
    ),
    promise("an old copy of the database", stale_copy::fenced),
    control("control: the same when the copy is adopted", Kind::Late, &[], stale_copy::adopted),
    promise("a good token refused once", refusals::refused_once),
    control(
        "control: the same when one refusal is believed",
        Kind::GivenUp,
        &[("HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS", "0")],
        refusals::refused_once,
    ),
    promise("replies lost, cut, garbled, and slow as 1 byte a second", outages::replies),
    promise("provider away for 9 minutes", outages::nine_minutes),
    promise("provider away for 11 minutes, and for 6 hours", outages::long),
    promise("the time of day jumps, up to 400 days", clocks::jumps),
];

const fn promise(name: &'static str, perform: fn(Conditions) -> Result<Findings>) -> Experiment {
    Experiment { name, expected: None, settings: &[], perform }
}

/// An experiment on a server that lacks a defence: a rule of this kind is broken.
const fn control(
    name: &'static str,
    expected: Kind,
    settings: &'static [(&'static str, &'static str)],
    perform: fn(Conditions) -> Result<Findings>,
) -> Experiment {
    Experiment { name, expected: Some(expected), settings, perform }
}

/// Everything that is wrong at the end: rules that were broken, and accounts that were given up, also once the provider
/// has forgotten all tokens but the newest.
fn verdict(rig: &mut Rig) -> Result<Vec<Finding>> {
    if given_up(rig)?.is_empty() {
        // A call may have succeeded with an earlier token while a new pair is not stored yet. There are ten minutes for
        // that, and they must not pass in a moment here.
        rig.until("every new pair to be used", |rig| {
            rig.accounts.iter().for_each(|account| drop(rig.call(0, account)));
            rig.ledger().is_ok_and(|it| it.settled())
        })?;
    }
    rig.age()?;
    let (given_up, ledger) = (given_up(rig)?, rig.ledger()?);
    let mut wrong = ledger.violations();
    if let Some(account) = given_up.last().filter(|_| given_up.len() > ledger.ended()) {
        let text = format!("{} accounts were given up, such as {account}: ", given_up.len());
        wrong.push(Kind::GivenUp.because(text + &last_answer(rig, account)));
    }
    Ok(wrong)
}

/// The accounts that only a new consent would help.
fn given_up(rig: &Rig) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for account in &rig.accounts {
        if !rig.comes_back(0, account)? {
            found.push(account.clone());
        }
    }
    Ok(found)
}

/// What a call comes to, in words.
fn last_answer(rig: &Rig, account: &str) -> String {
    match rig.call(0, account) {
        Ok((status, answer)) => format!("{status} {answer}"),
        Err(error) => format!("{error:#}"),
    }
}

/// How much was refreshed, in words.
fn refreshed(ledger: &Ledger) -> String {
    format!("{} refreshes", ledger.refreshes())
}
