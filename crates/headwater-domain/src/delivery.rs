//! Deliveries: one event on its way to one webhook.

use std::time::Duration;

use crate::id::{AccountId, EventId, WebhookId};
use crate::time::Timestamp;

/// The pauses after failed attempts. After as many failures, and one more, a delivery is given up.
const PAUSES: [u64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
/// How long an attempt is reserved for whoever makes it; well above what one may take.
pub const LEASE: Duration = Duration::from_secs(60);

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What is delivered.
    pub event_id: EventId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// Whose event it is. Events of one account are delivered one after the other.
    pub account_id: AccountId,
    /// The event's place among those of its account.
    pub sequence: u64,
    /// Where it stands.
    pub state: DeliveryState,
    /// How many attempts were begun since it was last put in line.
    pub attempts: u32,
    /// Not before then, while it is pending.
    pub next_attempt_at: Timestamp,
    /// The HTTP status that was answered last.
    pub last_status: Option<u16>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Still to be made.
    Pending,
    /// The endpoint has taken it.
    Delivered,
    /// Given up; only a replay tries again.
    Dead,
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptResult {
    /// Where the delivery stands now.
    pub state: DeliveryState,
    /// Not before then again, while it is pending.
    pub next_attempt_at: Timestamp,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// What went wrong.
    pub error: Option<String>,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// Reads a name; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// How long to wait after the failure of the attempt with this number, counted from 1; `None` to give up. `chance`
/// spreads the pauses by up to a fifth, never earlier.
pub fn pause_after(attempt: u32, chance: u32) -> Option<Duration> {
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = Duration::from_secs(*PAUSES.get(place)?);
    Some(pause + (pause / 5).mul_f64(f64::from(chance) / f64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let seconds = |chance| -> Vec<u64> {
            (1..).map_while(|attempt| pause_after(attempt, chance)).map(|it| it.as_secs()).collect()
        };
        assert_eq!(seconds(0), PAUSES);
        assert_eq!(seconds(u32::MAX), [6, 360, 2_160, 8_640, 21_600, 43_200, 43_200]);
        assert_eq!(pause_after(u32::MAX, 0), None);
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::parse(state.as_str()), Some(state));
        }
    }
}
