//! Wakes tasks that wait for a condition that other requests bring about.

use tokio::sync::watch;

/// A bell: waiting tasks check their condition again whenever it rings.
#[derive(Debug)]
pub(super) struct Bell(watch::Sender<u64>);

impl Bell {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(super) fn ring(&self) {
        self.0.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// Waits until the condition holds. It is checked now and after every ring.
    pub(super) async fn until(&self, mut condition: impl FnMut() -> bool) {
        // Listening starts before the first look, so no ring in between is missed.
        let mut listener = self.0.subscribe();
        while !condition() {
            if listener.changed().await.is_err() {
                return;
            }
        }
    }

    /// Returns a receiver of the next ring.
    pub(super) fn listener(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
