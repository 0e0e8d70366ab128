//! Nobody gets past the limit, nobody is forgotten, and a pause is kept.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use headwater_ports::fakes::ManualClock;

use headwater_domain::provider::ProviderKey;

use super::*;
use crate::live::SiteKey;

const SECOND: Duration = Duration::from_secs(1);

fn key(number: u32) -> SiteKey {
    SiteKey { provider: ProviderKey::new("CONFLUENCE"), cloud_id: number.to_string() }
}

/// Polls once.
async fn now<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn a_full_site_lets_the_next_one_in_when_a_request_ends() {
    let (governor, clock) = (Governor::new(2), ManualClock::default());
    let (one, key) = (governor.enter(&key(1), &clock, SECOND).await.unwrap(), key(1));
    let two = governor.enter(&key, &clock, SECOND).await.unwrap();
    let mut third = pin!(governor.enter(&key, &clock, SECOND));
    let mut fourth = pin!(governor.enter(&key, &clock, SECOND));
    assert!(now(third.as_mut()).await.is_none() && now(fourth.as_mut()).await.is_none());
    drop(one);
    let three = now(third.as_mut()).await.unwrap().unwrap();
    assert!(now(fourth.as_mut()).await.is_none());
    clock.advance(SECOND);
    assert_eq!(now(fourth.as_mut()).await.unwrap().err(), Some(Crowded::Full));
    drop((two, three));
    governor.enter(&key, &clock, Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn e6_sites_do_not_stand_in_each_others_way() {
    let (governor, clock) = (Governor::new(1), ManualClock::default());
    let _one = governor.enter(&key(1), &clock, SECOND).await.unwrap();
    governor.hold(&key(2), SECOND, clock.elapsed());
    let _three = governor.enter(&key(3), &clock, Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn a_pause_is_waited_for_when_it_is_short_and_refused_at_once_when_it_is_long() {
    let (governor, clock, key) = (Governor::new(8), ManualClock::default(), key(1));
    governor.hold(&key, 5 * SECOND, clock.elapsed());
    assert_eq!(governor.enter(&key, &clock, 4 * SECOND).await.err(), Some(Crowded::Held(5 * SECOND)));
    let mut patient = pin!(governor.enter(&key, &clock, 6 * SECOND));
    clock.advance(4 * SECOND);
    assert!(now(patient.as_mut()).await.is_none());
    clock.advance(SECOND);
    now(patient.as_mut()).await.unwrap().unwrap();
    governor.hold(&key, SECOND, clock.elapsed());
    governor.hold(&key, 3 * SECOND, clock.elapsed());
    governor.hold(&key, 2 * SECOND, clock.elapsed());
    assert_eq!(governor.enter(&key, &clock, SECOND).await.err(), Some(Crowded::Held(3 * SECOND)));
}

/// How many get in at the same time.
async fn width(governor: &Governor<SiteKey>, clock: &ManualClock, key: &SiteKey) -> usize {
    let mut permits = Vec::new();
    while let Ok(permit) = governor.enter(key, clock, Duration::ZERO).await {
        permits.push(permit);
    }
    permits.len()
}

#[tokio::test]
async fn the_limit_halves_at_every_complaint_and_grows_back_slowly() {
    let (governor, clock, key) = (Governor::new(8), ManualClock::default(), key(1));
    assert_eq!(width(&governor, &clock, &key).await, 8);
    for expected in [4, 2, 1, 1] {
        governor.hold(&key, Duration::ZERO, clock.elapsed());
        assert_eq!(width(&governor, &clock, &key).await, expected);
    }
    let mut answers = 0;
    while width(&governor, &clock, &key).await < 8 {
        governor.enter(&key, &clock, Duration::ZERO).await.unwrap().went_well();
        answers += 1;
        assert!(answers < 100, "the limit does not grow back");
    }
    assert!(answers > 20, "the limit grew back after {answers} answers");
}

#[tokio::test]
async fn e6_a_hundred_callers_get_through_a_narrow_door_and_never_more_than_it_holds() {
    let governor = Arc::new(Governor::new(3));
    let clock = Arc::new(ManualClock::default());
    let inside = Arc::new(Mutex::new((0_u32, 0_u32)));
    let caller = || {
        let (governor, clock, inside) = (Arc::clone(&governor), Arc::clone(&clock), Arc::clone(&inside));
        async move {
            let permit = governor.enter(&key(1), &*clock, SECOND).await.unwrap();
            let count = |change: i64| {
                let mut inside = inside.lock();
                inside.0 = inside.0.checked_add_signed(i32::try_from(change).unwrap()).unwrap();
                inside.1 = inside.1.max(inside.0);
            };
            count(1);
            tokio::task::yield_now().await;
            count(-1);
            permit.went_well();
        }
    };
    let callers: Vec<_> = (0..100).map(|_| tokio::spawn(caller())).collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(*inside.lock(), (0, 3));
}
