//! A presentation whose sender died: it is resolved by whoever comes next, without any caller, while the provider still
//! accepts the token.

use std::thread;

use anyhow::{Result, bail};
use serde_json::json;

use super::super::finding::Kind;
use super::super::rig::{Database, Rig, Setup};
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::verdict;

const HOLD: &str = "death";
/// An access token of this age has life enough left for not being refreshed ahead of need.
const STILL_FRESH: i64 = 1800;
/// So much later one that was obtained before it is nearly there,
const NEARLY_DUE: i64 = 900;
/// and now it is, while what was left open is well inside the time in which the provider tolerates a repetition.
const DUE: i64 = 400;
/// After so many refreshes of the other account the server has looked for what is due at least twice, from beginning to
/// end.
const SWEPT: usize = 3;

/// Two accounts. One is left open: the provider ends its good access token, the call that finds out refreshes it, and the
/// server dies with the answer on its way. To its successor the stored token looks fresh: only what was written down says
/// that something is open. The other one is only there to be refreshed ahead of need, so that it is seen that the server
/// has looked for what is due.
struct Orphan {
    account: String,
    /// The grants of the one and the other, in the ledger.
    family: String,
    other: String,
}

pub(super) fn nobody_calls(conditions: Conditions) -> Result<Findings> {
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, 0).inside())?;
    let (mut recoveries, mut wrong) = (Vec::new(), Vec::new());
    for round in 0..conditions.amount.faults {
        let orphan = leave_open(&mut rig, round)?;
        // From now on each refresh brings a token that is due at once.
        rig.rule_tokens(&json!({ "access_token_seconds": 40 }))?;
        let before = rig.ledger()?.refreshes_of(&orphan.family);
        let watch = Stopwatch::start();
        rig.restart(0)?;
        let resolved = |rig: &Rig| rig.ledger().is_ok_and(|it| it.refreshes_of(&orphan.family) > before);
        let swept = |rig: &Rig| rig.ledger().is_ok_and(|it| it.refreshes_of(&orphan.other) >= SWEPT);
        rig.until("the server to look for what is due", |rig| resolved(rig) || swept(rig))?;
        if resolved(&rig) {
            recoveries.push(watch.elapsed());
            rig.until("the new pair to be used", |rig| {
                rig.works(0, &orphan.account) && rig.ledger().is_ok_and(|it| it.uses_newest(&orphan.family))
            })?;
        } else {
            let text = "what was left open is not resolved without a caller";
            wrong.push(Kind::LeftOpen.because(text));
        }
        // Now the provider has forgotten the token that was presented, and the ledger shows who still depends on it.
        rig.age()?;
        rig.comes_back(0, &orphan.account)?;
    }
    wrong.extend(verdict(&mut rig)?);
    let done = format!("{} kills", conditions.amount.faults);
    Ok(Findings { done, wrong, recoveries, ..Findings::default() })
}

/// Authorizes two accounts, and lets the server die in a refresh of one of them.
fn leave_open(rig: &mut Rig, round: u32) -> Result<Orphan> {
    rig.rule_tokens(&json!({ "access_token_seconds": 3600 }))?;
    let (other, account) = (format!("other-{round}"), format!("orphan-{round}"));
    rig.authorize(&other)?;
    rig.authorize(&account)?;
    let Some([other, family]) = rig.families.last_chunk().cloned() else {
        bail!("two accounts have no grants")
    };
    rig.pass(STILL_FRESH)?;
    rig.steer("expire", &json!({}))?;
    rig.comes_back(0, &account)?;
    // A suspicion is believed once in a minute.
    rig.pass(NEARLY_DUE)?;
    rig.steer("expire", &json!({}))?;
    rig.spoil_refreshes(&[json!({ "when": "after", "hold": HOLD })])?;
    let caller = rig.caller(0, &account)?;
    let call = thread::spawn(move || drop(caller.call()));
    rig.steer("await", &json!({ "hold": HOLD }))?;
    rig.kill(0)?;
    rig.steer("release", &json!({ "hold": HOLD }))?;
    drop(call.join());
    rig.pass(DUE)?;
    Ok(Orphan { account, family, other })
}
