//! Chaos: the real binary against the real sandbox, killed, starved and lied to, while end users' grants must survive.
//!
//! What happened is read from the sandbox's log of everything that was issued and presented, never from headwater's own
//! state: a server that lost a token does not know it.

mod experiments;
mod http;
mod ledger;
mod load;
mod ports;
mod rig;
mod server;
mod table;

use anyhow::Result;

pub use table::Row;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// How often a server is killed in one place.
    pub kills: u32,
    /// How many callers come at the same moment.
    pub callers: u32,
    /// How many accounts are in use.
    pub accounts: u32,
    /// What the choices of chance begin with.
    pub seed: u64,
}

impl Amount {
    /// Minutes, for every change.
    pub const SMALL: Self = Self { kills: 8, callers: 300, accounts: 6, seed: 1 };
    /// Hours, for a release.
    pub const FULL: Self = Self { kills: 200, callers: 10_000, accounts: 50, seed: 1 };
}

/// Runs every experiment whose name holds `wanted` and hands each row of the table to `show` as soon as it is there. Fails at the end when a grant
/// was lost or a rule broken.
pub fn run(amount: Amount, wanted: &str, show: &mut dyn FnMut(&Row)) -> Result<()> {
    let mut broken = 0;
    for experiment in experiments::ALL.iter().filter(|it| it.name.contains(wanted)) {
        let row = table::measured(experiment, amount);
        broken += usize::from(!row.passed());
        show(&row);
    }
    anyhow::ensure!(broken == 0, "{broken} experiments failed");
    Ok(())
}
