//! Processes that die.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::super::Amount;
use super::super::load::Load;
use super::super::rig::{Database, Rig};
use super::super::server::pause;
use super::super::table::Findings;
use super::{refreshed, short_lives, verdict};

/// The request was sent, and its effect has not taken place.
pub(super) fn before_rotation(amount: Amount) -> Result<Findings> {
    in_the_middle("before", amount)
}

/// The provider has given a new pair that nobody received.
pub(super) fn after_rotation(amount: Amount) -> Result<Findings> {
    in_the_middle("after", amount)
}

/// Holds the token request at a moment, kills the server there, and starts it again.
fn in_the_middle(when: &str, amount: Amount) -> Result<Findings> {
    let mut rig = Rig::new(Database::Sqlite, 1, &short_lives())?;
    for _ in 0..amount.kills {
        let step = json!({ "when": when, "hold": "here" });
        rig.steer(
            "fault",
            &json!({ "path": "/oauth/token", "grant_type": "refresh_token", "steps": [step] }),
        )?;
        let load = Load::begin(&rig);
        rig.steer("await", &json!({ "hold": "here" }))?;
        rig.kill(0)?;
        rig.steer("release", &json!({ "hold": "here" }))?;
        rig.restart(0)?;
        ensure!(soon(|| load.succeeded() > 0), "no call succeeds after the restart");
        load.end();
    }
    Ok(Findings {
        done: format!("{} kills, {}", amount.kills, refreshed(&rig.ledger()?)),
        wrong: verdict(&rig)?,
    })
}

pub(super) fn any_moment(amount: Amount) -> Result<Findings> {
    at_random(Database::Sqlite, amount)
}

pub(super) fn any_replica(amount: Amount) -> Result<Findings> {
    at_random(Database::Postgres(3), amount)
}

fn at_random(database: Database, amount: Amount) -> Result<Findings> {
    let mut rig = Rig::new(database, amount.accounts, &short_lives())?;
    let mut chance = amount.seed;
    let load = Load::begin(&rig);
    for _ in 0..amount.kills {
        pause(Duration::from_millis(next(&mut chance) % 900));
        let victim = usize::try_from(next(&mut chance))? % rig.urls.len();
        rig.kill(victim)?;
        rig.restart(victim)?;
    }
    let before = load.succeeded();
    ensure!(soon(|| load.succeeded() > before), "no call succeeds after the last restart");
    let calls = load.end();
    let mut wrong = settled(&rig);
    wrong.extend(verdict(&rig)?);
    wrong.extend(damage(&rig)?);
    let done = format!("{} kills, {}, {calls} calls", amount.kills, refreshed(&rig.ledger()?));
    Ok(Findings { done, wrong })
}

/// The database dies under its replicas.
pub(super) fn database(amount: Amount) -> Result<Findings> {
    let mut rig = Rig::new(Database::Postgres(2), amount.accounts, &short_lives())?;
    let mut chance = amount.seed;
    let load = Load::begin(&rig);
    let rounds = amount.kills.div_ceil(2);
    for _ in 0..rounds {
        pause(Duration::from_millis(next(&mut chance) % 900));
        let Some(postgres) = rig.postgres.as_mut() else { break };
        postgres.kill()?;
        pause(Duration::from_millis(next(&mut chance) % 300));
        postgres.restart()?;
    }
    let before = load.succeeded();
    ensure!(soon(|| load.succeeded() > before), "no call succeeds after the database came back");
    let calls = load.end();
    let mut wrong = settled(&rig);
    wrong.extend(verdict(&rig)?);
    Ok(Findings { done: format!("{rounds} kills, {}, {calls} calls", refreshed(&rig.ledger()?)), wrong })
}

/// A lease of a replica that died lapses after half a minute; no account may need longer than that and a sweep.
fn settled(rig: &Rig) -> Vec<String> {
    let late = rig.accounts.iter().filter(|account| !soon(|| matches!(rig.call(0, account), Ok((200, _)))));
    late.map(|account| format!("{account} does not come back within 40 seconds")).collect()
}

/// Whether something comes about within 40 seconds.
fn soon(holds: impl Fn() -> bool) -> bool {
    (0..400).any(|_| {
        let good = holds();
        if !good {
            pause(Duration::from_millis(100));
        }
        good
    })
}

/// What the server itself says about accounts that it gave up.
fn damage(rig: &Rig) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for account in &rig.accounts {
        let (status, answer) = rig.call(0, account)?;
        if status != 200 || answer == Value::Null {
            found.push(format!("{account}: {status}"));
        }
    }
    Ok(found)
}

/// `SplitMix64`.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
