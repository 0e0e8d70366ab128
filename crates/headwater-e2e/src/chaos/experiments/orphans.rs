//! A presentation whose sender died: it is resolved by whoever comes next, without any caller, while the provider still
//! accepts the token.

use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::super::rig::{Database, Rig, Setup};
use super::super::server::{pause, within};
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::verdict;

/// Every orphan is resolved within a minute.
const RESOLVED_WITHIN: u64 = 60;

/// The provider ends a good access token; the call that finds out refreshes it, and the server dies with the answer on
/// its way. To its successor the stored token looks fresh: only what was written down says that something is open.
pub(super) fn nobody_calls(conditions: Conditions) -> Result<Findings> {
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, 1).inside())?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    let (mut recoveries, mut wrong) = (Vec::new(), Vec::new());
    for _ in 0..conditions.amount.faults {
        rig.steer("expire", &json!({}))?;
        rig.spoil_refreshes(&[json!({ "when": "after", "hold": "death" })])?;
        let caller = rig.caller(0, &account)?;
        let call = thread::spawn(move || drop(caller.call()));
        rig.steer("await", &json!({ "hold": "death" }))?;
        rig.kill(0)?;
        rig.steer("release", &json!({ "hold": "death" }))?;
        drop(call.join());
        let before = rig.ledger()?.refreshes();
        let watch = Stopwatch::start();
        rig.restart(0)?;
        let patience = if conditions.settings.is_empty() { RESOLVED_WITHIN } else { 12 };
        if within(patience, || rig.ledger().is_ok_and(|it| it.refreshes() > before)) {
            recoveries.push(watch.elapsed());
        } else {
            wrong.push("what was left open is not resolved without a caller".to_owned());
        }
        // What was answered is stored a moment later.
        pause(Duration::from_millis(500));
        wrong.extend(verdict(&mut rig)?);
    }
    let done = format!("{} kills", conditions.amount.faults);
    Ok(Findings { done, wrong, recoveries, ..Findings::default() })
}
