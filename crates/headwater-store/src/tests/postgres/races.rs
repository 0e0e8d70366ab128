//! Several processes on one database.

use headwater_domain::name::ConnectionName;

use super::*;

#[tokio::test]
async fn many_may_set_up_a_new_database_at_the_same_time() {
    let address = server::database().await;
    let open = || PostgresStore::open(&address, 2);
    let opened = tokio::join!(open(), open(), open(), open());
    let stores = [opened.0.unwrap(), opened.1.unwrap(), opened.2.unwrap(), opened.3.unwrap()];
    for (number, store) in (0..).zip(&stores) {
        add(store, &connection(number)).await;
    }
    for store in &stores {
        for number in 0..4 {
            assert!(has(store, &connection(number)).await);
        }
    }
}

#[tokio::test]
async fn opening_again_keeps_everything() {
    let address = server::database().await;
    let store = PostgresStore::open(&address, 2).await.unwrap();
    add(&store, &connection(1)).await;
    store.close().await;
    assert!(has(&PostgresStore::open(&address, 2).await.unwrap(), &connection(1)).await);
}

/// Both look for the name, find it free, and take it.
#[tokio::test]
async fn of_two_that_move_to_one_name_at_the_same_time_one_wins() {
    let (store, ()) = open().await;
    for number in 1..=2 {
        add(&store, &connection(number)).await;
    }
    let renamed = |number| Connection {
        name: ConnectionName::parse("wanted").unwrap(),
        version: 2,
        ..connection(number)
    };
    let mut first = store.write().await.unwrap();
    assert!(first.update_connection(&renamed(1)).await.unwrap());
    let second = async {
        let mut tx = store.write().await.unwrap();
        let won = tx.update_connection(&renamed(2)).await.unwrap();
        // The loser's transaction goes on.
        assert!(tx.insert_connection(&connection(3)).await.unwrap());
        tx.commit().await.unwrap();
        won
    };
    let (committed, won) = tokio::join!(first.commit(), second);
    committed.unwrap();
    assert!(!won);
    assert!(has(&store, &connection(3)).await);
}

#[tokio::test]
async fn what_a_writer_read_stays_true_until_it_ends() {
    let (store, ()) = open().await;
    add(&store, &connection(1)).await;
    let mut reader = store.write().await.unwrap();
    let seen = reader.connection(&connection(1).id).await.unwrap().unwrap();
    let statement = "SELECT count(*) FROM (SELECT 1 FROM connections FOR UPDATE SKIP LOCKED) AS free";
    let free: i64 = sqlx::query_scalar(statement).fetch_one(store.pool()).await.unwrap();
    assert_eq!(free, 0, "the row is locked");
    assert!(reader.update_connection(&Connection { version: seen.version + 1, ..seen }).await.unwrap());
    reader.commit().await.unwrap();
}
