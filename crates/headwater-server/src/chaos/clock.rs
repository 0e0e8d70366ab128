//! A clock that an experiment turns while the process runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;

use crate::clock::SystemClock;

/// How often somebody who waits looks whether the clock was turned.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The machine's clock, and what a file adds to it: two numbers of milliseconds, how far the time of day is ahead
/// (behind when negative), and how far the running time is. The file is replaced as a whole; without one nothing is
/// added.
pub(super) struct TurnedClock {
    real: SystemClock,
    file: PathBuf,
}

impl TurnedClock {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { real: SystemClock::default(), file }
    }
}

#[async_trait]
impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        let (ahead, _) = turned(&self.file);
        Timestamp::from_millis(self.real.now().millis().saturating_add(ahead))
    }

    fn elapsed(&self) -> Duration {
        let (_, ahead) = turned(&self.file);
        self.real.elapsed() + Duration::from_millis(ahead)
    }

    async fn wait(&self, duration: Duration) {
        let end = self.elapsed() + duration;
        loop {
            let left = end.saturating_sub(self.elapsed());
            if left.is_zero() {
                return;
            }
            self.real.wait(left.min(LOOK_EVERY)).await;
        }
    }
}

fn turned(file: &Path) -> (i64, u64) {
    let text = fs::read_to_string(file).unwrap_or_default();
    let mut numbers = text.split_whitespace();
    let wall = numbers.next().and_then(|it| it.parse().ok()).unwrap_or_default();
    let running = numbers.next().and_then(|it| it.parse().ok()).unwrap_or_default();
    (wall, running)
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn whoever_waits_goes_on_when_the_clock_is_turned() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("clock");
        let clock = TurnedClock::new(file.clone());
        let (before, running) = (clock.now(), clock.elapsed());
        let mut waiting = pin!(clock.wait(Duration::from_secs(3_600)));
        tokio::select! {
            biased;
            () = &mut waiting => panic!("an hour has not passed"),
            () = ready(()) => {}
        }
        fs::write(&file, "-60000 3600000\n").unwrap();
        waiting.await;
        assert!(clock.now() < before);
        assert!(clock.elapsed() >= running + Duration::from_secs(3_600));
    }
}
