//! Token pairs that the provider has issued and the store has not taken yet.
//!
//! The disk was full, the database away, or the lease was lost while the answer was on its way. Such a pair is the
//! only way on once the provider's leeway has passed, so it is offered again before anything is asked of the
//! provider. It is never used for a call before it is stored.

use std::collections::HashMap;

use headwater_domain::id::AccountId;
use headwater_domain::time::Timestamp;
use parking_lot::Mutex;

use super::NewTokens;

/// Pairs by account, with the generation and the age of the grant that they were bought with.
#[derive(Default)]
pub(super) struct UnsavedPairs(Mutex<HashMap<AccountId, Unsaved>>);

struct Unsaved {
    generation: u64,
    bought_with: Timestamp,
    tokens: NewTokens,
}

impl UnsavedPairs {
    /// Keeps a pair that was bought with the grant of `generation` obtained at `bought_with`.
    pub(super) fn keep(&self, id: &AccountId, generation: u64, bought_with: Timestamp, tokens: NewTokens) {
        self.0.lock().insert(id.clone(), Unsaved { generation, bought_with, tokens });
    }

    /// Forgets every pair, for experiments.
    #[cfg(feature = "chaos")]
    pub(super) fn forget_all(&self) {
        self.0.lock().clear();
    }

    /// Takes the pair that was bought with exactly this grant. One that was bought with another is dropped: the
    /// store has moved on.
    pub(super) fn take(&self, id: &AccountId, generation: u64, bought_with: Timestamp) -> Option<NewTokens> {
        let unsaved = self.0.lock().remove(id)?;
        (unsaved.generation == generation && unsaved.bought_with == bought_with).then_some(unsaved.tokens)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use headwater_domain::secret::Secret;

    use super::*;

    #[test]
    fn a_pair_outlives_a_panic_of_somebody_who_held_the_lock() {
        let (pairs, now) = (UnsavedPairs::default(), Timestamp::from_seconds(1));
        let id = AccountId::generate(now, 1);
        let tokens = NewTokens {
            access_token: Secret::new("access".to_owned()),
            refresh_token: None,
            scopes: Vec::new(),
            obtained_at: now,
            expires_at: None,
        };
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _pairs = pairs.0.lock();
            panic!("a fault, on purpose");
        }));
        assert!(panicked.is_err());
        pairs.keep(&id, 1, now, tokens);
        assert!(pairs.take(&id, 1, now).is_some(), "without it the grant is lost");
    }
}
