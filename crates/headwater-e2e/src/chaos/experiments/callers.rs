//! Many callers who all find the access token wanting.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::super::http::browser;
use super::super::rig::{self, Database, LONG_TIME, Rig, Setup};
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::verdict;

/// More callers than the sandbox can serve before the first of them lose patience. It answers them without looking, then:
/// what counts is the refresh.
const TOO_MANY: usize = 300;
/// How long the provider takes for a refresh.
const PROVIDER_SECONDS: f64 = 0.5;
/// What a caller needs of the stack: there are many.
const STACK: usize = 256 * 1024;

pub(super) fn one_server(conditions: Conditions) -> Result<Findings> {
    come(Database::Sqlite, conditions)
}

pub(super) fn replicas(conditions: Conditions) -> Result<Findings> {
    come(Database::Postgres(3), conditions)
}

fn come(database: Database, conditions: Conditions) -> Result<Findings> {
    let mut rig = Rig::new(conditions, &Setup::new(database, 1).inside())?;
    let account = rig.accounts.first().cloned().context("there is no account")?;
    let (callers, mut wrong, mut waits) = (conditions.amount.callers as usize, Vec::new(), Vec::new());
    // A provider that takes its time, so that whoever goes beside another is seen.
    let slow = json!({ "when": "before", "delay_seconds": PROVIDER_SECONDS });
    let fault = json!({ "grant_type": "refresh_token", "lasting": true, "steps": [slow] });
    rig.steer("fault", &fault)?;
    if callers > TOO_MANY {
        let answer = json!({ "answer": { "status": 200, "headers": [["content-type", "application/json"]], "body": { "results": [] } } });
        rig.steer("fault", &json!({ "path": "/ex/", "lasting": true, "steps": [answer] }))?;
    }
    for _ in 0..conditions.amount.stampedes {
        rig.pass(LONG_TIME)?;
        // Everybody has credentials of the new time; nobody has asked for the account.
        (0..rig.urls.len()).for_each(|place| drop(rig.call(place, "nobody")));
        let seen = rig.ledger()?.len();
        let outcomes = all_at_once(&rig, &account, callers)?;
        let failed: Vec<&String> = outcomes.iter().filter_map(|it| it.as_ref().err()).collect();
        if let Some(first) = failed.first() {
            wrong.push(format!("{} of {callers} callers got an error, such as {first}", failed.len()));
        }
        waits.extend(outcomes.iter().filter_map(|it| it.as_ref().ok()));
        let refreshes = rig.ledger()?.after(seen).refreshes();
        if refreshes != 1 {
            wrong.push(format!("{refreshes} refreshes took place instead of one"));
        }
    }
    rig.clear_faults()?;
    wrong.extend(verdict(&mut rig)?);
    let done = format!("{} times {callers} callers, 1 refresh each", conditions.amount.stampedes);
    Ok(Findings { done, wrong, waits, ..Findings::default() })
}

/// Holds everybody until it is opened, so that all come at the same moment.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn wait(&self) {
        let closed = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(closed, |is_open| !*is_open));
    }

    fn open(&self) {
        *self.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }
}

/// How long each of the calls takes that are made at the same moment, or what goes wrong with it.
fn all_at_once(rig: &Rig, account: &str, callers: usize) -> Result<Vec<Result<Duration, String>>> {
    let tokens: Vec<String> = (0..rig.urls.len()).map(|place| rig.token(place)).collect::<Result<_>>()?;
    let targets: Vec<(&String, String)> = rig.urls.iter().zip(tokens).collect();
    let gate = Gate::default();
    thread::scope(|scope| {
        let mut threads = Vec::with_capacity(callers);
        for (url, token) in targets.iter().cycle().take(callers) {
            let gate = &gate;
            let work = move || {
                let agent = browser();
                gate.wait();
                let watch = Stopwatch::start();
                match rig::call(&agent, url, token, account) {
                    Ok((200, _)) => Ok(watch.elapsed()),
                    Ok((status, answer)) => Err(format!("{status} {answer}")),
                    Err(error) => Err(format!("{error:#}")),
                }
            };
            threads.push(thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work));
        }
        gate.open();
        ensure!(threads.iter().all(Result::is_ok), "this machine does not give a program {callers} threads");
        let join = |thread: thread::ScopedJoinHandle<'_, Result<Duration, String>>| {
            thread.join().unwrap_or_else(|_| Err("a thread failed".to_owned()))
        };
        Ok(threads.into_iter().flatten().map(join).collect())
    })
}
