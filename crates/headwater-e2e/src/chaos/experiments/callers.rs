//! Many callers who all find the access token wanting.

use std::sync::Barrier;
use std::thread;

use anyhow::Result;
use serde_json::json;

use super::super::Amount;
use super::super::http::browser;
use super::super::rig::{self, Database, Rig};
use super::super::table::Findings;
use super::verdict;

/// So many connections at a time; the operating system does not give a test more.
const AT_ONCE: u32 = 500;

pub(super) fn one_server(amount: Amount) -> Result<Findings> {
    come(Database::Sqlite, amount)
}

pub(super) fn replicas(amount: Amount) -> Result<Findings> {
    come(Database::Postgres(3), amount)
}

/// Lives that are too short for the new token to be refreshed again while the callers are served would blur the count.
fn come(database: Database, amount: Amount) -> Result<Findings> {
    let rules = json!({ "access_token_seconds": 55, "late_refresh": "ends_family" });
    let rig = Rig::new(database, 1, &rules)?;
    let account = rig.accounts.first().cloned().unwrap_or_default();
    // The first call finds out that the token was ended, and gets one with a short life.
    rig.call(0, &account)?;
    rig.steer("options", &json!({ "tokens": { "access_token_seconds": 3600 } }))?;
    let seen = rig.ledger()?.len();
    let callers = amount.callers.min(AT_ONCE);
    let failed = all_at_once(&rig, &account, callers);
    let refreshes = rig.ledger()?.after(seen).refreshes();
    let mut wrong = verdict(&rig)?;
    if let Some(first) = failed.first() {
        wrong.push(format!("{} of {callers} callers got an error, such as {first}", failed.len()));
    }
    if refreshes != 1 {
        wrong.push(format!("{refreshes} refreshes took place instead of one"));
    }
    Ok(Findings { done: format!("{callers} callers, {refreshes} refresh"), wrong })
}

/// What goes wrong with calls that are made at the same moment.
fn all_at_once(rig: &Rig, account: &str, callers: u32) -> Vec<String> {
    let start = Barrier::new(callers as usize);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..callers)
            .map(|number| {
                let (start, token) = (&start, &rig.token);
                let url = &rig.urls[number as usize % rig.urls.len()];
                scope.spawn(move || {
                    let agent = browser();
                    start.wait();
                    match rig::call(&agent, url, token, account) {
                        Ok((200, _)) => None,
                        Ok((status, answer)) => Some(format!("{status} {answer}")),
                        Err(error) => Some(format!("{error:#}")),
                    }
                })
            })
            .collect();
        threads.into_iter().filter_map(|it| it.join().ok().flatten()).collect()
    })
}
