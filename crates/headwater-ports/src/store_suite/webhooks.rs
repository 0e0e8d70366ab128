//! Cases about webhooks.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::event::EventKind;
use headwater_domain::webhook::{SigningSecret, Webhook};

use super::samples::{account, after, assert_same, connection, event, sealed, webhook};
use crate::store::Store;

/// What was written is what is read.
pub async fn every_field_survives(store: &impl Store) {
    let plain = webhook(1);
    let rich = Webhook {
        kinds: vec![EventKind::Created, EventKind::RefreshFailed],
        enabled: false,
        secret: SigningSecret { generation: 2, sealed: sealed("newer") },
        previous: Some((SigningSecret { generation: 1, sealed: sealed("older") }, after(60))),
        ..webhook(2)
    };
    let mut tx = store.write().await.unwrap();
    tx.insert_webhook(&plain).await.unwrap();
    tx.insert_webhook(&rich).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    for wanted in [&plain, &rich] {
        let found = tx.webhook(&wanted.id).await.unwrap().unwrap();
        assert_same(&found, wanted);
        assert_eq!(found.secret, wanted.secret);
        assert_eq!(found.previous, wanted.previous);
    }
    assert_same(&tx.list_webhooks().await.unwrap(), &vec![plain, rich]);
    assert!(tx.webhook(&webhook(3).id).await.unwrap().is_none());
}

/// A change on an outdated state is refused.
pub async fn the_later_writer_loses(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    tx.insert_webhook(&webhook(1)).await.unwrap();
    let changed = Webhook { enabled: false, version: 2, ..webhook(1) };
    assert!(tx.update_webhook(&changed).await.unwrap());
    assert!(!tx.update_webhook(&Webhook { enabled: true, ..changed.clone() }).await.unwrap());
    assert!(!tx.update_webhook(&Webhook { version: 2, ..webhook(2) }).await.unwrap());
    assert_same(&tx.webhook(&changed.id).await.unwrap().unwrap(), &changed);
}

/// Nothing is delivered to a webhook that is gone; others keep their lines.
pub async fn deleting_takes_deliveries_along(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    let ann = account(1, &connection(1, "wiki"), "ann");
    for number in [1, 2] {
        tx.insert_webhook(&webhook(number)).await.unwrap();
    }
    tx.insert_event(&event(1, &ann), &[webhook(1).id, webhook(2).id]).await.unwrap();
    assert!(tx.delete_webhook(&webhook(1).id).await.unwrap());
    assert!(!tx.delete_webhook(&webhook(1).id).await.unwrap());
    let due = tx.deliveries_due(after(1), 10).await.unwrap();
    assert_eq!(due.into_iter().map(|it| it.webhook_id).collect::<Vec<_>>(), [webhook(2).id]);
}
