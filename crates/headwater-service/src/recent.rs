//! What was read from the store lately, kept in memory: for some seconds it is as good as the store, and for some
//! minutes it serves when the store does not answer.

use std::hash::Hash;
use std::time::Duration;

use moka::future::Cache;

/// How long what was read serves while the store is away. A change that another server made meanwhile is not seen for as
/// long; the store would have had to take it while it did not answer here.
const OUTAGE: Duration = Duration::from_secs(600);

/// Values by key, with the running time at which they were read.
pub(crate) struct Recent<K, V> {
    entries: Cache<K, (V, Duration)>,
    lifetime: Duration,
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Recent<K, V> {
    /// Up to `capacity` values, each as good as new for `lifetime`.
    pub(crate) fn new(capacity: u64, lifetime: Duration) -> Self {
        Self { entries: Cache::builder().max_capacity(capacity).time_to_live(OUTAGE).build(), lifetime }
    }

    /// A value that was read a moment ago. `now` is the running time.
    pub(crate) async fn fresh(&self, key: &K, now: Duration) -> Option<V> {
        let (value, read_at) = self.entries.get(key).await?;
        (now.saturating_sub(read_at) < self.lifetime).then_some(value)
    }

    /// A value that may be minutes old, for when the store is away.
    pub(crate) async fn old(&self, key: &K) -> Option<V> {
        self.entries.get(key).await.map(|(value, _)| value)
    }

    /// Keeps what was read at `now`.
    pub(crate) async fn keep(&self, key: K, value: V, now: Duration) {
        self.entries.insert(key, (value, now)).await;
    }

    /// Forgets a value, after it changed.
    pub(crate) async fn forget(&self, key: &K) {
        self.entries.invalidate(key).await;
    }

    /// Forgets everything.
    pub(crate) fn forget_all(&self) {
        self.entries.invalidate_all();
    }
}
