//! A provider that acts and does not tell, and one that is away.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::super::Amount;
use super::super::load::Load;
use super::super::rig::{Database, Rig};
use super::super::server::pause;
use super::super::table::Findings;
use super::{refreshed, short_lives, verdict};

/// Replies that do not arrive as they were sent, after the rotation took place.
pub(super) fn replies(amount: Amount) -> Result<Findings> {
    let rig = Rig::new(Database::Sqlite, amount.accounts, &short_lives())?;
    let faults = [
        json!({ "when": "after", "drop": true }),
        json!({ "when": "after", "reset_after_bytes": 20 }),
        json!({ "when": "after", "truncate_after_bytes": 30 }),
        json!({ "when": "after", "html": 502 }),
        json!({ "when": "before", "html": 503 }),
    ];
    let load = Load::begin(&rig);
    for round in 0..amount.kills {
        let fault = faults.iter().cycle().nth(round as usize);
        rig.steer(
            "fault",
            &json!({ "path": "/oauth/token", "grant_type": "refresh_token", "steps": [fault] }),
        )?;
        pause(Duration::from_millis(300));
    }
    rig.clear_faults()?;
    let calls = load.end();
    Ok(Findings {
        done: format!("{} faults, {}, {calls} calls", amount.kills, refreshed(&rig.ledger()?)),
        wrong: verdict(&rig)?,
    })
}

/// Longer than the leeway, and longer than an access token lives.
pub(super) fn provider(amount: Amount) -> Result<Findings> {
    let rig = Rig::new(Database::Sqlite, amount.accounts, &short_lives())?;
    let mut wrong = Vec::new();
    for seconds in [11 * 60, 6 * 3600] {
        for path in ["/oauth/token", "/ex/"] {
            rig.steer(
                "fault",
                &json!({ "path": path, "lasting": true, "steps": [{ "when": "before", "html": 503 }] }),
            )?;
        }
        // Each of these callers waits for as long as a caller may.
        for account in rig.accounts.iter().take(1) {
            if matches!(rig.call(0, account), Ok((200, _))) {
                wrong.push("a call succeeded while the provider was away".to_owned());
            }
        }
        rig.steer("clock", &json!({ "advance_seconds": seconds }))?;
        rig.clear_faults()?;
        wrong.extend(back(&rig));
    }
    wrong.extend(verdict(&rig)?);
    Ok(Findings { done: format!("2 outages, {}", refreshed(&rig.ledger()?)), wrong })
}

/// Accounts that do not come back by themselves within a minute.
fn back(rig: &Rig) -> Vec<String> {
    let works = |account: &String| {
        (0..60).any(|_| {
            let good = matches!(rig.call(0, account), Ok((200, _)));
            if !good {
                pause(Duration::from_secs(1));
            }
            good
        })
    };
    rig.accounts.iter().filter(|it| !works(it)).map(|it| format!("{it} does not come back")).collect()
}
