//! Cases about transactions themselves.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::connection::Connection;

use super::samples::{account, connection, flow, sealed, seed};
use super::winners;
use crate::store::Store;

/// Without a commit there was nothing.
pub async fn a_dropped_transaction_never_happened(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_connection(&wiki).await.unwrap());
    drop(tx);
    assert!(store.read().await.unwrap().connection(&wiki.id).await.unwrap().is_none());
    seed(store, &wiki, &[]).await.unwrap();
    assert!(store.read().await.unwrap().connection(&wiki.id).await.unwrap().is_some());
}

/// Reading cannot change anything by mistake.
pub async fn a_read_transaction_cannot_write(store: &impl Store) {
    let mut tx = store.read().await.unwrap();
    assert!(tx.insert_connection(&connection(1, "wiki")).await.is_err());
    assert!(tx.put_key_check(&sealed("text")).await.is_err());
    drop(tx);
    assert!(store.read().await.unwrap().key_check().await.unwrap().is_none());
    seed(store, &connection(1, "wiki"), &[]).await.unwrap();
}

/// What others commit meanwhile is not seen; whoever begins later sees it.
pub async fn a_reader_sees_one_state(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let mut before = store.read().await.unwrap();
    assert!(before.connection(&wiki.id).await.unwrap().is_none());
    seed(store, &wiki, &[]).await.unwrap();
    assert!(before.connection(&wiki.id).await.unwrap().is_none());
    assert!(before.connection_named(&wiki.name).await.unwrap().is_none());
    assert!(store.read().await.unwrap().connection(&wiki.id).await.unwrap().is_some());
}

/// Whoever reads in a transaction that writes reads what is still true when it writes.
pub async fn writers_wait_for_each_other(store: &impl Store) {
    let wiki = Connection { client_id: "0".to_owned(), ..connection(1, "wiki") };
    seed(store, &wiki, &[]).await.unwrap();
    let won = winners(async |_| {
        let mut tx = store.write().await.unwrap();
        let mut it = tx.connection(&wiki.id).await.unwrap().unwrap();
        it.client_id = (it.client_id.parse::<u32>().unwrap() + 1).to_string();
        it.version += 1;
        let won = tx.update_connection(&it).await.unwrap();
        tx.commit().await.unwrap();
        won
    })
    .await;
    let stored = store.read().await.unwrap().connection(&wiki.id).await.unwrap().unwrap();
    assert_eq!(stored.client_id, won.len().to_string());
    assert_eq!(won, [0, 1, 2, 3, 4, 5]);
}

/// The failure is reported to the one that caused it, and to nobody after.
pub async fn a_failed_statement_leaves_the_store_usable(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    for _ in 0..3 {
        let mut tx = store.write().await.unwrap();
        assert!(tx.insert_flow(&flow(1, &user, 1)).await.is_err(), "its account is missing");
    }
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&flow(1, &user, 1)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.read().await.unwrap().flow_by_link(&[1; 32]).await.unwrap().is_some());
}
