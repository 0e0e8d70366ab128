//! A provider that acts and does not tell, and one that is away.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::super::finding::{Finding, Kind};
use super::super::load::Load;
use super::super::rig::{Database, Rig, Setup};
use super::super::server::until;
use super::super::stopwatch::Stopwatch;
use super::super::table::{Conditions, Findings};
use super::{refreshed, verdict};

/// Just before an access token of the vendor is refreshed ahead of need: it is good for ten minutes still.
const TOKEN_AGE: i64 = 3001;
/// Its life at that age.
const REST: i64 = 599;

/// Replies that do not arrive as they were sent, after the rotation took place.
pub(super) fn replies(conditions: Conditions) -> Result<Findings> {
    let amount = conditions.amount;
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, amount.accounts).with_lives(40))?;
    let faults = [
        json!({ "when": "after", "drop": true }),
        json!({ "when": "after", "reset_after_bytes": 20 }),
        json!({ "when": "after", "truncate_after_bytes": 30 }),
        json!({ "when": "after", "html": 502 }),
        json!({ "when": "before", "html": 503 }),
        json!({ "when": "after", "drip_seconds": 1 }),
    ];
    let load = Load::begin(&rig)?;
    for _ in 0..amount.faults {
        for fault in &faults {
            rig.spoil_refreshes(std::slice::from_ref(fault))?;
            rig.faults_strike()?;
        }
    }
    rig.clear_faults()?;
    let calls = load.end();
    let wrong = verdict(&mut rig)?;
    let count = amount.faults as usize * faults.len();
    let done = format!("{count} faults, {}, {calls} calls", refreshed(&rig.ledger()?));
    Ok(Findings { done, wrong, ..Findings::default() })
}

/// What happens to requests while the provider is away.
fn away(round: u32) -> Value {
    if round.is_multiple_of(2) {
        json!({ "when": "before", "html": 503 })
    } else {
        json!({ "when": "before", "drop": true })
    }
}

/// An outage that begins when tokens are about to be refreshed, and ends before they lapse, is not noticed.
pub(super) fn nine_minutes(conditions: Conditions) -> Result<Findings> {
    let amount = conditions.amount;
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, amount.accounts).inside())?;
    let mut outcome = Outcome::default();
    for round in 0..amount.faults {
        outcome.suffer(&mut rig, 540, round)?;
    }
    if outcome.failed > 0 {
        let text = format!("{} calls failed although every token was good", outcome.failed);
        outcome.wrong.push(Kind::CallFailed.because(text));
    }
    outcome.told(&mut rig)
}

/// Longer than an access token is good for, and than the provider tolerates the token before.
pub(super) fn long(conditions: Conditions) -> Result<Findings> {
    let amount = conditions.amount;
    let mut rig = Rig::new(conditions, &Setup::new(Database::Sqlite, amount.accounts).inside())?;
    let mut outcome = Outcome::default();
    for round in 0..amount.faults {
        for seconds in [11 * 60, 6 * 3600] {
            outcome.suffer(&mut rig, seconds, round)?;
        }
    }
    outcome.told(&mut rig)
}

/// What came of outages.
#[derive(Default)]
struct Outcome {
    outages: u32,
    calls: u32,
    failed: u32,
    wrong: Vec<Finding>,
    recoveries: Vec<Duration>,
}

impl Outcome {
    /// An outage of so many seconds.
    fn suffer(&mut self, rig: &mut Rig, seconds: i64, round: u32) -> Result<()> {
        // Everybody has a new token.
        rig.pass(25 * 3600)?;
        let accounts = rig.accounts.clone();
        for account in &accounts {
            drop(rig.call(0, account));
        }
        rig.steer("fault", &json!({ "path": "/oauth/token", "lasting": true, "steps": [away(round)] }))?;
        rig.pass(TOKEN_AGE)?;
        let (watch, step, mut turned) = (Stopwatch::start(), (seconds / 36).max(10), 0);
        let over = |turned: i64| turned + i64::try_from(watch.elapsed().as_secs()).unwrap_or(i64::MAX);
        while over(turned + step) < seconds {
            rig.pass(step)?;
            turned += step;
            if over(turned) < REST - 60 {
                for account in &accounts {
                    self.calls += 1;
                    self.failed += u32::from(!rig.works(0, account));
                }
            }
        }
        rig.clear_faults()?;
        self.outages += 1;
        self.recover(rig, &accounts)
    }

    /// Calls go on in the background while time passes, a second in a tenth of one.
    fn recover(&mut self, rig: &mut Rig, accounts: &[String]) -> Result<()> {
        let (wanted, mut turned) = (rig.ledger()?.refreshes() + accounts.len(), 0);
        let (load, watch) = (Load::begin(rig)?, Stopwatch::start());
        until("all accounts to come back after an outage", || {
            turned += 1;
            rig.pass(1).is_ok() && rig.ledger().is_ok_and(|it| it.refreshes() >= wanted)
        })
        .with_context(|| rig.state())?;
        self.recoveries.push(watch.elapsed() + Duration::from_secs(turned));
        load.end();
        Ok(())
    }

    fn told(mut self, rig: &mut Rig) -> Result<Findings> {
        self.wrong.extend(verdict(rig)?);
        let done = format!(
            "{} outages, {} of {} calls with a good token failed, {}",
            self.outages,
            self.failed,
            self.calls,
            refreshed(&rig.ledger()?)
        );
        Ok(Findings { done, wrong: self.wrong, recoveries: self.recoveries, ..Findings::default() })
    }
}
