//! Many callers who all find the access token wanting.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use ureq::Agent;

use super::super::finding::Kind;
use super::super::http::browser;
use super::super::rig::{self, Database, LONG_TIME, Rig, Setup};
use super::super::server::pause;
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::verdict;

/// How many callers a control needs.
const FEW: usize = 6;
/// The provider holds refreshes here, so that whoever goes beside another is seen.
const HOLD: &str = "together";
/// So long a second refresh is waited for that should not come. It only has to be found in a control, which waits longer.
const NOT_COMING: Duration = Duration::from_secs(2);
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
    let callers = conditions.amount.callers as usize;
    let (mut wrong, mut waits, mut put_off) = (Vec::new(), Vec::new(), 0);
    for _ in 0..conditions.amount.stampedes {
        rig.pass(LONG_TIME)?;
        // Everybody has credentials of the new time; nobody has asked for the account.
        (0..rig.urls.len()).for_each(|place| drop(rig.call(place, "nobody")));
        let seen = rig.ledger()?.len();
        let outcomes = all_at_once(&rig, &account, callers, conditions.expected.is_some())?;
        for outcome in outcomes {
            match outcome {
                Outcome::Good(after) => waits.push(after),
                Outcome::PutOff => put_off += 1,
                Outcome::Bad(what) => wrong.push(Kind::CallFailed.because(what)),
            }
        }
        let refreshes = rig.ledger()?.after(seen).answered_refreshes();
        if refreshes != 1 {
            let text = format!("{refreshes} refreshes took place instead of one");
            wrong.push(Kind::NotOnce.because(text));
        }
    }
    wrong.extend(verdict(&mut rig)?);
    let stampedes = conditions.amount.stampedes;
    let done = format!("{stampedes} times {callers} callers, 1 refresh each, {put_off} told to try again");
    Ok(Findings { done, wrong, waits, ..Findings::default() })
}

/// What a caller got.
enum Outcome {
    /// An answer, after so long.
    Good(Duration),
    /// No answer yet: a machine that has no time for so many closes connections, or asks for patience.
    PutOff,
    /// Something that a caller who came at the wrong moment must not get.
    Bad(String),
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

/// What becomes of calls that are made at the same moment, while the provider holds the refresh that they cause. Where a
/// second one is expected beside the first, it is waited for, and a few callers go on until it is there: many that take
/// the lease from each other leave none of them the time to present a token.
fn all_at_once(rig: &Rig, account: &str, callers: usize, second: bool) -> Result<Vec<Outcome>> {
    let (callers, over) = (if second { FEW } else { callers }, AtomicBool::new(!second));
    let tokens: Vec<String> = (0..rig.urls.len()).map(|place| rig.token(place)).collect::<Result<_>>()?;
    let targets: Vec<(&String, String)> = rig.urls.iter().zip(tokens).collect();
    let gate = Gate::default();
    hold(rig)?;
    thread::scope(|scope| {
        let mut threads = Vec::with_capacity(callers);
        for (url, token) in targets.iter().cycle().take(callers) {
            let (gate, over) = (&gate, &over);
            let work = move || {
                let agent = browser();
                gate.wait();
                loop {
                    let outcome = outcome(&agent, url, token, account);
                    if over.load(Ordering::SeqCst) {
                        return outcome;
                    }
                }
            };
            threads.push(thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work));
        }
        gate.open();
        let let_go = let_go(rig, second);
        over.store(true, Ordering::SeqCst);
        let all = threads.iter().all(Result::is_ok);
        let join = |thread: thread::ScopedJoinHandle<'_, Outcome>| {
            thread.join().unwrap_or_else(|_| Outcome::Bad("a thread failed".to_owned()))
        };
        let outcomes = threads.into_iter().flatten().map(join).collect();
        ensure!(all, "this machine does not give a program {callers} threads");
        let_go.map(|()| outcomes)
    })
}

fn outcome(agent: &Agent, url: &str, token: &str, account: &str) -> Outcome {
    let watch = Stopwatch::start();
    match rig::call(agent, url, token, account) {
        Ok((200, _)) => Outcome::Good(watch.elapsed()),
        // Whatever it is that has no time: nothing was said about the grant.
        Ok((429 | 500.., _)) | Err(_) => Outcome::PutOff,
        Ok((status, answer)) => Outcome::Bad(format!("a caller got {status} {answer}")),
    }
}

/// Has the provider hold all refreshes from now on, and answer all calls.
fn hold(rig: &Rig) -> Result<()> {
    // So many calls are more than the sandbox can serve; it answers them without looking. What counts is the refresh.
    let answer = json!({ "answer": { "status": 200, "headers": [["content-type", "application/json"]], "body": { "results": [] } } });
    rig.steer("fault", &json!({ "path": "/ex/", "lasting": true, "steps": [answer] }))?;
    let steps = [json!({ "when": "before", "hold": HOLD })];
    rig.steer("fault", &json!({ "grant_type": "refresh_token", "lasting": true, "steps": steps })).map(drop)
}

/// Waits until a refresh is held, and lets it go on.
fn let_go(rig: &Rig, second: bool) -> Result<()> {
    rig.steer("await", &json!({ "hold": HOLD, "count": 1 + usize::from(second) }))?;
    if !second {
        pause(NOT_COMING);
    }
    rig.clear_faults()?;
    rig.steer("release", &json!({ "hold": HOLD })).map(drop)
}
