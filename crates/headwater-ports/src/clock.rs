//! Time as an argument.

use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::time::Timestamp;

/// Tells the time, and lets it pass.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present moment. Can be moved, even back.
    fn now(&self) -> Timestamp;

    /// How long this clock has been running. Only grows.
    fn elapsed(&self) -> Duration;

    /// Returns after `duration`.
    async fn wait(&self, duration: Duration);
}
