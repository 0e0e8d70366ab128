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

use super::ledger::Ledger;
use super::rig::Rig;
use super::server::within;
use super::table::{Conditions, Experiment, Findings};

const WITHOUT: &str = "HEADWATER_CHAOS__WITHOUT";

/// All of them, each with its controls.
pub(super) const ALL: &[Experiment] = &[
    promise("kill -9 at each point P0 to P9, SQLite", points::sqlite),
    promise("kill -9 at each point P0 to P9, 3 replicas, PostgreSQL", replica_points::postgres),
    promise("kill -9 at any moment under load, SQLite", kills::any_moment),
    promise("kill -9 of any of 3 replicas under load, PostgreSQL", kills::any_replica),
    promise("PostgreSQL killed and restarted under load", kills::database),
    promise("an old copy of the database", stale_copy::fenced),
    control("control: the same when the copy is adopted", &[], stale_copy::adopted),
    promise("kill -9 after a rotation, and nobody calls", orphans::nobody_calls),
    control("control: the same without write-ahead", &[(WITHOUT, "write-ahead")], orphans::nobody_calls),
    promise("callers at the moment of expiry, 1 server", callers::one_server),
    promise("callers at the moment of expiry, 3 replicas", callers::replicas),
    control("control: the same without a lease", &[(WITHOUT, "lease")], callers::replicas),
    control(
        "control: 1 server without single flight and lease",
        &[(WITHOUT, "single-flight,lease")],
        callers::one_server,
    ),
    promise("holder of the lease stopped until it has lapsed, PostgreSQL", stalls::stopped),
    control("control: the same without a fence", &[(WITHOUT, "fence")], stalls::stopped),
    promise("a good token refused once", refusals::refused_once),
    control(
        "control: the same when one refusal is believed",
        &[("HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS", "0")],
        refusals::refused_once,
    ),
    promise("disk full before, during and after a refresh", disk::full),
    control("control: the same when the unsaved pair is not kept", &[(WITHOUT, "keep-pair")], disk::full),
    control(
        "control: the same when tokens are used before they are stored",
        &[(WITHOUT, "persist-first")],
        disk::full,
    ),
    promise("replies lost, cut, garbled, and slow as 1 byte a second", outages::replies),
    promise("provider away for 9 minutes", outages::nine_minutes),
    promise("provider away for 11 minutes, and for 6 hours", outages::long),
    promise("the time of day jumps, up to 400 days", clocks::jumps),
];

const fn promise(name: &'static str, perform: fn(Conditions) -> Result<Findings>) -> Experiment {
    Experiment { name, control: false, settings: &[], perform }
}

const fn control(
    name: &'static str,
    settings: &'static [(&'static str, &'static str)],
    perform: fn(Conditions) -> Result<Findings>,
) -> Experiment {
    Experiment { name, control: true, settings, perform }
}

/// Everything that is wrong at the end: rules that were broken, and accounts that do not work any more once the
/// provider has forgotten all tokens but the newest. A lease of a replica that died lapses after half a minute; no
/// account may need longer than that and a sweep.
fn verdict(rig: &mut Rig) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for account in &rig.accounts {
        if !rig.comes_back(0, account, 45) {
            wrong.push(format!(
                "{account} does not come back within 45 seconds: {}",
                last_answer(rig, account)
            ));
        }
    }
    // A call may have succeeded with an earlier token while a new pair is not stored yet. There are ten minutes for
    // that, and they must not pass in a moment here.
    let settled = within(60, || {
        rig.accounts.iter().for_each(|account| drop(rig.call(0, account)));
        rig.ledger().is_ok_and(|it| it.settled())
    });
    if !settled {
        wrong.push("a new pair is not stored within a minute".to_owned());
    }
    rig.age()?;
    for account in &rig.accounts {
        if !rig.comes_back(0, account, 45) {
            wrong.push(format!("{account} does not work any more: {}", last_answer(rig, account)));
        }
    }
    wrong.extend(rig.ledger()?.violations());
    Ok(wrong)
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
