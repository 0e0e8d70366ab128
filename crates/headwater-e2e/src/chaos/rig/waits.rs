//! Waiting for events, with a bound.

use anyhow::{Context as _, Result};

use super::Rig;
use crate::chaos::server::{Running, tail, until};

impl Rig {
    /// Waits for something; says what the rig was like when it did not come about.
    ///
    /// # Errors
    /// When the bound for waiting is reached: the experiment could not be carried out then.
    pub(in crate::chaos) fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<()> {
        until(what, || holds(self)).with_context(|| self.state())
    }

    /// Waits until an account works through a replica. Returns whether it does: one that was given up is not waited for.
    pub(in crate::chaos) fn comes_back(&self, place: usize, account: &str) -> Result<bool> {
        let mut works = false;
        let over = until(&format!("{account} to work again"), || match self.call(place, account) {
            Ok((200, _)) => {
                works = true;
                true
            }
            Ok((_, answer)) => answer.to_string().contains("ACCOUNT_NOT_ACTIVE"),
            Err(_) => false,
        });
        over.with_context(|| self.state())?;
        Ok(works)
    }

    /// Whether a call succeeds.
    pub(in crate::chaos) fn works(&self, place: usize, account: &str) -> bool {
        matches!(self.call(place, account), Ok((200, _)))
    }

    /// Waits until the log of a replica holds one of these texts more often than `before` times.
    pub(in crate::chaos) fn until_logged(&self, place: usize, texts: &[&str], before: usize) -> Result<()> {
        self.until(&format!("a replica to log {texts:?}"), |rig| rig.logged(place, texts) > before)
    }

    /// How many lines of the log of a replica hold one of these texts.
    pub(in crate::chaos) fn logged(&self, place: usize, texts: &[&str]) -> usize {
        let log = std::fs::read_to_string(self.plan.log(&format!("replica-{place}"))).unwrap_or_default();
        log.lines().filter(|line| texts.iter().any(|text| line.contains(text))).count()
    }

    /// What somebody wants to know who finds an experiment that could not be carried out: the rules that were broken by
    /// then, and how the logs end.
    pub(in crate::chaos) fn state(&self) -> String {
        let broken = self.ledger().map(|it| it.violations()).unwrap_or_default();
        let broken: Vec<String> = broken.iter().map(ToString::to_string).collect();
        let logs = (0..self.recipes.len()).map(|place| tail(&self.plan.log(&format!("replica-{place}"))));
        let running = self.replicas.iter().map(|it| it.as_ref().is_some_and(Running::runs));
        let running: Vec<bool> = running.collect();
        let logs: Vec<String> = logs.filter(|it| !it.is_empty()).collect();
        let logs = logs.join("\n--\n");
        format!("rules broken by then: {broken:?}; replicas that run: {running:?}; logs:\n{logs}\n")
    }
}
