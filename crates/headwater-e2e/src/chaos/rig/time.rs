//! Turning the clocks of a rig: of the sandbox, of each replica, and of PostgreSQL.

use std::fs;
use std::sync::PoisonError;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::Rig;

/// After so many seconds every access token has lapsed, and no account counts as in use any more: nobody refreshes it
/// ahead of need, and so whoever calls for it does.
pub(in crate::chaos) const LONG_TIME: i64 = 25 * 3600;
/// Above the sandbox's leeway for tokens that were exchanged.
const PAST_LEEWAY: i64 = 660;
/// Above the time after which the lease of a refresh lapses.
const PAST_LEASE: i64 = 31;

/// Within so many seconds an answer does not come too late.
const MOMENT: i64 = 60;

impl Rig {
    /// Turns the sandbox's clock ahead. Much time passes only while no token is being presented: an answer that is out for
    /// so long would come too late for reasons of the experiment's own.
    pub(in crate::chaos) fn turn_sandbox(&self, seconds: i64) -> Result<()> {
        if seconds > MOMENT {
            self.until("the presentations that are under way to be answered", |rig| {
                rig.ledger().is_ok_and(|it| it.under_way() == 0)
            })?;
        }
        self.steer("clock", &json!({ "advance_seconds": seconds })).map(drop)
    }

    /// Lets time pass for a replica: both its time of day and its running time go ahead.
    pub(in crate::chaos) fn turn(&mut self, place: usize, seconds: i64) -> Result<()> {
        self.set_clock(place, seconds, seconds)
    }

    /// Sets the time of day of a replica ahead, or back, as an administrator would.
    pub(in crate::chaos) fn turn_wall(&mut self, place: usize, seconds: i64) -> Result<()> {
        self.set_clock(place, seconds, 0)
    }

    fn set_clock(&mut self, place: usize, wall: i64, running: i64) -> Result<()> {
        let turned = self.turned.get_mut(place).context("there is no such replica")?;
        turned.0 += wall * 1000;
        turned.1 += running * 1000;
        // Tokens of the earlier time may be no good in this one.
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
        // As a whole, so that nobody reads half of it.
        let (file, next) = (self.plan.clock(place), self.plan.clock(place).with_extension("next"));
        fs::write(&next, format!("{} {}\n", turned.0, turned.1))?;
        Ok(fs::rename(next, file)?)
    }

    /// Lets time pass for everybody.
    pub(in crate::chaos) fn pass(&mut self, seconds: i64) -> Result<()> {
        self.turn_sandbox(seconds)?;
        (0..self.recipes.len()).try_for_each(|place| self.turn(place, seconds))
    }

    /// Lets so much time pass that the provider has forgotten every token but the newest. Whoever holds another one will
    /// not get the next.
    pub(in crate::chaos) fn age(&mut self) -> Result<()> {
        if self.plan.inside { self.pass(LONG_TIME) } else { self.turn_sandbox(PAST_LEEWAY) }
    }

    /// Makes the leases of refreshes last twenty times longer, so that none lapses while a busy machine is still at work,
    /// until [`Self::let_leases_lapse`].
    pub(in crate::chaos) fn let_leases_last(&self) -> Result<()> {
        self.postgres.as_ref().context("the leases are in no PostgreSQL")?.slow_clock()
    }

    /// Makes the leases of refreshes lapse that were granted before; the clock of the database decides that. Only for
    /// moments in which no running replica has one: otherwise a second holder would come beside the first.
    pub(in crate::chaos) fn let_leases_lapse(&self) -> Result<()> {
        self.postgres.as_ref().context("the leases are in no PostgreSQL")?.turn_clock(PAST_LEASE)
    }
}
