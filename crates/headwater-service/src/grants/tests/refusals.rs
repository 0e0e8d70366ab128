//! A provider that says no.

use headwater_domain::account::AccountStatus;
use headwater_domain::error_code::ErrorCode;

use super::provider::Fault;
use super::world::simulate;

#[test]
fn one_spurious_refusal_loses_nothing() {
    simulate(|world| async move {
        let replica = world.replica();
        replica.sweep();
        world.pass(2_000).await;
        world.provider.script(&[Fault::Spurious]);
        world.pass(1_700).await;
        assert_eq!(world.status().await, AccountStatus::Active);
        world.assert_usable(&replica).await;
        assert_eq!(world.provider.presentations().len(), 2);
    });
}

#[test]
fn a_revoked_grant_is_confirmed_and_then_given_up() {
    simulate(|world| async move {
        let replica = world.replica();
        replica.sweep();
        world.pass(3_700).await;
        world.provider.revoke();
        // The sweep has refreshed it; the next refresh finds out.
        world.pass(3_600).await;
        assert_eq!(world.status().await, AccountStatus::Expired);
        let [.., first, second] = world.provider.presentations()[..] else { panic!("two presentations") };
        assert!(first.at.until(second.at).as_secs() >= 30);
        let error = replica.call(&world.account).await.err().unwrap();
        assert_eq!(error.code(), ErrorCode::AccountNotActive);
        let count = world.provider.presentations().len();
        world.pass(100_000).await;
        assert_eq!(world.provider.presentations().len(), count, "a lost grant is left alone");
    });
}

/// The app's secret was changed at Atlassian: that is no fault of any account.
#[test]
fn wrong_credentials_lose_no_account() {
    simulate(|world| async move {
        let replica = world.replica();
        replica.sweep();
        world.pass(3_000).await;
        world.provider.weather(Fault::WrongSecret);
        world.pass(1_000).await;
        let error = replica.call(&world.account).await.err().unwrap();
        assert!([ErrorCode::ConnectionRefused, ErrorCode::RefreshFailed].contains(&error.code()), "{error}");
        assert_eq!(world.status().await, AccountStatus::Active);
        let asked = world.provider.presentations().len();
        assert!(asked <= 28, "{asked} requests in 1000 seconds");
        world.provider.weather(Fault::None);
        world.pass(90).await;
        world.assert_usable(&replica).await;
    });
}

/// Whoever deletes an account during its refresh does not find it again.
#[test]
fn a7_an_account_that_is_removed_during_its_refresh_stays_away() {
    simulate(|world| async move {
        let replica = world.replica();
        world.pass(3_700).await;
        world.provider.script(&[Fault::Slow(5)]);
        let (service, account) = (replica.service.clone(), world.account.clone());
        let call = tokio::spawn(async move { service.grants.usable(&account).await.map(drop) });
        world.pass(2).await;
        let mut tx = world.store.write().await.unwrap();
        assert!(tx.delete_account(&world.account).await.unwrap());
        tx.commit().await.unwrap();
        assert!(call.await.unwrap().is_err());
        assert!(world.store.read().await.unwrap().account(&world.account).await.unwrap().is_none());
        assert!(world.store.read().await.unwrap().grant(&world.account).await.unwrap().is_none());
    });
}
