//! Cases about refreshes under way. Durations are either nothing or an hour, because a store may go by its own clock.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a case that cannot go on has failed")]

use std::time::Duration;

use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::id::AccountId;
use headwater_domain::refresh::{Change, RefreshState};
use headwater_domain::time::Timestamp;

use super::samples::{NOW, account, active, after, assert_same, connection, grant, seed};
use super::winners;
use crate::store::{Due, LeaseId, Leasing, Store, Tx};

const HOUR: Duration = Duration::from_secs(3600);
const FIRST: LeaseId = LeaseId(1);
const SECOND: LeaseId = LeaseId(i64::MIN);

/// An account with a grant of generation 1.
async fn granted(store: &impl Store) -> AccountId {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(tx.put_grant(&grant(&user.id, 1)).await.unwrap());
    tx.commit().await.unwrap();
    user.id
}

async fn lease(tx: &mut dyn Tx, user: &AccountId, lease: LeaseId, duration: Duration) -> Leasing {
    tx.lease_refresh(user, 1, lease, duration, NOW).await.unwrap()
}

async fn state(tx: &mut dyn Tx, user: &AccountId, id: LeaseId) -> RefreshState {
    match lease(tx, user, id, Duration::ZERO).await {
        Leasing::Granted { state, .. } => state,
        other => panic!("{other:?}"),
    }
}

/// The others learn how long to wait.
pub async fn one_holds_the_lease(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    let first = lease(&mut *tx, &user, FIRST, HOUR).await;
    assert!(matches!(first, Leasing::Granted { state, .. } if state == RefreshState::default()), "{first:?}");
    let Leasing::Held(rest) = lease(&mut *tx, &user, SECOND, HOUR).await else { panic!("should be held") };
    assert!(rest > HOUR / 2 && rest <= HOUR, "{rest:?}");
    assert_eq!(tx.lease_refresh(&user, 2, SECOND, HOUR, NOW).await.unwrap(), Leasing::Gone);
    assert!(!tx.end_lease(&user, SECOND, Change::Keep, Duration::ZERO, NOW).await.unwrap());
    assert!(tx.end_lease(&user, FIRST, Change::Keep, Duration::ZERO, NOW).await.unwrap());
    assert!(!tx.end_lease(&user, FIRST, Change::Keep, Duration::ZERO, NOW).await.unwrap());
    assert!(matches!(lease(&mut *tx, &user, SECOND, HOUR).await, Leasing::Granted { .. }));
}

/// Whoever slept through the end of the lease can neither present the token nor store what came of it.
pub async fn a_lapsed_lease_is_taken_over_and_its_first_holder_fenced(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    lease(&mut *tx, &user, FIRST, Duration::ZERO).await;
    assert!(!tx.note_presentation(&user, FIRST, false, NOW).await.unwrap(), "the lease has lapsed");
    assert!(matches!(lease(&mut *tx, &user, SECOND, HOUR).await, Leasing::Granted { .. }));
    assert!(!tx.note_presentation(&user, FIRST, false, NOW).await.unwrap());
    assert!(!tx.end_lease(&user, FIRST, Change::TakeBack, HOUR, NOW).await.unwrap());
    assert!(!tx.put_refreshed_grant(&grant(&user, 2), FIRST).await.unwrap());
    assert_same(&tx.grant(&user).await.unwrap().unwrap(), &grant(&user, 1));
    store_once(&mut *tx, &user).await;
}

/// A lease is for one presentation that succeeds.
async fn store_once(tx: &mut dyn Tx, user: &AccountId) {
    assert!(tx.note_presentation(user, SECOND, false, NOW).await.unwrap());
    assert!(!tx.put_refreshed_grant(&grant(user, 3), SECOND).await.unwrap(), "not the next one");
    assert!(tx.put_refreshed_grant(&grant(user, 2), SECOND).await.unwrap());
    assert_same(&tx.grant(user).await.unwrap().unwrap(), &grant(user, 2));
    assert!(!tx.put_refreshed_grant(&grant(user, 3), SECOND).await.unwrap(), "a lease is for one grant");
    let next = tx.lease_refresh(user, 2, FIRST, HOUR, NOW).await.unwrap();
    assert!(matches!(next, Leasing::Granted { state, .. } if state == RefreshState::default()), "{next:?}");
}

/// The window is counted from the first presentation, however often it is repeated.
pub async fn presentations_are_counted_from_the_first(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    let mut first_sent_at = None;
    for count in 1..=3 {
        lease(&mut *tx, &user, FIRST, HOUR).await;
        assert!(tx.note_presentation(&user, FIRST, false, after(count)).await.unwrap());
        assert!(tx.end_lease(&user, FIRST, Change::Keep, Duration::ZERO, after(count)).await.unwrap());
        let state = state(&mut *tx, &user, SECOND).await;
        assert_eq!((u64::from(state.presentations), state.refused_at), (count, None));
        assert_eq!(*first_sent_at.get_or_insert(state.sent_at), state.sent_at);
        assert!(state.sent_at.is_some() && state.next_try_at.is_some());
    }
}

