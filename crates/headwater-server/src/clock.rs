//! The machine's clock behind the Clock port.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;

/// Tells the machine's time.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> Timestamp {
        timestamp(SystemTime::now())
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    async fn wait(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock that was never set shows a time before 1970; the end of time stands for what does not fit.
fn timestamp(time: SystemTime) -> Timestamp {
    let millis = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()),
        Err(before) => i64::try_from(before.duration().as_millis()).map(i64::wrapping_neg),
    };
    Timestamp::from_millis(millis.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_around_1970_and_now_are_told() {
        assert_eq!(timestamp(UNIX_EPOCH + Duration::from_millis(1_500)).millis(), 1_500);
        assert_eq!(timestamp(UNIX_EPOCH - Duration::from_millis(1_500)).millis(), -1_500);
        assert!(SystemClock::default().now() > Timestamp::from_seconds(1_700_000_000));
    }
}
