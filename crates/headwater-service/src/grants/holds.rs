//! Connections whose provider wants to be left alone for a while.

use std::collections::HashMap;
use std::time::Duration;

use headwater_domain::id::ConnectionId;
use parking_lot::Mutex;

/// Until when, by the clock's running time, no refresh of a connection is sent. In memory: after a restart the
/// provider says it again.
#[derive(Default)]
pub(crate) struct Holds(Mutex<HashMap<ConnectionId, Duration>>);

impl Holds {
    /// Sends nothing for `pause`.
    pub(super) fn hold(&self, connection: &ConnectionId, pause: Duration, elapsed: Duration) {
        let mut holds = self.0.lock();
        holds.retain(|_, until| *until > elapsed);
        holds.insert(connection.clone(), elapsed + pause);
    }

    /// How long to wait still.
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
    fn a_connection_is_held_for_as_long_as_was_asked() {
        let id = |number| ConnectionId::generate(Timestamp::from_seconds(1), number);
        let second = Duration::from_secs;
        let holds = Holds::default();
        holds.hold(&id(1), second(10), second(100));
        assert_eq!(holds.rest(&id(1), second(104)), Some(second(6)));
        assert_eq!(holds.rest(&id(1), second(110)), None);
        assert_eq!(holds.rest(&id(2), second(104)), None);
    }
}
