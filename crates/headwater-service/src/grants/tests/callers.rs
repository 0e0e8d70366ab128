//! Many callers, several replicas, one refresh.

use headwater_domain::grant::Freshness;
use headwater_ports::clock::Clock as _;

use super::provider::Fault;
use super::world::simulate;

/// Callers of one and of three processes that all find the token lapsed.
#[test]
fn callers_at_expiry_share_one_refresh() {
    for replicas in [1, 3] {
        simulate(|world| async move {
            let replicas: Vec<_> = (0..replicas).map(|_| world.replica()).collect();
            world.pass(3_700).await;
            world.provider.script(&[Fault::Slow(3)]);
            let mut calls = Vec::new();
            for number in 0..3_000_usize {
                let (service, account) =
                    (replicas[number % replicas.len()].service.clone(), world.account.clone());
                calls.push(tokio::spawn(async move {
                    service.grants.usable(&account).await.map(|it| it.grant.generation)
                }));
            }
            for call in calls {
                assert_eq!(call.await.unwrap().unwrap(), 2);
            }
            assert_eq!(world.provider.presentations().len(), 1);
            world.check();
        });
    }
}

#[test]
fn a_refresh_ahead_makes_nobody_wait() {
    simulate(|world| async move {
        let replica = world.replica();
        world.pass(3_100).await;
        world.provider.script(&[Fault::Slow(9)]);
        let before = world.clock.now();
        let live = replica.call(&world.account).await.unwrap();
        assert_eq!((live.grant.generation, world.clock.now()), (1, before));
        world.pass(10).await;
        assert_eq!(world.generation().await, 2);
        world.assert_usable(&replica).await;
    });
}

/// A caller that goes away does not take the refresh along.
#[test]
fn a_cancelled_caller_does_not_cut_the_refresh_off() {
    simulate(|world| async move {
        let replica = world.replica();
        world.pass(3_700).await;
        world.provider.script(&[Fault::Slow(5)]);
        let call = tokio::time::timeout(std::time::Duration::from_secs(1), replica.call(&world.account));
        assert!(call.await.is_err());
        world.pass(6).await;
        assert_eq!((world.generation().await, world.provider.presentations().len()), (2, 1));
    });
}

/// The sweep keeps accounts in use fresh, and idle ones alive without refreshing them every hour.
#[test]
fn accounts_in_use_stay_fresh_and_idle_ones_alive() {
    simulate(|world| async move {
        let replica = world.replica();
        replica.sweep_every(120);
        for _ in 0..20 {
            world.pass(1_200).await;
            let live = replica.call(&world.account).await.unwrap();
            let state = headwater_domain::grant::freshness(
                live.grant.obtained_at,
                live.grant.expires_at,
                world.clock.now(),
            );
            assert_ne!(state, Freshness::RefreshFirst);
        }
        let busy = world.provider.presentations().len();
        assert!((6..=9).contains(&busy), "{busy}");
        world.pass(100 * 24 * 3600).await;
        let idle = world.provider.presentations().len() - busy;
        assert!((24..=35).contains(&idle), "a day of use and {idle} refreshes in 100 days");
        world.assert_usable(&replica).await;
    });
}
