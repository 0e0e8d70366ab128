//! A provider that refuses a good token for a moment.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::super::rig::{Database, LONG_TIME, Rig, Setup};
use super::super::table::{Conditions, Findings};
use super::{refreshed, verdict};

/// The vendor was seen to do that.
pub(super) fn refused_once(conditions: Conditions) -> Result<Findings> {
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, 1).inside())?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    let refusal =
        json!({ "error": "invalid_grant", "error_description": "Unknown or invalid refresh token." });
    let mut wrong = Vec::new();
    for _ in 0..conditions.amount.faults {
        rig.pass(LONG_TIME)?;
        rig.spoil_refreshes(&[json!({ "when": "before", "answer": { "status": 403, "body": refusal } })])?;
        drop(rig.call(0, &account));
        wrong.extend(verdict(&mut rig)?);
    }
    let done = format!("{} refusals, {}", conditions.amount.faults, refreshed(&rig.ledger()?));
    Ok(Findings { done, wrong, ..Findings::default() })
}
