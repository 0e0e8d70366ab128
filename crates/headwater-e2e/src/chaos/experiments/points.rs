//! A server that dies at each point of a refresh, and is started again.

use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::super::finding::{Finding, Kind};
use super::super::rig::{Database, LONG_TIME, Rig, Setup};
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::{last_answer, verdict};

/// The name of the hold where a request waits for the death of who sent it.
const HOLD: &str = "death";
/// The point at which an endpoint has got an event, and that is not noted.
pub(super) const DELIVERING: &str = "delivering";
/// How often a server is brought near its point before that is given up.
const ATTEMPTS: usize = 5;

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
    ("P9 event delivered, not noted", Way::Itself(DELIVERING)),
];

pub(super) fn sqlite(conditions: Conditions) -> Result<Findings> {
    let setup = Setup { webhook: true, ..Setup::new(Database::Sqlite, 1).inside() };
    let mut rig = Rig::new(conditions, &setup)?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    let (mut recoveries, mut wrong) = (Vec::new(), Vec::new());
    for round in 0..conditions.amount.point_kills {
        for (name, way) in POINTS {
            rig.pass(LONG_TIME)?;
            die(&mut rig, way, &account).with_context(|| format!("round {round}, {name}"))?;
            let watch = Stopwatch::start();
            rig.restart(0)?;
            if !rig.comes_back(0, &account)? {
                wrong.push(Kind::GivenUp.because(format!("{name}: {}", last_answer(&rig, &account))));
            }
            recoveries.push(watch.elapsed());
        }
    }
    wrong.extend(verdict(&mut rig)?);
    told_again(&rig)?;
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

/// Lets the server die at its point.
fn die(rig: &mut Rig, way: Way, account: &str) -> Result<()> {
    match way {
        Way::Held(when) => {
            rig.spoil_refreshes(&[json!({ "when": when, "hold": HOLD })])?;
            let caller = rig.caller(0, account)?;
            let call = thread::spawn(move || drop(caller.call()));
            rig.steer("await", &json!({ "hold": HOLD }))?;
            rig.kill(0)?;
            rig.steer("release", &json!({ "hold": HOLD }))?;
            drop(call.join());
            Ok(())
        }
        Way::Itself(point) => {
            rig.kill(0)?;
            let running = rig.armed(0, "HEADWATER_CHAOS__CRASH_AT", point)?.start_doomed()?;
            rig.put(0, running);
            for _ in 0..ATTEMPTS {
                // A call that is answered has not met the point; only what comes after the answer still may.
                if rig.call(0, account).is_err() || point == DELIVERING {
                    return rig.dies(0);
                }
                // A sweep was faster than the caller.
                rig.pass(LONG_TIME)?;
            }
            bail!("{ATTEMPTS} calls were answered, and the server did not die at {point}")
        }
    }
}

/// Waits until an event is delivered again. One that was delivered when the server died comes again, because nobody could
/// note that.
pub(super) fn told_again(rig: &Rig) -> Result<()> {
    let Some(receiver) = rig.receiver() else { return Ok(()) };
    rig.until("an event to be delivered again", |_| receiver.counts().1 > 0)
}

/// What SQLite itself finds wrong with the file.
pub(super) fn damage(rig: &mut Rig) -> Result<Option<Finding>> {
    const CHECK: &str = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])";
    rig.kill(0)?;
    let copy = rig.copy_data(0)?;
    let output = Command::new("python3").args(["-c", CHECK]).arg(copy.join("headwater.db")).output()?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    Ok((said != "ok").then(|| Kind::Damaged.because(format!("the database is damaged: {said}{errors}"))))
}
