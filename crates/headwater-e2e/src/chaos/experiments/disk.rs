//! A disk that is full at the worst moments.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::super::finding::{Finding, Kind};
use super::super::rig::{Database, Rig, Setup};
use super::super::table::{Conditions, Findings};
use super::super::volume::Volume;
use super::points::damage;
use super::{last_answer, verdict};

/// The size of the disk, in MiB.
const SIZE: u32 = 24;
/// After so many seconds an access token is refreshed ahead of need, and is good for five minutes still.
const REFRESH_AHEAD: i64 = 3300;
/// After so many more it is not, and the provider has forgotten the refresh token before the newest.
const FORGOTTEN: i64 = 660;
/// Calls that must succeed while the disk is full.
const CALLS: usize = 8;
const HOLD: &str = "full";
/// What the server logs when it could not store a pair,
const NOT_STORED: &str = "could not be stored yet";
/// and what when it could.
const STORED: &str = "grant refreshed";

pub(super) fn full(conditions: Conditions) -> Result<Findings> {
    let here = tempfile::tempdir()?;
    if let Err(reason) = Volume::mount(&here.path().join("try"), SIZE) {
        return Ok(Findings::skipped(format!("{reason}")));
    }
    let setup = Setup { disk: Some(SIZE), log_level: "info", ..Setup::new(Database::Sqlite, 1).inside() };
    let mut rig = Rig::new(conditions, &setup)?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    let (mut wrong, mut held_back) = (Vec::new(), 0);
    for _ in 0..conditions.amount.faults {
        held_back += u32::from(before(&mut rig, &account, &mut wrong)?);
        rotated(&mut rig, &account, &mut wrong, ends_in_death)?;
        rotated(&mut rig, &account, &mut wrong, ends_late)?;
    }
    wrong.extend(verdict(&mut rig)?);
    wrong.extend(damage(&mut rig)?);
    let fills = conditions.amount.faults * 3;
    let done = format!("{fills} full disks, {held_back} refreshes not begun for want of room");
    Ok(Findings { done, wrong, ..Findings::default() })
}

/// Full before the refresh: what cannot be written down is not done. Returns whether that was so.
fn before(rig: &mut Rig, account: &str, wrong: &mut Vec<Finding>) -> Result<bool> {
    rig.disk()?.fill()?;
    rig.pass(REFRESH_AHEAD)?;
    let refreshes = rig.ledger()?.refreshes();
    keep_calling(rig, account, wrong);
    let held_back = rig.ledger()?.refreshes() == refreshes;
    rig.disk()?.free()?;
    rig.until("a refresh once there is room again", |rig| {
        rig.works(0, account) && rig.ledger().is_ok_and(|it| it.refreshes() > refreshes)
    })?;
    Ok(held_back)
}

/// Full when the provider has rotated, so that the new pair cannot be stored. The present token serves meanwhile.
fn rotated(
    rig: &mut Rig,
    account: &str,
    wrong: &mut Vec<Finding>,
    end: fn(&mut Rig, &str, bool) -> Result<()>,
) -> Result<()> {
    rig.spoil_refreshes(&[json!({ "when": "after", "hold": HOLD })])?;
    rig.pass(REFRESH_AHEAD)?;
    drop(rig.call(0, account));
    rig.steer("await", &json!({ "hold": HOLD }))?;
    rig.disk()?.fill()?;
    let (failed, before) = (rig.logged(0, &[NOT_STORED]), rig.logged(0, &[NOT_STORED, STORED]));
    rig.steer("release", &json!({ "hold": HOLD }))?;
    // The answer comes home. Mostly it cannot be stored; there may be room for it in a page that is there already.
    rig.until_logged(0, &[NOT_STORED, STORED], before)?;
    let stored = rig.logged(0, &[NOT_STORED]) == failed;
    keep_calling(rig, account, wrong);
    end(rig, account, stored)?;
    if !rig.comes_back(0, account)? {
        let text = format!("the account was given up: {}", last_answer(rig, account));
        wrong.push(Kind::GivenUp.because(text));
    }
    Ok(())
}

/// The server dies with the pair in its memory; the token before is good for minutes. Its successor presents the same
/// refresh token again, and no time may pass before that: calls succeed all the while with the token before.
fn ends_in_death(rig: &mut Rig, _: &str, stored: bool) -> Result<()> {
    rig.kill(0)?;
    rig.disk()?.free()?;
    let before = rig.ledger()?.len();
    rig.restart(0)?;
    if stored {
        return Ok(());
    }
    rig.until("the successor to present what was left open", |rig| {
        rig.ledger().is_ok_and(|it| it.under_way() == 0 && it.after(before).refreshes() > 0)
    })
}

/// The disk stays full until only the pair in memory is good for anything.
fn ends_late(rig: &mut Rig, account: &str, _: bool) -> Result<()> {
    rig.pass(FORGOTTEN)?;
    drop(rig.call(0, account));
    rig.disk()?.free()
}

fn keep_calling(rig: &Rig, account: &str, wrong: &mut Vec<Finding>) {
    for _ in 0..CALLS {
        if !rig.works(0, account) {
            let text = format!("a call fails while the disk is full: {}", last_answer(rig, account));
            wrong.push(Kind::CallFailed.because(text));
        }
    }
}
