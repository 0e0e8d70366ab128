//! Cases about deliveries.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::account::ConnectedAccount;
use headwater_domain::delivery::{AttemptResult, Delivery, DeliveryState};
use headwater_domain::event::Event;
use headwater_domain::time::Timestamp;
use headwater_domain::webhook::Webhook;

use super::samples::{ALL, NOW, account, after, connection, event, webhook};
use super::winners;
use crate::store::{DeliveryFilter, Store, Tx};

fn ann() -> ConnectedAccount {
    account(1, &connection(1, "wiki"), "ann")
}

fn bob() -> ConnectedAccount {
    account(2, &connection(1, "wiki"), "bob")
}

/// A webhook, and events one second apart, of `ann` but for those of `bob` in the list.
async fn seed(store: &impl Store, count: u32, of_bob: &[u32]) {
    let mut tx = store.write().await.unwrap();
    tx.insert_webhook(&webhook(1)).await.unwrap();
    for number in 1..=count {
        let owner = if of_bob.contains(&number) { bob() } else { ann() };
        let event = Event { occurred_at: after(number.into()), ..event(number, &owner) };
        tx.insert_event(&event, &[webhook(1).id]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn due(tx: &mut dyn Tx, now: Timestamp) -> Vec<u32> {
    let found = tx.deliveries_due(now, 10).await.unwrap();
    found.iter().map(number).collect()
}

/// Events are known by their numbers.
fn number(delivery: &Delivery) -> u32 {
    (1..100).find(|number| event(*number, &ann()).id == delivery.event_id).unwrap()
}

fn outcome(state: DeliveryState, next_attempt_at: Timestamp) -> AttemptResult {
    AttemptResult { state, next_attempt_at, status: Some(500), error: Some("answered 500".to_owned()) }
}

/// Accounts do not wait for each other; events of one account do.
pub async fn one_of_each_line_is_due(store: &impl Store) {
    seed(store, 4, &[2]).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(due(&mut *tx, NOW).await, [] as [u32; 0], "not before it happened");
    assert_eq!(due(&mut *tx, after(9)).await, [1, 2]);
    assert_eq!(tx.deliveries_due(after(9), 1).await.unwrap().len(), 1);
    for (wanted, then) in [(1, vec![2, 3]), (3, vec![2, 4]), (4, vec![2])] {
        let all = tx.deliveries_due(after(9), 10).await.unwrap();
        let delivery = all.into_iter().find(|it| number(it) == wanted).unwrap();
        assert!(tx.begin_delivery(&delivery, after(60)).await.unwrap());
        assert!(!due(&mut *tx, after(59)).await.contains(&wanted), "somebody is at it");
        let result = outcome(DeliveryState::Delivered, after(9));
        assert!(tx.end_delivery(&delivery, 1, &result, after(9)).await.unwrap());
        assert_eq!(due(&mut *tx, after(9)).await, then);
    }
}

/// A failed one is repeated, and holds its line up until it is given up.
pub async fn a_failed_one_holds_its_line_up(store: &impl Store) {
    seed(store, 2, &[]).await;
    let mut tx = store.write().await.unwrap();
    let first = tx.deliveries_due(after(9), 10).await.unwrap().pop().unwrap();
    assert!(tx.begin_delivery(&first, after(60)).await.unwrap());
    assert!(tx.end_delivery(&first, 1, &outcome(DeliveryState::Pending, after(30)), after(9)).await.unwrap());
    assert_eq!(due(&mut *tx, after(29)).await, [] as [u32; 0]);
    let again = tx.deliveries_due(after(30), 10).await.unwrap().pop().unwrap();
    assert_eq!((again.attempts, again.last_status, again.updated_at), (1, Some(500), after(9)));
    assert_eq!(again.last_error.as_deref(), Some("answered 500"));
    assert!(tx.begin_delivery(&again, after(60)).await.unwrap());
    assert!(tx.end_delivery(&again, 2, &outcome(DeliveryState::Dead, after(31)), after(31)).await.unwrap());
    assert_eq!(due(&mut *tx, after(31)).await, [2]);
}

/// Whoever was overtaken has nothing to say any more.
pub async fn an_attempt_that_lapsed_is_fenced(store: &impl Store) {
    seed(store, 1, &[]).await;
    let mut tx = store.write().await.unwrap();
    let first = tx.deliveries_due(after(9), 10).await.unwrap().pop().unwrap();
    assert!(tx.begin_delivery(&first, after(60)).await.unwrap());
    let second = tx.deliveries_due(after(60), 10).await.unwrap().pop().unwrap();
    assert!(tx.begin_delivery(&second, after(120)).await.unwrap());
    assert!(!tx.end_delivery(&first, 1, &outcome(DeliveryState::Dead, after(61)), after(61)).await.unwrap());
    assert!(
        tx.end_delivery(&second, 2, &outcome(DeliveryState::Delivered, after(61)), after(61)).await.unwrap()
    );
    assert!(!tx.end_delivery(&second, 2, &outcome(DeliveryState::Dead, after(62)), after(62)).await.unwrap());
    assert!(!tx.begin_delivery(&second, after(180)).await.unwrap(), "it has been delivered");
}

/// Of several workers, one gets a delivery.
pub async fn of_many_that_want_one_it_goes_to_one(store: &impl Store) {
    seed(store, 1, &[]).await;
    let found = store.read().await.unwrap().deliveries_due(after(9), 10).await.unwrap();
    let won = winners(async |_| {
        let mut tx = store.write().await.unwrap();
        let won = tx.begin_delivery(&found[0], after(60)).await.unwrap();
        tx.commit().await.unwrap();
        won
    })
    .await;
    assert_eq!(won.len(), 1);
}

/// A disabled webhook gets nothing; what waits, waits.
pub async fn a_disabled_webhook_gets_nothing(store: &impl Store) {
    seed(store, 1, &[]).await;
    let mut tx = store.write().await.unwrap();
    let disabled = Webhook { enabled: false, version: 2, ..webhook(1) };
    assert!(tx.update_webhook(&disabled).await.unwrap());
    assert_eq!(due(&mut *tx, after(9)).await, [] as [u32; 0]);
    assert!(tx.update_webhook(&Webhook { enabled: true, version: 3, ..disabled }).await.unwrap());
    assert_eq!(due(&mut *tx, after(9)).await, [1]);
}

/// A replay begins from the front, with the count of attempts at nothing, and its line waits behind it.
pub async fn what_is_over_can_be_replayed(store: &impl Store) {
    seed(store, 3, &[2]).await;
    let mut tx = store.write().await.unwrap();
    finish_two(&mut *tx).await;
    let dead = DeliveryFilter { state: Some(DeliveryState::Dead), ..DeliveryFilter::default() };
    assert_eq!(tx.replay_deliveries(&dead, after(70)).await.unwrap(), 1);
    assert_eq!(tx.replay_deliveries(&dead, after(70)).await.unwrap(), 0);
    assert_eq!(due(&mut *tx, after(69)).await, [] as [u32; 0]);
    assert_eq!(due(&mut *tx, after(70)).await, [1]);
    let replayed = tx.deliveries_due(after(70), 1).await.unwrap().pop().unwrap();
    assert_eq!((replayed.attempts, replayed.updated_at), (0, after(70)));
}

/// Each field of the filter narrows, for lists and replays; what changed last comes first.
pub async fn deliveries_are_filtered(store: &impl Store) {
    seed(store, 3, &[2]).await;
    let mut tx = store.write().await.unwrap();
    finish_two(&mut *tx).await;
    let none = DeliveryFilter::default();
    let table = [
        (none.clone(), vec![2, 1, 3]),
        (DeliveryFilter { state: Some(DeliveryState::Dead), ..none.clone() }, vec![1]),
        (DeliveryFilter { event: Some(event(2, &bob()).id), ..none.clone() }, vec![2]),
        (DeliveryFilter { webhook: Some(webhook(1).id), ..none.clone() }, vec![2, 1, 3]),
        (DeliveryFilter { webhook: Some(webhook(2).id), ..none }, vec![]),
    ];
    for (filter, wanted) in table {
        let listing = tx.list_deliveries(&filter, ALL).await.unwrap();
        let found: Vec<u32> = listing.items.iter().map(number).collect();
        assert_eq!((listing.total as usize, &found), (wanted.len(), &wanted), "{filter:?}");
    }
}

/// Of the first two that are due, the first is given up and the second delivered.
async fn finish_two(tx: &mut dyn Tx) {
    for (state, now) in [(DeliveryState::Dead, after(9)), (DeliveryState::Delivered, after(10))] {
        let delivery = tx.deliveries_due(now, 1).await.unwrap().pop().unwrap();
        assert!(tx.begin_delivery(&delivery, after(60)).await.unwrap());
        assert!(tx.end_delivery(&delivery, 1, &outcome(state, now), now).await.unwrap());
    }
}
