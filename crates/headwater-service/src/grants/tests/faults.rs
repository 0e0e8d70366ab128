//! A provider that cannot be reached, answers too late, or too little.

use headwater_domain::account::AccountStatus;
use headwater_domain::error_code::ErrorCode;

use super::provider::Fault;
use super::world::{World, simulate};

/// Away for so many seconds around the end of the token; afterwards the account recovers by itself.
fn outage(weather: Fault, seconds: u64) {
    simulate(|world| async move {
        let replica = world.replica();
        replica.sweep();
        world.pass(3_000).await;
        world.provider.weather(weather);
        let mut failed = 0;
        for _ in 0..seconds / 10 {
            world.pass(10).await;
            failed += usize::from(replica.call(&world.account).await.is_err());
            assert_eq!(world.status().await, AccountStatus::Active, "{weather:?}");
        }
        if seconds <= 540 {
            assert_eq!(failed, 0, "{weather:?}: the present token lasts");
        }
        world.provider.weather(Fault::None);
        world.pass(60).await;
        if world.provider.alive() {
            world.assert_usable(&replica).await;
        }
        world.check();
    });
}

#[test]
fn no_outage_that_ends_in_time_is_noticed() {
    for weather in [Fault::NotSent, Fault::LostRequest, Fault::Maintenance, Fault::TooMany(20)] {
        outage(weather, 540);
    }
}

/// Where nothing arrived at the provider, the grant survives however long it takes.
#[test]
fn after_a_long_outage_accounts_recover_by_themselves() {
    for weather in [Fault::NotSent, Fault::LostRequest, Fault::Maintenance, Fault::TooMany(20)] {
        for seconds in [660, 21_600] {
            outage(weather, seconds);
        }
    }
}

/// The provider acts on every request and none of its answers arrives: the token before is good for ten minutes.
#[test]
fn answers_that_get_lost_for_nine_minutes_lose_nothing() {
    for weather in [Fault::LostAnswer, Fault::BadGateway] {
        simulate(|world| async move {
            let replica = world.replica();
            replica.sweep();
            world.pass(3_005).await;
            world.provider.weather(weather);
            world.pass(420).await;
            world.provider.weather(Fault::None);
            world.pass(120).await;
            world.assert_usable(&replica).await;
            assert!(world.provider.presentations().len() > 5);
        });
    }
}

/// When they stay away for longer, the old token is presented again only after the provider was seen to answer; then
/// the account says what happened.
#[test]
fn answers_that_stay_away_for_longer_cost_the_consent_and_the_account_says_so() {
    simulate(silence_for_an_hour);
}

pub(super) async fn silence_for_an_hour(world: World) {
    let replica = world.replica();
    replica.sweep();
    world.pass(3_005).await;
    world.provider.weather(Fault::LostAnswer);
    world.pass(560).await;
    let inside = world.provider.presentations().len();
    world.pass(3_000).await;
    assert!(world.provider.probes() > 10);
    assert_eq!(world.provider.presentations().len(), inside, "nothing is presented into the silence");
    world.provider.weather(Fault::None);
    world.pass(90).await;
    assert_eq!(world.provider.presentations().len(), inside + 2, "once, and once to confirm");
    assert_eq!(world.status().await, AccountStatus::Expired);
    let error = replica.call(&world.account).await.err().unwrap();
    assert_eq!(error.code(), ErrorCode::AccountNotActive);
}

#[test]
fn patience_that_the_provider_asks_for_is_kept() {
    simulate(|world| async move {
        let replica = world.replica();
        world.pass(3_700).await;
        world.provider.script(&[Fault::TooMany(120)]);
        assert!(replica.call(&world.account).await.is_err());
        for _ in 0..11 {
            world.pass(10).await;
            assert!(replica.call(&world.account).await.is_err());
        }
        assert_eq!(world.provider.presentations().len(), 1);
        world.pass(30).await;
        world.assert_usable(&replica).await;
    });
}
