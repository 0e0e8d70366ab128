//! Processes that die at moments that chance chooses.

use std::time::Duration;

use anyhow::Result;

use super::super::load::Load;
use super::super::rig::{Database, Rig, Setup};
use super::super::server::pause;
use super::super::table::{Conditions, Findings};
use super::points::damage;
use super::{refreshed, verdict};

/// Tokens that are refreshed with every call.
const LIVES: u32 = 40;

pub(super) fn any_moment(conditions: Conditions) -> Result<Findings> {
    at_random(Database::Sqlite, conditions)
}

pub(super) fn any_replica(conditions: Conditions) -> Result<Findings> {
    at_random(Database::Postgres(3), conditions)
}

fn at_random(database: Database, conditions: Conditions) -> Result<Findings> {
    let amount = conditions.amount;
    let mut rig = Rig::new(conditions, &Setup::new(database, amount.accounts).with_lives(LIVES))?;
    let mut chance = amount.seed;
    let load = Load::begin(&rig)?;
    for _ in 0..amount.random_kills {
        pause(Duration::from_millis(next(&mut chance) % 900));
        let victim = usize::try_from(next(&mut chance))? % rig.urls.len();
        rig.kill(victim)?;
        rig.restart(victim)?;
    }
    let before = load.succeeded();
    rig.until("a call to succeed after the last restart", |_| load.succeeded() > before)?;
    let calls = load.end();
    let mut wrong = verdict(&mut rig)?;
    let refreshed = refreshed(&rig.ledger()?);
    if database == Database::Sqlite {
        wrong.extend(damage(&mut rig)?);
    }
    let done = format!("{} kills, {refreshed}, {calls} calls, seed {}", amount.random_kills, amount.seed);
    Ok(Findings { done, wrong, ..Findings::default() })
}

/// The database dies under its replicas.
pub(super) fn database(conditions: Conditions) -> Result<Findings> {
    let amount = conditions.amount;
    let setup = Setup::new(Database::Postgres(2), amount.accounts).with_lives(LIVES);
    let mut rig = Rig::new(conditions, &setup)?;
    let mut chance = amount.seed;
    let load = Load::begin(&rig)?;
    let rounds = amount.random_kills.div_ceil(5);
    for _ in 0..rounds {
        pause(Duration::from_millis(next(&mut chance) % 900));
        let Some(postgres) = rig.postgres.as_mut() else { break };
        postgres.kill()?;
        pause(Duration::from_millis(next(&mut chance) % 300));
        postgres.restart()?;
    }
    let before = load.succeeded();
    rig.until("a call to succeed after the database came back", |_| load.succeeded() > before)?;
    let calls = load.end();
    let wrong = verdict(&mut rig)?;
    let done = format!("{rounds} kills, {}, {calls} calls, seed {}", refreshed(&rig.ledger()?), amount.seed);
    Ok(Findings { done, wrong, ..Findings::default() })
}

/// `SplitMix64`.
pub(super) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
