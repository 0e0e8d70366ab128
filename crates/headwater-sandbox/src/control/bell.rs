//! Wakes everybody who waits for something that only other requests can bring about.

use tokio::sync::watch;

/// A bell: those who wait look again whenever it rings.
#[derive(Debug)]
pub(super) struct Bell(watch::Sender<u64>);

impl Bell {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(super) fn ring(&self) {
        self.0.send_modify(|rings| *rings = rings.wrapping_add(1));
    }

    /// Waits until the condition holds; it is looked at now and after every ring.
    pub(super) async fn until(&self, mut condition: impl FnMut() -> bool) {
        // Listening starts before the first look, so no ring in between is missed.
        let mut listener = self.0.subscribe();
        while !condition() {
            if listener.changed().await.is_err() {
                return;
            }
        }
    }

    /// Somebody who will hear the next ring.
    pub(super) fn listener(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