/// A window of its own.
pub async fn a_presentation_anew_is_a_first_one(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    let mut sent_at = Vec::new();
    for anew in [false, true] {
        lease(&mut *tx, &user, FIRST, HOUR).await;
        assert!(tx.note_presentation(&user, FIRST, anew, NOW).await.unwrap());
        assert!(tx.end_lease(&user, FIRST, Change::Keep, Duration::ZERO, NOW).await.unwrap());
        sent_at.push(state(&mut *tx, &user, SECOND).await.sent_at.unwrap());
    }
    assert!(sent_at[1] >= sent_at[0]);
    assert_eq!(state(&mut *tx, &user, FIRST).await.presentations, 2);
}

/// Only the latest presentation is, and the first one stays known.
pub async fn what_did_not_happen_is_taken_back(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    for (change, presentations) in [
        (Change::TakeBack, 0),
        (Change::Keep, 1),
        (Change::TakeBack, 1),
        (Change::Keep, 2),
        (Change::TakeBack, 2),
    ] {
        lease(&mut *tx, &user, FIRST, HOUR).await;
        assert!(tx.note_presentation(&user, FIRST, false, NOW).await.unwrap());
        assert!(tx.end_lease(&user, FIRST, change, Duration::ZERO, NOW).await.unwrap());
        let state = state(&mut *tx, &user, SECOND).await;
        assert_eq!((state.presentations, state.sent_at.is_some()), (presentations, presentations > 0));
    }
}

/// The first refusal is what a confirmation is counted from.
pub async fn a_refused_token_stays_refused(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    let mut first = None;
    for change in [Change::Refused, Change::Refused, Change::TakeBack] {
        lease(&mut *tx, &user, FIRST, HOUR).await;
        assert!(tx.note_presentation(&user, FIRST, false, NOW).await.unwrap());
        assert!(tx.end_lease(&user, FIRST, change, HOUR, NOW).await.unwrap());
        let state = state(&mut *tx, &user, SECOND).await;
        assert!(state.refused_at.is_some());
        assert_eq!(*first.get_or_insert(state.refused_at), state.refused_at);
        let pause = state.refused_at.unwrap().until(state.next_try_at.unwrap());
        assert!(pause >= HOUR * 9 / 10, "{pause:?}");
    }
}

/// A consent that completes during a refresh wins.
pub async fn a_new_grant_ends_what_was_under_way(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    lease(&mut *tx, &user, FIRST, HOUR).await;
    assert!(tx.note_presentation(&user, FIRST, false, NOW).await.unwrap());
    assert!(tx.put_grant(&grant(&user, 2)).await.unwrap());
    assert!(!tx.end_lease(&user, FIRST, Change::Refused, HOUR, NOW).await.unwrap());
    for generation in [2, 3] {
        assert!(!tx.put_refreshed_grant(&grant(&user, generation), FIRST).await.unwrap());
    }
    let next = tx.lease_refresh(&user, 2, SECOND, HOUR, NOW).await.unwrap();
    assert!(matches!(next, Leasing::Granted { state, .. } if state == RefreshState::default()), "{next:?}");
}

/// Disconnecting and consenting again begins at generation 1, but the old lease does not fit.
pub async fn a_refresh_of_a_removed_grant_finds_nothing(store: &impl Store) {
    let user = granted(store).await;
    let mut tx = store.write().await.unwrap();
    lease(&mut *tx, &user, FIRST, HOUR).await;
    assert!(tx.delete_grant(&user).await.unwrap());
    assert_eq!(lease(&mut *tx, &user, SECOND, HOUR).await, Leasing::Gone);
    assert!(!tx.note_presentation(&user, FIRST, false, NOW).await.unwrap());
    assert!(!tx.put_refreshed_grant(&grant(&user, 2), FIRST).await.unwrap());
    assert!(tx.grant(&user).await.unwrap().is_none());
    assert!(tx.put_grant(&grant(&user, 1)).await.unwrap());
    assert!(!tx.put_refreshed_grant(&grant(&user, 2), FIRST).await.unwrap());
}

/// Everything before [`after`]`(60)`, of accounts used after [`NOW`], and nothing idle.
const DUE: Due = Due {
    lapsing_before: Timestamp::from_seconds(1_795_000_060),
    used_after: NOW,
    idle_since: Timestamp::from_seconds(0),
    limit: 10,
};

async fn due(tx: &mut dyn Tx, due: &Due) -> Vec<AccountId> {
    tx.refreshes_due(due, after(10_000)).await.unwrap().into_iter().map(|(id, _)| id).collect()
}

