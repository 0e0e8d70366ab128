//! Chaos: the real binary against the real sandbox, killed, stopped, starved and lied to, while end users' grants must
//! survive.
//!
//! What happened is read from the sandbox's log of everything that was issued and presented, never from headwater's own
//! state: a server that lost a token does not know it. Each kind of check has a control: the same experiment on a server
//! that lacks a defence, which must be found out.

mod experiments;
mod finding;
mod http;
mod ledger;
mod load;
mod plan;
mod ports;
mod receiver;
mod rig;
mod server;
mod stopwatch;
mod table;
mod volume;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::Result;

pub use table::Row;

use crate::binary;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// How often a server with the embedded database is killed at each point.
    pub point_kills: u32,
    /// How often all points are gone through with replicas, and how many of these die at each point at a time.
    pub replica_rounds: u32,
    /// See above.
    pub victims: u32,
    /// How often a process is killed at a moment that chance chooses.
    pub random_kills: u32,
    /// How often holders of a lease are stopped until it has lapsed.
    pub stalls: u32,
    /// How often the disk is filled, a reply spoiled, the clock set, the provider away.
    pub faults: u32,
    /// How many callers come at the same moment,
    pub callers: u32,
    /// and how often.
    pub stampedes: u32,
    /// How many accounts are in use.
    pub accounts: u32,
    /// How many experiments take place at the same time: most wait for leases to lapse.
    pub side_by_side: u32,
    /// What the choices of chance begin with.
    pub seed: u64,
}

impl Amount {
    /// Two minutes, for every change.
    pub const SMALL: Self = Self {
        point_kills: 1,
        replica_rounds: 1,
        victims: 1,
        random_kills: 4,
        stalls: 1,
        faults: 1,
        callers: 200,
        stampedes: 1,
        accounts: 4,
        side_by_side: 6,
        seed: 1,
    };
    /// Half an hour, for what is about to be relied on.
    pub const LARGE: Self = Self {
        point_kills: 5,
        replica_rounds: 4,
        victims: 2,
        random_kills: 60,
        stalls: 6,
        faults: 5,
        callers: 2000,
        stampedes: 3,
        accounts: 10,
        side_by_side: 4,
        seed: 2,
    };
    /// Hours, for a release.
    pub const FULL: Self = Self {
        point_kills: 200,
        replica_rounds: 100,
        victims: 2,
        random_kills: 1000,
        stalls: 50,
        faults: 100,
        callers: 10_000,
        stampedes: 20,
        accounts: 50,
        side_by_side: 1,
        seed: 1,
    };
}

impl Amount {
    /// Changes one number by its name.
    pub fn set(&mut self, name: &str, number: u32) -> Result<()> {
        let place = match name {
            "point-kills" => &mut self.point_kills,
            "replica-rounds" => &mut self.replica_rounds,
            "victims" => &mut self.victims,
            "random-kills" => &mut self.random_kills,
            "stalls" => &mut self.stalls,
            "faults" => &mut self.faults,
            "callers" => &mut self.callers,
            "stampedes" => &mut self.stampedes,
            "accounts" => &mut self.accounts,
            "side-by-side" => &mut self.side_by_side,
            "seed" => {
                self.seed = u64::from(number);
                return Ok(());
            }
            _ => anyhow::bail!("there is no amount `{name}`"),
        };
        *place = number;
        Ok(())
    }
}

/// Runs every experiment whose name holds `wanted` and hands each row of the table to `show` as soon as it is there.
/// Fails at the end when a grant was lost, a rule broken, or a control not found out, or when an experiment could not be
/// carried out; it says which of the two.
pub fn run(amount: Amount, wanted: &str, show: &mut (dyn FnMut(&Row) + Send)) -> Result<()> {
    let chosen: Vec<_> = experiments::ALL.iter().filter(|it| it.name.contains(wanted)).collect();
    anyhow::ensure!(!chosen.is_empty(), "no experiment has `{wanted}` in its name");
    // One after the other: both builds leave their program in the same place, from which the first one is copied.
    binary::for_chaos()?;
    binary::path()?;
    let (next, failed, void) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let show = Mutex::new(show);
    thread::scope(|scope| {
        for _ in 0..amount.side_by_side.max(1) {
            scope.spawn(|| {
                while let Some(experiment) = chosen.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let row = table::measured(experiment, amount);
                    failed.fetch_add(usize::from(row.failed()), Ordering::SeqCst);
                    void.fetch_add(usize::from(row.void()), Ordering::SeqCst);
                    (show.lock().unwrap_or_else(PoisonError::into_inner))(&row);
                }
            });
        }
    });
    let (failed, void) = (failed.load(Ordering::SeqCst), void.load(Ordering::SeqCst));
    anyhow::ensure!(
        failed + void == 0,
        "of {} experiments {failed} failed and {void} could not be carried out",
        chosen.len()
    );
    Ok(())
}
