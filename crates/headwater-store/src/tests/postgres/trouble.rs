//! Failed statements, other releases, other servers.

use std::error::Error as _;

use headwater_domain::secret::Secret;

use super::*;
use crate::postgres::OpenError;

/// PostgreSQL itself would report success here, and have kept nothing.
#[tokio::test]
async fn a_commit_after_a_failed_statement_fails() {
    let (store, ()) = open().await;
    let mut tx = store.write().await.unwrap();
    assert!(tx.insert_connection(&connection(1)).await.unwrap());
    let too_long = Connection { client_id: "a\0b".to_owned(), ..connection(2) };
    assert!(tx.insert_connection(&too_long).await.is_err());
    assert!(tx.commit().await.is_err());
    assert!(!has(&store, &connection(1)).await);
}

#[tokio::test]
async fn a_commit_is_on_the_disk_whatever_the_server_prefers() {
    let address = server::database().await;
    let store = PostgresStore::open(&address, 1).await.unwrap();
    let statement = "ALTER ROLE tests SET synchronous_commit = off";
    sqlx::query(statement).execute(store.pool()).await.unwrap();
    let store = PostgresStore::open(&address, 1).await.unwrap();
    let setting: String =
        sqlx::query_scalar("SHOW synchronous_commit").fetch_one(store.pool()).await.unwrap();
    assert_eq!(setting, "on");
}

#[tokio::test]
async fn a_schema_of_a_newer_release_is_refused() {
    let address = server::database().await;
    let store = PostgresStore::open(&address, 1).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, ''::bytea, 0)",
    )
    .execute(store.pool())
    .await
    .unwrap();
    let error = PostgresStore::open(&address, 1).await.unwrap_err();
    assert!(matches!(error, OpenError::ForeignSchema { version: 9999 }), "{error:?}");
}

#[tokio::test]
async fn an_older_schema_is_left_alone_where_servers_may_not_change_it() {
    let address = server::database().await;
    let error = PostgresStore::open_as_is(&address, 1).await.unwrap_err();
    assert!(matches!(error, OpenError::Outdated(missing) if missing > 1), "{error:?}");
    assert!(error.to_string().contains("headwater migrate"), "{error}");
    let store = PostgresStore::open(&address, 1).await.unwrap();
    add(&PostgresStore::open_as_is(&address, 1).await.unwrap(), &connection(1)).await;
    let last = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    sqlx::query(last).execute(store.pool()).await.unwrap();
    let error = PostgresStore::open_as_is(&address, 1).await.unwrap_err();
    assert!(matches!(error, OpenError::Outdated(1)), "{error:?}");
}

#[tokio::test]
async fn f1_addresses_that_lead_nowhere_are_explained_without_the_password() {
    for address in ["mysql://root:canary@h/d", "postgres://u:canary@h:notaport/d", "canary", ""] {
        let error = PostgresStore::open(&Secret::new(address.to_owned()), 1).await.unwrap_err();
        assert!(matches!(error, OpenError::Address), "{error:?}");
    }
    let nobody = Secret::new("postgres://u:canary@127.0.0.1:1/d".to_owned());
    let error = PostgresStore::open(&nobody, 1).await.unwrap_err();
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
    assert!(!format!("{error:?} {:?}", error.source()).contains("canary"));
}
