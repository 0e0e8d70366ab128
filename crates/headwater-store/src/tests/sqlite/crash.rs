//! What is there after the program was gone without a word. A copy of the files is what a crash leaves behind.

use std::fs;
use std::path::Path;

use super::*;

/// The database as a new process would find it if this one died now.
async fn after_a_crash(directory: &Path) -> (SqliteStore, TempDir) {
    let copy = tempfile::tempdir().unwrap();
    // Without the shared memory: it does not survive a machine, and is rebuilt from the log.
    for name in ["headwater.db", "headwater.db-wal"] {
        fs::copy(directory.join(name), copy.path().join(name)).unwrap();
    }
    (SqliteStore::open(&path(&copy)).await.unwrap(), copy)
}

#[tokio::test]
async fn what_was_committed_is_there_and_the_rest_is_not() {
    let (store, directory) = open().await;
    add(&store, &connection(1)).await;
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_connection(&connection(2)).await.unwrap());
    let (found, _copy) = after_a_crash(directory.path()).await;
    assert!(has(&found, &connection(1)).await);
    assert!(!has(&found, &connection(2)).await);
    found.integrity_check().await.unwrap();
    tx.commit().await.unwrap();
    let (found, _copy) = after_a_crash(directory.path()).await;
    assert!(has(&found, &connection(2)).await);
    add(&found, &connection(3)).await;
}

#[tokio::test]
async fn a_torn_end_of_the_log_costs_only_what_was_not_committed() {
    let (store, directory) = open().await;
    add(&store, &connection(1)).await;
    let whole = fs::read(directory.path().join("headwater.db-wal")).unwrap();
    add(&store, &connection(2)).await;
    let longer = fs::read(directory.path().join("headwater.db-wal")).unwrap();
    assert!(longer.len() > whole.len());
    for length in [whole.len(), whole.len() + 1, whole.len().midpoint(longer.len()), longer.len() - 1] {
        let copy = tempfile::tempdir().unwrap();
        fs::copy(directory.path().join("headwater.db"), path(&copy)).unwrap();
        fs::write(copy.path().join("headwater.db-wal"), &longer[..length]).unwrap();
        let found = SqliteStore::open(&path(&copy)).await.unwrap();
        assert!(has(&found, &connection(1)).await, "{length}");
        assert!(!has(&found, &connection(2)).await, "{length}");
        found.integrity_check().await.unwrap();
    }
}

#[tokio::test]
async fn another_process_sees_a_commit_at_once() {
    let (store, directory) = open().await;
    let other = SqliteStore::open(&path(&directory)).await.unwrap();
    assert!(!has(&other, &connection(1)).await);
    add(&store, &connection(1)).await;
    assert!(has(&other, &connection(1)).await);
    add(&other, &connection(2)).await;
    assert!(has(&store, &connection(2)).await);
}

async fn extend_thrice(store: &SqliteStore, id: &ConnectionId) {
    for _ in 0..3 {
        let mut tx = store.write().await.unwrap();
        let mut it = tx.connection(id).await.unwrap().unwrap();
        it.client_id.push('x');
        it.version += 1;
        assert!(tx.update_connection(&it).await.unwrap());
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn processes_that_write_wait_for_each_other() {
    let (store, directory) = open().await;
    let other = SqliteStore::open(&path(&directory)).await.unwrap();
    let wiki = Connection { client_id: String::new(), ..connection(1) };
    add(&store, &wiki).await;
    tokio::join!(extend_thrice(&store, &wiki.id), extend_thrice(&other, &wiki.id));
    let found = store.read().await.unwrap().connection(&wiki.id).await.unwrap().unwrap();
    assert_eq!(found.client_id, "xxxxxx");
}
