//! What an experiment showed.

use std::fmt;
use std::time::Duration;

use anyhow::Result;

use super::Amount;
use super::finding::{Finding, Kind};
use super::stopwatch::Stopwatch;

/// How many findings are shown.
const MOST_SHOWN: usize = 5;

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    name: &'static str,
    expected: Option<Kind>,
    took: Duration,
    /// An error when the experiment could not be carried out: then nothing was shown, neither way.
    outcome: Result<Findings>,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// How much was done, such as `8 kills, 214 refreshes`.
    pub(super) done: String,
    /// What should not have been.
    pub(super) wrong: Vec<Finding>,
    /// How long it took until an account worked again, each time. For information, as all times are: what a busy machine
    /// needs says nothing about the grants.
    pub(super) recoveries: Vec<Duration>,
    /// How long callers waited.
    pub(super) waits: Vec<Duration>,
    /// Why nothing was done.
    pub(super) skipped: Option<String>,
}

/// What an experiment takes place under.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conditions {
    pub(super) amount: Amount,
    /// What is set on every replica besides what the experiment itself sets.
    pub(super) settings: &'static [(&'static str, &'static str)],
    /// What a control has to find.
    pub(super) expected: Option<Kind>,
}

/// An experiment: what it does to headwater, and how.
pub(super) struct Experiment {
    /// What happens, for the table.
    pub(super) name: &'static str,
    /// Of a control: what must be found, because a defence is lacking.
    pub(super) expected: Option<Kind>,
    /// What is set on every replica.
    pub(super) settings: &'static [(&'static str, &'static str)],
    /// Does it.
    pub(super) perform: fn(Conditions) -> Result<Findings>,
}

/// Performs an experiment.
pub(super) fn measured(experiment: &Experiment, amount: Amount) -> Row {
    let watch = Stopwatch::start();
    let Experiment { name, expected, settings, perform } = *experiment;
    let outcome = perform(Conditions { amount, settings, expected });
    Row { name, expected, took: watch.elapsed(), outcome }
}

/// What a row comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// No rule was broken; of a control, the rule was that it was made for.
    Passed,
    /// A rule was broken; of a control, not the one that it was made for.
    Failed,
    /// The experiment could not be carried out.
    Void,
    /// This machine cannot do it.
    Skipped,
}

impl Row {
    /// Whether a grant was lost or a rule broken; of a control, whether what it lacks was not found out by the very rule
    /// that the defence is for.
    pub fn failed(&self) -> bool {
        self.mark() == Mark::Failed
    }

    /// Whether it could not be carried out: then nothing was shown, neither way.
    pub fn void(&self) -> bool {
        self.mark() == Mark::Void
    }

    fn mark(&self) -> Mark {
        let Ok(findings) = &self.outcome else { return Mark::Void };
        let good = match self.expected {
            _ if findings.skipped.is_some() => return Mark::Skipped,
            None => findings.wrong.is_empty(),
            Some(expected) => findings.of(expected).is_some(),
        };
        if good { Mark::Passed } else { Mark::Failed }
    }
}

impl Findings {
    /// Nothing could be done, for this reason.
    pub(super) fn skipped(reason: String) -> Self {
        Self { skipped: Some(reason), ..Self::default() }
    }

    /// The first finding of a kind.
    fn of(&self, kind: Kind) -> Option<&Finding> {
        self.wrong.iter().find(|finding| finding.kind == kind)
    }
}

/// What so many of a hundred did not exceed, in seconds.
fn percentile(times: &[Duration], hundredths: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    let place = (sorted.len() * hundredths).div_ceil(100).saturating_sub(1);
    sorted.get(place).map_or(0.0, Duration::as_secs_f64)
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.mark() {
            Mark::Passed => "ok  ",
            Mark::Failed => "FAIL",
            Mark::Void => "VOID",
            Mark::Skipped => "skip",
        };
        write!(formatter, "{mark} {:<64} {:>5.0} s  ", self.name, self.took.as_secs_f64())?;
        match (&self.outcome, self.expected) {
            (Err(error), _) => write!(formatter, "could not be carried out: {error:#}"),
            (Ok(Findings { skipped: Some(reason), .. }), _) => formatter.write_str(reason),
            (Ok(findings), Some(expected)) => {
                if let Some(found) = findings.of(expected) {
                    return write!(formatter, "found out: {found}");
                }
                write!(formatter, "NOT found out by {expected:?} ({})", findings.done)?;
                findings.show_wrong(formatter)
            }
            (Ok(findings), None) => {
                formatter.write_str(&findings.done)?;
                for (what, times) in [("back", &findings.recoveries), ("answered", &findings.waits)] {
                    if !times.is_empty() {
                        let (half, most) = (percentile(times, 50), percentile(times, 99));
                        write!(formatter, ", {what} after {half:.1} s (p50), {most:.1} s (p99)")?;
                    }
                }
                findings.show_wrong(formatter)
            }
        }
    }
}

impl Findings {
    fn show_wrong(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wrong.iter().take(MOST_SHOWN).try_for_each(|it| write!(formatter, "\n       {it}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(expected: Option<Kind>, wrong: &[Kind]) -> Row {
        let wrong = wrong.iter().map(|it| it.because("something")).collect();
        let findings = Findings { wrong, ..Findings::default() };
        Row { name: "it", expected, took: Duration::ZERO, outcome: Ok(findings) }
    }

    #[test]
    fn an_experiment_passes_when_nothing_is_wrong() {
        assert!(!row(None, &[]).failed() && row(None, &[Kind::Late]).failed());
    }

    /// A control that fails for another reason, such as a machine that is slow, shows nothing about its defence.
    #[test]
    fn a_control_passes_when_the_rule_is_broken_that_it_was_made_for() {
        assert!(!row(Some(Kind::Late), &[Kind::GrantEnded, Kind::Late]).failed());
        assert!(row(Some(Kind::Late), &[Kind::GrantEnded]).failed());
        assert!(row(Some(Kind::Late), &[]).failed());
    }

    #[test]
    fn an_experiment_that_could_not_be_carried_out_shows_nothing() {
        for expected in [None, Some(Kind::Late)] {
            let broken = Row { outcome: Err(anyhow::anyhow!("no port")), ..row(expected, &[]) };
            assert!(broken.void() && !broken.failed());
            assert!(broken.to_string().starts_with("VOID") && broken.to_string().contains("could not be"));
        }
    }

    #[test]
    fn percentiles_are_of_what_was_sorted_first() {
        let times: Vec<Duration> = (1..=100).rev().map(Duration::from_secs).collect();
        assert_eq!([50, 99].map(|it| format!("{:.0}", percentile(&times, it))), ["50", "99"]);
        assert_eq!(format!("{:.0}", percentile(&[], 99)), "0");
    }
}
