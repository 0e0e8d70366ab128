//! Pauses that the provider of a connection has asked for.

use std::collections::HashMap;
use std::time::Duration;

use headwater_domain::id::ConnectionId;
use parking_lot::Mutex;

/// Until when, by the clock's running time, no refresh of a connection is sent. After a restart the provider says it
/// again.
#[derive(Default)]
pub(super) struct ProviderPauses(Mutex<HashMap<ConnectionId, Duration>>);

impl ProviderPauses {
    /// Sends nothing for `pause`.
    pub(super) fn pause(&self, connection: &ConnectionId, pause: Duration, elapsed: Duration) {
        let mut pauses = self.0.lock();
        pauses.retain(|_, until| *until > elapsed);
        pauses.insert(connection.clone(), elapsed + pause);
    }

    /// Returns how long to wait still; `None` where there is no pause.
    pub(super) fn rest(&self, connection: &ConnectionId, elapsed: Duration) -> Option<Duration> {
        let until = *self.0.lock().get(connection)?;
        until.checked_sub(elapsed).filter(|rest| !rest.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use headwater_domain::time::Timestamp;

    use super::*;

    #[test]
    fn a_connection_is_left_alone_for_as_long_as_was_asked() {
        let id = |number| ConnectionId::generate(Timestamp::from_seconds(1), number);
        let second = Duration::from_secs;
        let pauses = ProviderPauses::default();
        pauses.pause(&id(1), second(10), second(100));
        assert_eq!(pauses.rest(&id(1), second(104)), Some(second(6)));
        assert_eq!(pauses.rest(&id(1), second(110)), None);
        assert_eq!(pauses.rest(&id(2), second(104)), None);
    }
}
