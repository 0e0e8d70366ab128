//! A process that dies at each step of a refresh, and one that comes after it.

use headwater_domain::account::AccountStatus;

use super::provider::Fault;
use super::world::{World, simulate};

/// A first process dies at `step`; a second one is started `later` seconds after. Returns whether the first lived.
async fn die_and_restart(world: World, step: u64, later: u64) -> bool {
    world.pass(3_550).await;
    let first = world.mortal(step);
    let (service, account) = (first.service.clone(), world.account.clone());
    let call = tokio::spawn(async move { drop(service.grants.usable(&account).await) });
    world.pass(later).await;
    let second = world.replica();
    second.sweep();
    world.pass(60).await;
    world.assert_usable(&second).await;
    assert_eq!(world.status().await, AccountStatus::Active);
    call.is_finished()
}

/// Every step, and every pause that is shorter than the provider's leeway.
#[test]
fn no_crash_at_any_step_loses_the_grant() {
    for later in [0, 1, 29, 31, 300, 530] {
        let mut steps = 0;
        while !simulate(|world| die_and_restart(world, steps, later)) {
            steps += 1;
            assert!(steps < 50, "a refresh has an end");
        }
        assert!(steps >= 7, "a refresh has more steps than {steps}");
    }
}

/// Between the provider's rotation and our write, and again at the same place, and again.
#[test]
fn dying_again_and_again_in_the_same_place_loses_nothing() {
    simulate(|world| async move {
        world.pass(3_550).await;
        for _ in 0..8 {
            world.provider.script(&[Fault::LostAnswer]);
            let replica = world.replica();
            replica.sweep();
            world.pass(5).await;
            replica.kill();
            world.pass(45).await;
        }
        let last = world.replica();
        last.sweep();
        world.pass(60).await;
        world.assert_usable(&last).await;
    });
}

/// The presentation that nobody answered is taken up by the sweep, without any caller.
#[test]
fn what_was_left_open_is_taken_up_within_a_minute() {
    simulate(|world| async move {
        world.pass(3_550).await;
        world.provider.script(&[Fault::LostAnswer]);
        let first = world.replica();
        let (service, account) = (first.service.clone(), world.account.clone());
        tokio::spawn(async move { drop(service.grants.usable(&account).await) });
        world.pass(5).await;
        first.kill();
        assert_eq!(world.generation().await, 1);
        let second = world.replica();
        second.sweep();
        world.pass(60).await;
        assert_eq!(world.generation().await, 2);
        world.check();
    });
}
