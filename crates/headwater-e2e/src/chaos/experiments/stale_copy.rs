//! A server on an old copy of its database presents tokens that were exchanged long ago. No defence of the refresh
//! protocol can know that; so the provider ends the grant, and the log must show it.

use anyhow::{Context as _, Result};

use super::super::rig::{Database, LONG_TIME, Rig, Setup};
use super::super::table::{Conditions, Findings};

pub(super) fn control(conditions: Conditions) -> Result<Findings> {
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, 1).inside())?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    rig.kill(0)?;
    let copy = rig.copy_data(0)?;
    rig.restart(0)?;
    rig.pass(LONG_TIME)?;
    rig.call(0, &account)?;
    rig.kill(0)?;
    rig.put_back(0, &copy)?;
    rig.pass(LONG_TIME)?;
    rig.restart(0)?;
    drop(rig.call(0, &account));
    let wrong = rig.ledger()?.violations();
    Ok(Findings { done: "1 old copy".to_owned(), wrong, ..Findings::default() })
}
