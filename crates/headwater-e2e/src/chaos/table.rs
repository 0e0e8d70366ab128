//! What an experiment showed.

use std::fmt;

use anyhow::Result;

use super::Amount;

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    name: &'static str,
    outcome: Result<Findings>,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// How much was done, such as `8 kills, 214 refreshes`.
    pub(super) done: String,
    /// What should not have been, a line each.
    pub(super) wrong: Vec<String>,
}

/// An experiment: what it does to headwater, and how.
pub(super) struct Experiment {
    /// What happens, for the table.
    pub(super) name: &'static str,
    /// Does it.
    pub(super) perform: fn(Amount) -> Result<Findings>,
}

/// Performs an experiment.
pub(super) fn measured(experiment: &Experiment, amount: Amount) -> Row {
    Row { name: experiment.name, outcome: (experiment.perform)(amount) }
}

impl Row {
    /// Whether nothing was lost and no rule broken.
    pub fn passed(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|findings| findings.wrong.is_empty())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.passed() { "ok  " } else { "FAIL" };
        match &self.outcome {
            Ok(findings) => {
                write!(formatter, "{mark} {:<58} {}", self.name, findings.done)?;
                findings.wrong.iter().take(5).try_for_each(|it| write!(formatter, "\n       {it}"))
            }
            Err(error) => write!(formatter, "{mark} {:<58} {error:#}", self.name),
        }
    }
}
