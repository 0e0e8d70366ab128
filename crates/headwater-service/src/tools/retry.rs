//! Whether a call that failed is sent again, and when.
//!
//! A call with an effect that must not happen twice is sent again only when it provably did not leave. Others are
//! sent again where the provider asked for it or broke down, with waits that grow and that differ between callers.

use std::time::Duration;

use headwater_ports::upstream::{ReadError, UpstreamError};

use super::attempt::{Answer, SendError};

/// How often a call is sent again at most.
const MOST_REPEATS: u32 = 4;
/// The wait before the first repetition, when the provider does not say; doubled for each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait when the provider does not say.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// Waits are scaled by between 0.7 and 1.3, so that callers who failed together do not come back together.
const LEAST_SCALE: f64 = 0.7;
const SCALES: f64 = 0.6;
/// What the provider asked for is never cut short, only lengthened.
const EXACT_SCALE: f64 = 1.0;

/// What a call's failures so far allow.
pub(super) struct Retries {
    /// Whether its effect may happen twice.
    repeatable: bool,
    repeats: u32,
}

impl Retries {
    /// A call that was not sent yet.
    pub(super) fn new(repeatable: bool) -> Self {
        Self { repeatable, repeats: 0 }
    }

    /// How long to wait before sending again; `None` to leave it. `chance` is any number.
    pub(super) fn next(&mut self, outcome: &Result<Answer, SendError>, chance: u32) -> Option<Duration> {
        let verdict = judge(outcome, self.repeatable)?;
        if self.repeats >= MOST_REPEATS {
            return None;
        }
        self.repeats += 1;
        let spread = SCALES * f64::from(chance) / f64::from(u32::MAX);
        Some(match verdict {
            // The first time, nothing is known to be wrong with the provider: a pooled connection had closed.
            Verdict::NotSent if self.repeats == 1 => Duration::ZERO,
            Verdict::NotSent | Verdict::Broken => self.backoff().mul_f64(LEAST_SCALE + spread),
            Verdict::Asked(pause) => pause.mul_f64(EXACT_SCALE + spread / 2.0).max(self.backoff()),
        })
    }

    fn backoff(&self) -> Duration {
        LONGEST_WAIT.min(FIRST_WAIT * 2_u32.saturating_pow(self.repeats.saturating_sub(1)))
    }
}

enum Verdict {
    /// It did not leave.
    NotSent,
    /// The provider or the way to it broke down.
    Broken,
    /// The provider said when to come back.
    Asked(Duration),
}

fn judge(outcome: &Result<Answer, SendError>, repeatable: bool) -> Option<Verdict> {
    match outcome {
        Err(SendError::Upstream(error)) if error.safe_to_repeat() => Some(Verdict::NotSent),
        _ if !repeatable => None,
        Err(SendError::Upstream(UpstreamError::Broken { .. }) | SendError::Read(ReadError::Broken(_))) => {
            Some(Verdict::Broken)
        }
        Err(_) => None,
        Ok(answer) => match (answer.status, answer.retry_after) {
            (429 | 503, Some(pause)) => Some(Verdict::Asked(pause)),
            (502..=504, _) => Some(Verdict::Broken),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests;
