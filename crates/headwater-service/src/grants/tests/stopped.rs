//! A holder of the lease that is stopped with the provider's answer in hand, and goes on when all is long over.

use super::world::{World, simulate};

/// One replica is stopped for two hours; the other takes over, and refreshes again and again meanwhile.
pub(super) async fn stopped_past_the_lease(world: World) {
    world.pass(3_550).await;
    let stopped = world.replica();
    stopped.stop_at_answer(7_200);
    let (service, account) = (stopped.service.clone(), world.account.clone());
    tokio::spawn(async move { drop(service.grants.usable(&account).await) });
    world.pass(5).await;
    assert_eq!(world.generation().await, 1, "the answer is in hand and not written");

    let other = world.replica();
    other.sweep();
    world.pass(60).await;
    world.assert_usable(&other).await;
    world.pass(7_000).await;
    let before = world.generation().await;
    assert!(before >= 3, "two refreshes of the other one");

    world.pass(400).await;
    assert!(world.generation().await >= before, "what was over is not written any more");
    world.assert_usable(&other).await;
    world.assert_usable(&stopped).await;
}

#[test]
fn a_holder_that_is_stopped_past_its_lease_is_fenced() {
    simulate(stopped_past_the_lease);
}
