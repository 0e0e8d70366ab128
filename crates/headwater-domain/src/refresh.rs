//! When a rotating refresh token may be presented, when again, and when its account is lost.
//!
//! The provider replaces the refresh token with every use, and tolerates the one before only for ten minutes. So a
//! presentation is written down before it is made. Where the answer stays away, the same token is presented again,
//! soon and well inside those ten minutes; after that, only to a provider that is known to answer. A single refusal
//! loses no account: it is confirmed first.

use std::time::Duration;

use crate::time::Timestamp;

/// How long after its first presentation a token is presented again without more ado; the provider tolerates ten
/// minutes.
pub const WINDOW: Duration = Duration::from_secs(9 * 60);
/// How long a refresh is leased; three times what the request to the provider may take.
pub const LEASE: Duration = Duration::from_secs(30);
/// How much of the lease must be left when the request is sent: its own time limit, and a margin.
pub const LEASE_MARGIN: Duration = Duration::from_secs(20);
/// The pauses between presentations without an answer, in milliseconds; the last one is repeated. Even spread by
/// [`spread`] it is below a minute, so that an account recovers within a minute of its provider.
const PAUSES: [u64; 6] = [500, 2_000, 5_000, 15_000, 30_000, 45_000];
/// The pause when the request could not be sent.
const NOT_SENT: Duration = Duration::from_secs(2);
/// The pause when the provider asks for patience and does not say how much.
const DEFERRED: Duration = Duration::from_secs(30);
/// The longest pause that a provider can ask for.
const LONGEST_DEFERRAL: Duration = Duration::from_secs(15 * 60);
/// No pause is longer, with all that chance adds. An attempt that is to wait longer was put off by a clock that has been
/// set back since.
const LONGEST_PAUSE: Duration = Duration::from_secs(17 * 60);
/// The pause when the connection's own credentials are refused.
const MISCONFIGURED: Duration = Duration::from_secs(45);

/// What is known about the exchange of one stored refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefreshState {
    /// When it was first presented without a definite answer since.
    pub sent_at: Option<Timestamp>,
    /// How often it was presented.
    pub presentations: u32,
    /// When the provider first refused it.
    pub refused_at: Option<Timestamp>,
    /// Not before then again.
    pub next_try_at: Option<Timestamp>,
}

/// What to do with a leased refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Present the token.
    Present,
    /// Present it as if for the first time, if the provider is known to answer. Either nobody has used the token, and
    /// this presentation opens a window of its own; or the grant was lost before.
    PresentAnew,
    /// Nothing for so long.
    Wait(Duration),
}

/// What became of a presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It never left, or was refused before it counted.
    NotSent,
    /// The provider asks for patience, for so long; the token was not used.
    Deferred(Option<Duration>),
    /// The connection's own credentials are refused; the token was not used.
    Misconfigured,
    /// No definite answer: the provider may have replaced the token.
    Ambiguous,
    /// The provider says that the token is dead.
    Dead,
}

/// What follows from an attempt that brought no tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Again, after a pause.
    Again {
        /// How the stored state changes.
        change: Change,
        /// The pause.
        after: Duration,
    },
    /// Only a new consent helps.
    Lost(LossReason),
}

/// How the stored state of a refresh changes after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The presentation is taken back: it did not happen.
    TakeBack,
    /// The presentation stands.
    Keep,
    /// The provider has refused the token.
    Refused,
}

/// Why a grant is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossReason {
    /// The provider refused the token twice.
    Refused,
    /// An answer stayed away for too long, and the token was replaced meanwhile.
    RotationLost,
}

impl RefreshState {
    /// What to do at `now`, told by the clock that the stored times are from.
    pub fn step(&self, now: Timestamp) -> Step {
        match self.next_try_at.map(|at| now.until(at)) {
            Some(left) if !left.is_zero() && left <= LONGEST_PAUSE => Step::Wait(left),
            _ if self.outside_window(now) => Step::PresentAnew,
            _ => Step::Present,
        }
    }

    fn outside_window(&self, now: Timestamp) -> bool {
        // A presentation of the future was written down before the clock was set back: nobody knows how long ago.
        self.refused_at.is_none() && self.sent_at.is_some_and(|at| at > now || at.until(now) >= WINDOW)
    }

    /// What follows from an attempt that was begun in this state. `confirm_after` is the pause before a
    /// refusal is confirmed, zero for not at all; `chance` spreads the pauses.
    pub fn judge(&self, attempt: Attempt, confirm_after: Duration, chance: u32) -> Verdict {
        let again = |change, after| Verdict::Again { change, after: spread(after, chance) };
        match attempt {
            Attempt::NotSent => again(Change::TakeBack, NOT_SENT),
            Attempt::Deferred(asked) => {
                let after = asked.unwrap_or(DEFERRED).clamp(NOT_SENT, LONGEST_DEFERRAL);
                // Never earlier than asked.
                Verdict::Again { change: Change::TakeBack, after: after + spread(after / 10, chance) }
            }
            Attempt::Misconfigured => again(Change::TakeBack, MISCONFIGURED),
            Attempt::Ambiguous => again(Change::Keep, self.pause()),
            Attempt::Dead if self.refused_at.is_some() || confirm_after.is_zero() => {
                Verdict::Lost(self.loss())
            }
            Attempt::Dead => Verdict::Again { change: Change::Refused, after: confirm_after },
        }
    }

