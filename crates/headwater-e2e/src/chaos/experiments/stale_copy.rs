//! An old copy of the database: its tokens were exchanged long ago, and presenting one makes the provider end the grant.

use anyhow::{Context as _, Result};

use super::super::finding::Kind;
use super::super::rig::{Database, LONG_TIME, Rig, Setup};
use super::super::table::{Conditions, Findings};

/// A server that is started on a copy refreshes nothing.
pub(super) fn fenced(conditions: Conditions) -> Result<Findings> {
    start_on_copy(conditions, false)
}

/// Once the operator has said that the copy is to be used, no defence can know better; so the log must show the loss.
pub(super) fn adopted(conditions: Conditions) -> Result<Findings> {
    start_on_copy(conditions, true)
}

fn start_on_copy(conditions: Conditions, adopt: bool) -> Result<Findings> {
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, 1).inside())?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    rig.kill(0)?;
    let copy = rig.copy_data(0)?;
    rig.restart(0)?;
    rig.pass(LONG_TIME)?;
    rig.until("the token to be exchanged", |rig| rig.works(0, &account))?;
    rig.kill(0)?;
    rig.put_back(0, &copy)?;
    if adopt {
        rig.adopt()?;
    }
    rig.pass(LONG_TIME)?;
    rig.restart(0)?;
    let answer = rig.call(0, &account)?;
    let mut wrong = rig.ledger()?.violations();
    if !adopt && !answer.1.to_string().contains("REFRESH_FENCED") {
        let text = format!("the copy is used as if it were none: {} {}", answer.0, answer.1);
        wrong.push(Kind::CopyUsed.because(text));
    }
    Ok(Findings { done: "1 old copy, nothing presented".to_owned(), wrong, ..Findings::default() })
}
