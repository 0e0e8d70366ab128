//! The file: who may read it, what opening does to it, what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use headwater_domain::role::Roles;

use super::*;
use crate::sqlite::OpenError;

#[tokio::test]
async fn a1_only_its_owner_may_read_it_and_the_files_beside_it() {
    let (store, directory) = open().await;
    add(&store, &connection(1)).await;
    let entries: Vec<_> = fs::read_dir(directory.path()).unwrap().map(Result::unwrap).collect();
    let names: Vec<_> = entries.iter().map(|it| it.file_name().into_string().unwrap()).collect();
    for name in ["headwater.db", "headwater.db-wal", "headwater.db-shm"] {
        assert!(names.iter().any(|it| it == name), "{names:?}");
    }
    for entry in entries {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn opening_again_keeps_everything() {
    let (store, directory) = open().await;
    add(&store, &connection(1)).await;
    store.close().await;
    assert!(!directory.path().join("headwater.db-wal").exists(), "closing folds the log into the file");
    for _ in 0..2 {
        let store = SqliteStore::open(&path(&directory)).await.unwrap();
        assert!(has(&store, &connection(1)).await);
        store.integrity_check().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn many_may_open_a_new_file_at_the_same_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    let opened = tokio::join!(
        SqliteStore::open(&path),
        SqliteStore::open(&path),
        SqliteStore::open(&path),
        SqliteStore::open(&path)
    );
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
async fn the_settings_are_those_that_keep_data() {
    let (store, _directory) = open().await;
    let settings =
        [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("secure_delete", "1")];
    for (name, expected) in settings {
        let statement = sqlx::AssertSqlSafe(format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
        let value: String = sqlx::query_scalar(statement).fetch_one(store.writer()).await.unwrap();
        assert_eq!(value, expected, "{name}");
    }
}

#[tokio::test]
async fn other_files_are_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = path(&directory);
    fs::write(&path, "not a database, but somebody's letter ".repeat(40)).unwrap();
    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
    let error = SqliteStore::open(&directory.path().join("missing/headwater.db")).await.unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error:?}");
}

#[tokio::test]
async fn a_schema_of_a_newer_release_is_refused() {
    let (store, directory) = open().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(store.writer())
    .await
    .unwrap();
    store.close().await;
    let error = SqliteStore::open(&path(&directory)).await.unwrap_err();
    assert!(matches!(error, OpenError::ForeignSchema { version: 9999, .. }), "{error:?}");
}

/// What a release from before there were roles writes, or has written.
#[tokio::test]
async fn d9_clients_from_before_there_were_roles_keep_what_they_could_do() {
    let (store, _directory) = open().await;
    sqlx::query("INSERT INTO api_clients (id, name, secrets, created_at) VALUES ('skc_1', 'old', '[]', 0)")
        .execute(store.writer())
        .await
        .unwrap();
    let clients = store.read().await.unwrap().list_api_clients().await.unwrap();
    assert_eq!(clients.iter().map(|it| it.roles).collect::<Vec<_>>(), [Roles::ALL]);
}

/// A word that this release does not know must not become a role, nor none.
#[tokio::test]
async fn d9_roles_of_a_newer_release_are_refused() {
    let (store, _directory) = open().await;
    sqlx::query(
        "INSERT INTO api_clients (id, name, secrets, created_at, roles) VALUES ('skc_1', 'new', '[]', 0, 'use fly')",
    )
    .execute(store.writer())
    .await
    .unwrap();
    assert!(store.read().await.unwrap().list_api_clients().await.is_err());
}
