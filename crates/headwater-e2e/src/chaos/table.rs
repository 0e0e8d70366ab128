//! What an experiment showed.

use std::fmt;
use std::time::Duration;

use anyhow::Result;

use super::Amount;
use super::stopwatch::Stopwatch;

/// How much is shown of what a control has shown.
const MOST_SHOWN: usize = 120;

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    name: &'static str,
    control: bool,
    took: Duration,
    outcome: Result<Findings>,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// How much was done, such as `8 kills, 214 refreshes`.
    pub(super) done: String,
    /// What should not have been, a line each.
    pub(super) wrong: Vec<String>,
    /// How long it took until an account worked again, each time.
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
}

/// An experiment: what it does to headwater, and how.
pub(super) struct Experiment {
    /// What happens, for the table.
    pub(super) name: &'static str,
    /// Whether something must go wrong, and be found out.
    pub(super) control: bool,
    /// What is set on every replica.
    pub(super) settings: &'static [(&'static str, &'static str)],
    /// Does it.
    pub(super) perform: fn(Conditions) -> Result<Findings>,
}

/// Performs an experiment.
pub(super) fn measured(experiment: &Experiment, amount: Amount) -> Row {
    let watch = Stopwatch::start();
    let outcome = (experiment.perform)(Conditions { amount, settings: experiment.settings });
    Row { name: experiment.name, control: experiment.control, took: watch.elapsed(), outcome }
}

impl Row {
    /// Whether nothing was lost and no rule broken; of a control, whether that was found out.
    pub fn passed(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|it| it.skipped.is_some() || it.wrong.is_empty() != self.control)
    }
}

impl Findings {
    /// Nothing could be done, for this reason.
    pub(super) fn skipped(reason: String) -> Self {
        Self { skipped: Some(reason), ..Self::default() }
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
        let mark = match &self.outcome {
            Ok(Findings { skipped: Some(_), .. }) => "skip",
            _ if self.passed() => "ok  ",
            _ => "FAIL",
        };
        write!(formatter, "{mark} {:<64} {:>5.0} s  ", self.name, self.took.as_secs_f64())?;
        match &self.outcome {
            Ok(Findings { skipped: Some(reason), .. }) => formatter.write_str(reason),
            Ok(findings) if self.control => match findings.wrong.first() {
                Some(found) => {
                    write!(formatter, "found out: {}", found.chars().take(MOST_SHOWN).collect::<String>())
                }
                None => write!(formatter, "NOT found out ({})", findings.done),
            },
            Ok(findings) => {
                formatter.write_str(&findings.done)?;
                for (what, times) in [("back", &findings.recoveries), ("answered", &findings.waits)] {
                    if !times.is_empty() {
                        let (half, most) = (percentile(times, 50), percentile(times, 99));
                        write!(formatter, ", {what} after {half:.1} s (p50), {most:.1} s (p99)")?;
                    }
                }
                findings.wrong.iter().take(5).try_for_each(|it| write!(formatter, "\n       {it}"))
            }
            Err(error) => write!(formatter, "{error:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(control: bool, wrong: &[&str]) -> Row {
        let wrong = wrong.iter().map(|it| (*it).to_owned()).collect();
        let findings = Findings { wrong, ..Findings::default() };
        Row { name: "it", control, took: Duration::ZERO, outcome: Ok(findings) }
    }

    #[test]
    fn an_experiment_passes_when_nothing_is_wrong_and_a_control_when_something_is() {
        assert!(row(false, &[]).passed() && !row(false, &["lost"]).passed());
        assert!(row(true, &["lost"]).passed() && !row(true, &[]).passed());
        let broken = Row { outcome: Err(anyhow::anyhow!("no port")), ..row(true, &[]) };
        assert!(!broken.passed(), "a control that could not be performed shows nothing");
    }

    #[test]
    fn percentiles_are_of_what_was_sorted_first() {
        let times: Vec<Duration> = (1..=100).rev().map(Duration::from_secs).collect();
        assert_eq!([50, 99].map(|it| format!("{:.0}", percentile(&times, it))), ["50", "99"]);
        assert_eq!(format!("{:.0}", percentile(&[], 99)), "0");
    }
}
