//! Full disks, damaged rows, callers that went away.

use std::error::Error as _;
use std::future::Future as _;
use std::task::{Context, Waker};

use headwater_domain::page::Page;
use headwater_ports::store::{AccountFilter, StoreError};

use super::*;

async fn limit_pages(store: &SqliteStore, pages: u32) {
    let statement = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    sqlx::query(statement).execute(store.writer()).await.unwrap();
}

/// SQLite ends the transaction itself when the disk is full; the driver must not stumble over that for ever.
#[tokio::test]
async fn f9_a_full_disk_is_reported_and_does_not_last() {
    let (store, _directory) = open().await;
    add(&store, &connection(1)).await;
    limit_pages(&store, 1).await;
    let mut large = connection(2);
    large.client_id = "x".repeat(1 << 20);
    let mut tx = store.write().await.unwrap();
    let error = tx.insert_connection(&large).await.unwrap_err();
    assert!(matches!(error, StoreError::Database { .. }), "{error:?}");
    assert!(error.source().unwrap().to_string().contains("full"), "{error:?}");
    drop(tx);
    limit_pages(&store, 1_000_000).await;
    for number in 3..6 {
        add(&store, &connection(number)).await;
    }
    add(&store, &large).await;
    store.integrity_check().await.unwrap();
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_transaction_behind() {
    let (store, _directory) = open().await;
    for polls in 1..12 {
        let mut call = Box::pin(async {
            let mut tx = store.write().await.unwrap();
            tx.insert_connection(&connection(polls)).await.unwrap();
            tx.insert_connection(&connection(polls + 100)).await.unwrap();
            std::future::pending::<()>().await;
        });
        for _ in 0..polls {
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            tokio::task::yield_now().await;
        }
        drop(call);
        assert!(!has(&store, &connection(polls)).await);
    }
    add(&store, &connection(1)).await;
}

/// Damage of every kind that a row can take: each is reported as what it is, with the column.
#[tokio::test]
async fn damaged_rows_are_reported() {
    let table = [
        ("UPDATE connections SET id = 'nonsense' WHERE name = 'wiki-1'", "id"),
        ("UPDATE connections SET scopes = '[1'", "scopes"),
        ("UPDATE connections SET token_url = 'nowhere'", "token_url"),
        ("UPDATE connections SET version = -1", "version"),
        ("UPDATE accounts SET status = 'BORED'", "status"),
        ("UPDATE accounts SET site = '{}'", "site"),
        ("UPDATE accounts SET api_config = '[]'", "api_config"),
        ("UPDATE accounts SET identifier = ' x '", "identifier"),
    ];
    for (damage, column) in table {
        let (store, _directory) = open().await;
        let wiki = connection(1);
        add(&store, &wiki).await;
        let mut tx = store.write().await.unwrap();
        assert!(tx.insert_account(&account(1, &wiki)).await.unwrap());
        tx.commit().await.unwrap();
        let damage = format!("PRAGMA defer_foreign_keys = ON; PRAGMA foreign_keys = OFF; {damage}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(damage)).execute(store.writer()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let all = Page { offset: 0, limit: 10 };
        let connections =
            tx.list_connections(&headwater_ports::store::ConnectionFilter::default(), all).await;
        let accounts = tx.list_accounts(&AccountFilter::default(), all).await;
        let error = connections.err().or(accounts.err()).unwrap();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("column {column}:")), "{error}");
    }
}

#[tokio::test]
async fn rows_without_their_record_are_found_by_the_check() {
    let (store, _directory) = open().await;
    let wiki = connection(1);
    add(&store, &wiki).await;
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_account(&account(1, &wiki)).await.unwrap());
    tx.commit().await.unwrap();
    store.integrity_check().await.unwrap();
    let damage = "PRAGMA foreign_keys = OFF; DELETE FROM connections";
    sqlx::raw_sql(damage).execute(store.writer()).await.unwrap();
    let error = store.integrity_check().await.unwrap_err();
    assert!(error.to_string().contains("accounts"), "{error}");
}

#[tokio::test]
async fn numbers_beyond_the_database_are_refused() {
    let (store, _directory) = open().await;
    let mut tx = store.write().await.unwrap();
    let too_much = Connection { version: u64::MAX, ..connection(1) };
    assert!(tx.insert_connection(&too_much).await.is_err());
    let most = Connection { version: i64::MAX.unsigned_abs(), ..connection(1) };
    assert!(tx.insert_connection(&most).await.unwrap());
    assert!(!tx.update_connection(&most).await.unwrap());
    assert!(!tx.update_connection(&Connection { version: 0, ..connection(1) }).await.unwrap());
    assert_eq!(tx.connection(&most.id).await.unwrap().unwrap().version, most.version);
}
