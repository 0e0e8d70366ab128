//! Cases about events.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::delivery::{AttemptResult, DeliveryState};
use headwater_domain::event::{Event, EventKind};
use headwater_domain::id::EventId;

use super::samples::{ALL, account, after, connection, event, webhook};
use crate::store::{EventFilter, Store};

/// What was written is what is read, and no account or connection needs to be there for it.
pub async fn every_field_survives(store: &impl Store) {
    let ann = account(1, &connection(1, "wiki"), "ann");
    let full = Event {
        kind: EventKind::StatusUpdated,
        organization_id: Some("org \u{1f600}".to_owned()),
        data: serde_json::Map::from_iter([("status".to_owned(), "\u{e9}\"\\".into())]),
        ..event(2, &ann)
    };
    let mut tx = store.write().await.unwrap();
    tx.insert_event(&event(1, &ann), &[]).await.unwrap();
    tx.insert_event(&full, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.event(&full.id).await.unwrap().as_ref(), Some(&full));
    assert_eq!(tx.event(&event(3, &ann).id).await.unwrap(), None);
    // Of one moment: the latest first.
    let listing = tx.list_events(&EventFilter::default(), ALL).await.unwrap();
    assert_eq!((listing.total, listing.items), (2, vec![full, event(1, &ann)]));
}

/// An event is told once.
pub async fn an_event_is_added_once(store: &impl Store) {
    let ann = account(1, &connection(1, "wiki"), "ann");
    let mut tx = store.write().await.unwrap();
    tx.insert_event(&event(1, &ann), &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.write().await.unwrap().insert_event(&event(1, &ann), &[]).await.is_err());
}

/// Each field of the filter narrows.
pub async fn events_are_filtered(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let (ann, bob) = (account(1, &wiki, "ann"), account(2, &connection(2, "other"), "bob"));
    let mut tx = store.write().await.unwrap();
    let late = Event { occurred_at: after(10), ..event(2, &ann) };
    let other = Event {
        kind: EventKind::Deleted,
        organization_id: Some("org".to_owned()),
        occurred_at: after(20),
        ..event(3, &bob)
    };
    for it in [&event(1, &ann), &late, &other] {
        tx.insert_event(it, &[]).await.unwrap();
    }
    let none = EventFilter::default();
    let table = [
        (none.clone(), vec![3, 2, 1]),
        (EventFilter { kinds: vec![EventKind::Deleted, EventKind::Updated], ..none.clone() }, vec![3]),
        (EventFilter { account: Some(ann.id.clone()), ..none.clone() }, vec![2, 1]),
        (EventFilter { connection: Some(bob.connection_id.clone()), ..none.clone() }, vec![3]),
        (EventFilter { organization_id: Some("org".to_owned()), ..none.clone() }, vec![3]),
        (EventFilter { since: Some(after(10)), ..none.clone() }, vec![3, 2]),
        (EventFilter { until: Some(after(10)), ..none.clone() }, vec![1]),
        (EventFilter { since: Some(after(11)), until: Some(after(12)), ..none }, vec![]),
    ];
    for (filter, numbers) in table {
        let wanted: Vec<EventId> = numbers.into_iter().map(|number| event(number, &ann).id).collect();
        let listing = tx.list_events(&filter, ALL).await.unwrap();
        let found: Vec<EventId> = listing.items.into_iter().map(|it| it.id).collect();
        assert_eq!((listing.total as usize, &found), (wanted.len(), &wanted), "{filter:?}");
    }
}

/// Oldest first, and no more at a time than asked for.
pub async fn old_events_are_removed(store: &impl Store) {
    let ann = account(1, &connection(1, "wiki"), "ann");
    let mut tx = store.write().await.unwrap();
    for (number, seconds) in [(1, 2), (2, 1), (3, 5)] {
        tx.insert_event(&Event { occurred_at: after(seconds), ..event(number, &ann) }, &[]).await.unwrap();
    }
    assert_eq!(tx.delete_events_before(after(5), 1).await.unwrap(), 1);
    assert_eq!(tx.event(&event(2, &ann).id).await.unwrap(), None);
    assert_eq!(tx.delete_events_before(after(5), 10).await.unwrap(), 1);
    let left = tx.list_events(&EventFilter::default(), ALL).await.unwrap().items;
    assert_eq!(left.into_iter().map(|it| it.id).collect::<Vec<_>>(), [event(3, &ann).id]);
}

/// What is still to be delivered stays, whatever its age; what was delivered goes with its delivery.
pub async fn what_waits_is_not_removed(store: &impl Store) {
    let ann = account(1, &connection(1, "wiki"), "ann");
    let mut tx = store.write().await.unwrap();
    tx.insert_webhook(&webhook(1)).await.unwrap();
    tx.insert_event(&event(1, &ann), &[webhook(1).id]).await.unwrap();
    assert_eq!(tx.delete_events_before(after(5), 10).await.unwrap(), 0);
    let due = tx.deliveries_due(after(1), 10).await.unwrap().pop().unwrap();
    assert!(tx.begin_delivery(&due, after(60)).await.unwrap());
    let state = DeliveryState::Delivered;
    let taken = AttemptResult { state, next_attempt_at: after(1), status: Some(204), error: None };
    assert!(tx.end_delivery(&due, 1, &taken, after(1)).await.unwrap());
    assert_eq!(tx.delete_events_before(after(6), 10).await.unwrap(), 1);
    assert_eq!(tx.list_deliveries(&crate::store::DeliveryFilter::default(), ALL).await.unwrap().total, 0);
}