    /// One refusal is among the presentations that went before a confirmed one.
    fn loss(&self) -> LossReason {
        let unanswered = self.presentations > u32::from(self.refused_at.is_some());
        if unanswered { LossReason::RotationLost } else { LossReason::Refused }
    }

    fn pause(&self) -> Duration {
        let place = usize::try_from(self.presentations).unwrap_or(usize::MAX);
        Duration::from_millis(PAUSES.get(place).or(PAUSES.last()).copied().unwrap_or_default())
    }
}

impl LossReason {
    /// Its name in logs and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::RotationLost => "rotation_lost",
        }
    }
}

/// Moves a pause by up to a fifth either way, so that many accounts do not come back at the same moment.
fn spread(pause: Duration, chance: u32) -> Duration {
    let fifth = pause / 5;
    pause.saturating_sub(fifth) + (fifth * 2).mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_000_000);
    const MIDDLE: u32 = u32::MAX / 2;
    const CONFIRM: Duration = Duration::from_secs(30);

    fn after(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_token_is_presented_inside_the_window_and_only_carefully_after_it() {
        let fresh = RefreshState::default();
        assert_eq!(fresh.step(START), Step::Present);
        let sent = RefreshState { sent_at: Some(START), presentations: 1, ..fresh };
        assert_eq!(sent.step(after(539)), Step::Present);
        assert_eq!(sent.step(after(540)), Step::PresentAnew);
        let paused = RefreshState { next_try_at: Some(after(600)), ..sent };
        assert_eq!(paused.step(after(540)), Step::Wait(Duration::from_secs(60)));
        let refused = RefreshState { refused_at: Some(after(1)), ..sent };
        assert_eq!(refused.step(after(9_999)), Step::Present, "an answered presentation has no window");
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let put_off = RefreshState { next_try_at: Some(after(400 * 86_400)), ..RefreshState::default() };
        assert_eq!(put_off.step(START), Step::Present);
        let sent = RefreshState { sent_at: Some(after(3_600)), presentations: 1, ..RefreshState::default() };
        assert_eq!(sent.step(START), Step::PresentAnew, "the window may be over");
    }

    /// Whatever chance says, there are enough of them, and none comes after the window.
    #[test]
    fn silence_is_met_with_ever_longer_pauses_inside_the_window() {
        for chance in [0, MIDDLE, u32::MAX] {
            let (mut state, mut now, mut count) = (RefreshState::default(), START, 0);
            while state.step(now) == Step::Present {
                let Verdict::Again { change, after } = state.judge(Attempt::Ambiguous, CONFIRM, chance)
                else {
                    panic!("silence loses nothing")
                };
                assert_eq!(change, Change::Keep);
                assert!(after < Duration::from_secs(60));
                state.sent_at.get_or_insert(now);
                state.presentations += 1;
                now = now.plus(after);
                count += 1;
            }
            assert!((13..=20).contains(&count), "{count} presentations");
            assert_eq!(state.step(now), Step::PresentAnew);
        }
    }

    #[test]
    fn one_refusal_loses_nothing_and_the_second_does() {
        let fresh = RefreshState::default();
        let first = fresh.judge(Attempt::Dead, CONFIRM, 0);
        assert_eq!(first, Verdict::Again { change: Change::Refused, after: CONFIRM });
        let refused = RefreshState { refused_at: Some(START), presentations: 1, ..fresh };
        assert_eq!(refused.judge(Attempt::Dead, CONFIRM, 0), Verdict::Lost(LossReason::Refused));
        assert_eq!(fresh.judge(Attempt::Dead, Duration::ZERO, 0), Verdict::Lost(LossReason::Refused));
        let silent = RefreshState { sent_at: Some(START), presentations: 9, ..refused };
        assert_eq!(silent.judge(Attempt::Dead, CONFIRM, 0), Verdict::Lost(LossReason::RotationLost));
    }

    #[test]
    fn what_did_not_use_the_token_is_taken_back() {
        let state = RefreshState { sent_at: Some(START), presentations: 2, ..RefreshState::default() };
        for (attempt, shortest, longest) in [
            (Attempt::NotSent, 1, 3),
            (Attempt::Misconfigured, 36, 54),
            (Attempt::Deferred(None), 30, 34),
            (Attempt::Deferred(Some(Duration::from_secs(7))), 7, 8),
            (Attempt::Deferred(Some(Duration::from_secs(86_400))), 900, 1_010),
            (Attempt::Deferred(Some(Duration::ZERO)), 2, 3),
        ] {
            for chance in [0, u32::MAX] {
                let verdict = state.judge(attempt, CONFIRM, chance);
                let Verdict::Again { change, after } = verdict else { panic!("{verdict:?}") };
                assert_eq!(change, Change::TakeBack, "{attempt:?}");
                assert!((shortest..=longest).contains(&after.as_secs()), "{attempt:?}: {after:?}");
            }
        }
    }
}
