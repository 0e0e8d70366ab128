//! The negative control: a server on an old copy of its database presents tokens that were exchanged long ago. No
//! defence of the refresh protocol can know that; so the provider ends the grant, and the log must show it.

use anyhow::Result;
use serde_json::json;

use super::super::Amount;
use super::super::rig::{Database, Rig};
use super::super::table::Findings;
use super::short_lives;

pub(super) fn control(_: Amount) -> Result<Findings> {
    let mut rig = Rig::new(Database::Sqlite, 1, &short_lives())?;
    let account = rig.accounts.first().cloned().unwrap_or_default();
    rig.kill(0)?;
    let copy = rig.copy_data(0)?;
    rig.restart(0)?;
    rig.call(0, &account)?;
    rig.kill(0)?;
    rig.put_back(0, &copy)?;
    rig.steer("clock", &json!({ "advance_seconds": 1200 }))?;
    rig.restart(0)?;
    drop(rig.call(0, &account));
    let found = rig.ledger()?.violations();
    let wrong = if found.is_empty() { vec!["the loss was not found out".to_owned()] } else { Vec::new() };
    Ok(Findings { done: format!("found: {}", found.first().map_or("nothing", String::as_str)), wrong })
}
