//! Negative controls: on a store without a defence, the checks of this folder must fail. Otherwise they
//! would prove nothing about it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use headwater_ports::fakes::MemoryStore;
use headwater_ports::weakened::{StoreDefence, WeakenedStore};

use super::faults::silence_for_an_hour;
use super::seeds::live_through;
use super::stopped::stopped_past_the_lease;
use super::world::{World, simulate_on};

/// How many worlds it may take until a fault shows.
const WORLDS: u64 = 40;

/// Whether a scenario fails on a store without the defence.
fn fails<F: Future<Output = ()>>(
    defence: StoreDefence,
    seed: u64,
    scenario: impl FnOnce(World) -> F,
) -> bool {
    let store = || Arc::new(WeakenedStore::new(Arc::new(MemoryStore::default()), &[defence]));
    let run = || simulate_on(store(), seed, scenario);
    catch_unwind(AssertUnwindSafe(run)).is_err()
}

#[test]
fn two_holders_of_one_lease_are_noticed() {
    assert!((0..WORLDS).any(|seed| fails(StoreDefence::Lease, seed, |world| live_through(world, seed))));
}

#[test]
fn a_write_after_the_lease_was_lost_is_noticed() {
    assert!(fails(StoreDefence::Fence, 0, stopped_past_the_lease));
}

#[test]
fn a_presentation_that_was_not_written_down_is_noticed() {
    assert!(fails(StoreDefence::WriteAhead, 0, silence_for_an_hour));
}

#[test]
fn a_commit_that_does_not_last_is_noticed() {
    assert!(fails(StoreDefence::Durability, 0, |world| live_through(world, 0)));
}

#[test]
fn a_token_that_is_seen_before_it_is_stored_is_noticed() {
    assert!(
        (0..WORLDS).any(|seed| fails(StoreDefence::PersistFirst, seed, |world| live_through(world, seed)))
    );
}
