//! A server that dies at each point of a refresh, and is started again.

use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::super::rig::{Database, LONG_TIME, Rig, Setup};
use super::super::server::within;
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::verdict;

/// The name of the hold where a request waits for the death of who sent it.
const HOLD: &str = "death";
/// How long a server is given to die.
const DYING: u64 = 5;
/// A server that is started on its own data waits for no lease.
const BACK_WITHIN: u64 = 5;

/// How a server is made to die at a point.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// It kills itself there.
    Itself(&'static str),
    /// The sandbox holds the token request, before or after its effect, and we kill who waits.
    Held(&'static str),
}

/// Every point from the beginning of a refresh to the end of telling about it.
pub(super) const POINTS: [(&str, Way); 10] = [
    ("P0 before the lease", Way::Itself("before-lease")),
    ("P1 after the lease", Way::Itself("after-lease")),
    ("P2 after the intent was written down", Way::Itself("written-down")),
    ("P3 request sent", Way::Held("before")),
    ("P4 provider rotated, reply not read", Way::Held("after")),
    ("P5 reply read", Way::Itself("reply-read")),
    ("P6 inside the save", Way::Itself("inside-save")),
    ("P7 saved, nobody told", Way::Itself("saved")),
    ("P8 caller told", Way::Itself("told")),
    ("P9 event delivered, not noted", Way::Itself("delivering")),
];

pub(super) fn sqlite(conditions: Conditions) -> Result<Findings> {
    let setup = Setup { webhook: true, ..Setup::new(Database::Sqlite, 1).inside() };
    let mut rig = Rig::new(conditions, &setup)?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    let (mut recoveries, mut wrong) = (Vec::new(), Vec::new());
    for round in 0..conditions.amount.point_kills {
        for (name, way) in POINTS {
            rig.pass(LONG_TIME)?;
            if !die(&mut rig, way, &account)? {
                wrong.push(format!("{name}: the server did not die there in round {round}"));
            }
            let watch = Stopwatch::start();
            rig.restart(0)?;
            if !rig.comes_back(0, &account, 60) {
                wrong.push(format!("{name}: {account} does not come back"));
            }
            if watch.elapsed().as_secs() >= BACK_WITHIN {
                wrong.push(format!("{name}: back only after {:.1} s", watch.elapsed().as_secs_f64()));
            }
            recoveries.push(watch.elapsed());
        }
    }
    wrong.extend(verdict(&mut rig)?);
    wrong.extend(untold(&rig, 10));
    wrong.extend(damage(&mut rig)?);
    let ledger = rig.ledger()?;
    let done = format!(
        "{} kills, {} refreshes, {} of them repetitions",
        recoveries.len(),
        ledger.refreshes(),
        ledger.repetitions()
    );
    Ok(Findings { done, wrong, recoveries, ..Findings::default() })
}

/// Lets the server die, and says whether it did so in the right place.
fn die(rig: &mut Rig, way: Way, account: &str) -> Result<bool> {
    match way {
        Way::Held(when) => {
            rig.spoil_refreshes(&[json!({ "when": when, "hold": HOLD })])?;
            let caller = rig.caller(0, account)?;
            let call = thread::spawn(move || drop(caller.call()));
            rig.steer("await", &json!({ "hold": HOLD }))?;
            rig.kill(0)?;
            rig.steer("release", &json!({ "hold": HOLD }))?;
            drop(call.join());
            Ok(true)
        }
        Way::Itself(point) => {
            rig.kill(0)?;
            let running = rig.armed(0, "HEADWATER_CHAOS__CRASH_AT", point)?.start_doomed()?;
            rig.put(0, running);
            for _ in 0..3 {
                drop(rig.call(0, account));
                if rig.dies(0, DYING) {
                    return Ok(true);
                }
                // A sweep was faster than the caller.
                rig.pass(LONG_TIME)?;
            }
            rig.kill(0)?;
            Ok(false)
        }
    }
}

/// Whether every refresh that was stored was told to the endpoint. An event that was delivered when the server died comes
/// again.
pub(super) fn untold(rig: &Rig, seconds: u64) -> Option<String> {
    let receiver = rig.receiver()?;
    let again = within(seconds, || receiver.counts().1 > 0);
    (!again).then(|| format!("no event was delivered again, of {}", receiver.counts().0))
}

/// What SQLite itself finds wrong with the file.
pub(super) fn damage(rig: &mut Rig) -> Result<Option<String>> {
    const CHECK: &str = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])";
    rig.kill(0)?;
    let copy = rig.copy_data(0)?;
    let output = Command::new("python3").args(["-c", CHECK]).arg(copy.join("headwater.db")).output()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    Ok((said != "ok").then(|| format!("the database is damaged: {said}{errors}")))
}
