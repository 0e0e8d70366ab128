//! A time of day that jumps, as when an administrator or a virtual machine's host sets it.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::super::finding::Kind;
use super::super::rig::{Database, Rig, Setup};
use super::super::table::{Conditions, Findings};
use super::{last_answer, refreshed, verdict};

const DAY: i64 = 86_400;
/// Seconds ahead, and back again; and the other way round.
const JUMPS: [i64; 8] = [1, -1, 60, -60, 3_600, -3_600, 400 * DAY, -400 * DAY];

/// In the wrong time a refresh fails; what was written down about it must not hold things up in the right one.
pub(super) fn jumps(conditions: Conditions) -> Result<Findings> {
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, 1).inside())?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    let mut wrong = Vec::new();
    for _ in 0..conditions.amount.faults {
        for jump in JUMPS {
            rig.turn_wall(0, jump)?;
            rig.spoil_refreshes(&[json!({ "when": "before", "html": 503 })])?;
            rig.steer("expire", &json!({}))?;
            drop(rig.call(0, &account));
            rig.turn_wall(0, -jump)?;
            rig.clear_faults()?;
            rig.steer("expire", &json!({}))?;
            // A minute later whoever suspects a token may replace it.
            rig.turn(0, 60)?;
            if !rig.comes_back(0, &account)? {
                let text = format!("after {jump} s and back: {}", last_answer(&rig, &account));
                wrong.push(Kind::GivenUp.because(text));
            }
        }
    }
    wrong.extend(verdict(&mut rig)?);
    let done = format!(
        "{} jumps and back, {}",
        conditions.amount.faults as usize * JUMPS.len(),
        refreshed(&rig.ledger()?)
    );
    Ok(Findings { done, wrong, ..Findings::default() })
}
