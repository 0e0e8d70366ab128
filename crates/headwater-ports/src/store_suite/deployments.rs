//! Cases about the deployment.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::deployment::{Deployment, Fence};

use super::samples::{NOW, active, after, connection, grant, seed};
use super::winners;
use crate::store::Store;

fn deployment(id: &str) -> Deployment {
    Deployment {
        id: id.to_owned(),
        origin: None,
        place: "here".to_owned(),
        seen_at: NOW,
        fence: None,
        adopted_at: None,
    }
}

/// What was written is what is read.
pub async fn every_field_survives(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.deployment().await.unwrap(), None);
    assert!(tx.insert_deployment(&deployment("one")).await.unwrap());
    assert_eq!(tx.deployment().await.unwrap(), Some(deployment("one")));
    for fence in Fence::ALL.map(Some).into_iter().chain([None]) {
        let changed = Deployment {
            origin: fence.map(|it| format!("https://{}.example", it.as_str())),
            place: "there".to_owned(),
            fence,
            seen_at: after(9),
            adopted_at: Some(after(7)),
            ..deployment("one")
        };
        assert!(tx.update_deployment(&changed).await.unwrap());
        assert_eq!(tx.deployment().await.unwrap(), Some(changed));
    }
    assert!(!tx.update_deployment(&deployment("two")).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.place().await.unwrap(), store.place().await.unwrap());
}

/// Servers that start at the same moment on a new database.
pub async fn of_many_that_take_it_up_one_is_first(store: &impl Store) {
    let first = winners(async |number| {
        let mut tx = store.write().await.unwrap();
        let first = tx.insert_deployment(&deployment(&number.to_string())).await.unwrap();
        tx.commit().await.unwrap();
        first
    })
    .await;
    assert_eq!(first.len(), 1, "{first:?}");
    let stored = store.read().await.unwrap().deployment().await.unwrap().unwrap();
    assert_eq!(stored.id, first[0].to_string());
}

/// Clocks may go back, the mark does not.
pub async fn what_was_seen_is_not_forgotten(store: &impl Store) {
    let mut tx = store.write().await.unwrap();
    tx.see_deployment(after(1)).await.unwrap();
    assert_eq!(tx.deployment().await.unwrap(), None, "nobody has taken it up");
    tx.insert_deployment(&deployment("one")).await.unwrap();
    for (at, seen) in [(5, 5), (3, 5), (8, 8)] {
        tx.see_deployment(after(at)).await.unwrap();
        assert_eq!(tx.deployment().await.unwrap().unwrap().seen_at, after(seen));
    }
    tx.update_deployment(&deployment("one")).await.unwrap();
    assert_eq!(tx.deployment().await.unwrap().unwrap().seen_at, after(8));
}

/// Whosever it is.
pub async fn a_grant_is_noticed(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let ann = active(1, &wiki, "ann");
    seed(store, &wiki, &[&ann]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(!tx.any_grant().await.unwrap());
    tx.put_grant(&grant(&ann.id, 1)).await.unwrap();
    assert!(tx.any_grant().await.unwrap());
}