/// Active accounts that were used after [`NOW`]; the access token of each lapses so many seconds after it.
async fn lapsing(store: &impl Store, seconds: &[u64]) -> Vec<ConnectedAccount> {
    let wiki = connection(1, "wiki");
    let make = |(number, seconds): (u32, &u64)| ConnectedAccount {
        token_expires_at: Some(after(*seconds)),
        last_used_at: Some(after(1)),
        ..active(number, &wiki, &format!("user{number}"))
    };
    let accounts: Vec<_> = (1..).zip(seconds).map(make).collect();
    seed(store, &wiki, &accounts.iter().collect::<Vec<_>>()).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for account in &accounts {
        assert!(tx.put_grant(&grant(&account.id, 1)).await.unwrap());
    }
    tx.commit().await.unwrap();
    accounts
}

/// What lapses soonest, then what is idle; each once.
pub async fn due_refreshes_come_in_order(store: &impl Store) {
    let accounts = lapsing(store, &[30, 10, 20, 999]).await;
    let id = |place: usize| accounts[place].id.clone();
    let mut tx = store.write().await.unwrap();
    assert_eq!(due(&mut *tx, &DUE).await, [id(1), id(2), id(0)]);
    assert_eq!(due(&mut *tx, &Due { limit: 1, ..DUE }).await, [id(1)]);
    assert_eq!(due(&mut *tx, &Due { lapsing_before: after(30), ..DUE }).await, [id(1), id(2)]);
    assert_eq!(due(&mut *tx, &Due { used_after: after(1), ..DUE }).await, [], "nobody used them lately");
    let idle = Due { used_after: after(1), idle_since: after(1), ..DUE };
    assert_eq!(due(&mut *tx, &idle).await.len(), 4, "an old grant is refreshed unused");
}

/// What was begun and never answered cannot wait.
pub async fn unanswered_refreshes_come_first(store: &impl Store) {
    let accounts = lapsing(store, &[30, 10, 20, 999]).await;
    let id = |place: usize| accounts[place].id.clone();
    let mut tx = store.write().await.unwrap();
    lease(&mut *tx, &id(3), FIRST, HOUR).await;
    assert!(tx.note_presentation(&id(3), FIRST, false, NOW).await.unwrap());
    assert!(tx.end_lease(&id(3), FIRST, Change::Keep, Duration::ZERO, NOW).await.unwrap());
    assert_eq!(due(&mut *tx, &DUE).await, [id(3), id(1), id(2), id(0)]);
    let found = tx.refreshes_due(&DUE, after(10_000)).await.unwrap();
    assert!(found.iter().all(|(_, generation)| *generation == 1));
}

/// Without a refresh token, while somebody is at it, in a pause, or not active.
pub async fn what_cannot_be_begun_is_not_due(store: &impl Store) {
    let mut accounts = lapsing(store, &[1, 2, 3, 4, 5]).await;
    let mut tx = store.write().await.unwrap();
    let mut bare = grant(&accounts[0].id, 2);
    bare.refresh_token = None;
    assert!(tx.put_grant(&bare).await.unwrap());
    tx.lease_refresh(&accounts[1].id, 1, FIRST, HOUR, after(10_000)).await.unwrap();
    lease(&mut *tx, &accounts[2].id, FIRST, HOUR).await;
    assert!(tx.end_lease(&accounts[2].id, FIRST, Change::Keep, HOUR, after(10_000)).await.unwrap());
    accounts[3].status = AccountStatus::Expired;
    accounts[3].version += 1;
    assert!(tx.update_account(&accounts[3]).await.unwrap());
    assert_eq!(due(&mut *tx, &DUE).await, [accounts[4].id.clone()]);
}

/// Several replicas at the same moment.
pub async fn of_many_that_want_the_lease_one_gets_it(store: &impl Store) {
    let user = granted(store).await;
    let won = winners(async |number| {
        let mut tx = store.write().await.unwrap();
        let leasing = lease(&mut *tx, &user, LeaseId(i64::from(number)), HOUR).await;
        tx.commit().await.unwrap();
        matches!(leasing, Leasing::Granted { .. })
    })
    .await;
    assert_eq!(won.len(), 1, "{won:?}");
}

/// Leases end, and what was presented under them stays noted.
pub async fn a_new_process_need_not_wait_for_the_leases_of_the_dead(store: &impl Store) {
    let accounts = lapsing(store, &[10, 20]).await;
    let id = accounts[0].id.clone();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.release_leases().await.unwrap(), 0);
    lease(&mut *tx, &id, FIRST, HOUR).await;
    assert!(tx.note_presentation(&id, FIRST, false, NOW).await.unwrap());
    assert_eq!(tx.release_leases().await.unwrap(), 1);
    assert!(!tx.put_refreshed_grant(&grant(&id, 2), FIRST).await.unwrap(), "the dead are fenced");
    let Leasing::Granted { state, .. } = lease(&mut *tx, &id, LeaseId(2), HOUR).await else { panic!() };
    assert!(state.sent_at.is_some());
    assert_eq!(state.presentations, 1);
}
