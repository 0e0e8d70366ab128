//! Databases that were copied, moved, or put back from a backup: what is in them may be used, but no refresh token is
//! presented before the operator has said so.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::deployment::{Fence, Remembered};
use headwater_domain::error::ErrorKind;
use headwater_ports::store::{Store, StoreError, Tx};
use headwater_store_sqlite::SqliteStore;
use serde_json::json;

use super::harness::{House, ann};
use crate::accounts::AccountLocator;

/// A store that the test can close, because a file must not be replaced while it is open.
struct Shared(Arc<SqliteStore>);

#[async_trait]
impl Store for Shared {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.0.read().await
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.0.write().await
    }

    async fn place(&self) -> Result<String, StoreError> {
        self.0.place().await
    }
}

async fn open(folder: &Path) -> Box<dyn Store> {
    Box::new(Shared(file(folder).await))
}

async fn file(folder: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(&folder.join("headwater.db")).await.unwrap())
}

/// A house that serves from the file in `folder`, with what it remembers.
async fn serving(folder: &Path, seed: u64, remembered: Option<&Remembered>) -> (House, Option<Fence>) {
    let house = House::on(open(folder).await, seed, |_| {}).await;
    let fence = house.service.take_up_database(remembered).await.unwrap();
    (house, fence)
}

/// Copies a database as `cp` would.
fn copy(from: &Path, to: &Path) {
    for name in ["headwater.db", "headwater.db-wal"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// An hour later the access token is stale. `None` when it was refreshed, or the code of the error.
async fn refresh(house: &House, account: &AccountLocator) -> Option<&'static str> {
    house.clock.advance(Duration::from_secs(3600));
    let id = house.account(account).await.id;
    house.service.usable(&id).await.err().map(|error| {
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        error.code()
    })
}

#[tokio::test]
async fn a8_a_copy_of_a_database_presents_no_refresh_token() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (house, fence) = serving(ours.path(), 1, None).await;
    house.connected(1).await;
    assert_eq!(fence, None);
    copy(ours.path(), theirs.path());

    let (clone, fence) = serving(theirs.path(), 2, None).await;
    assert_eq!(fence, Some(Fence::Moved));
    clone.provider.answer(200, &json!({}));
    clone.read_page(&ann()).await.unwrap();
    assert_eq!(clone.provider.requests().len(), 1, "the access token is still good");
    assert_eq!(refresh(&clone, &ann()).await, Some("REFRESH_FENCED"));
    assert_eq!(clone.service.refresh_due().await.unwrap(), 0);
    assert!(clone.provider.requests().is_empty(), "nothing was presented");
    assert_eq!(clone.service.keep_up_database().await.unwrap(), None);

    house.provider.answer_tokens(2);
    assert_eq!(refresh(&house, &ann()).await, None, "the original goes on");
}

#[tokio::test]
async fn a8_a_backup_that_was_put_back_presents_no_refresh_token() {
    let (ours, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (house, _) = serving(ours.path(), 1, None).await;
    house.connected(1).await;
    copy(ours.path(), backup.path());
    drop(house);
    let store = file(ours.path()).await;
    let house = House::on(Box::new(Shared(Arc::clone(&store))), 2, |_| {}).await;
    house.clock.advance(Duration::from_secs(1200));
    let remembered = house.service.keep_up_database().await.unwrap().unwrap();
    drop(house);
    store.close().await;
    // Into the same file, so that only its age gives it away.
    copy(backup.path(), ours.path());

    let early = House::on(open(ours.path()).await, 3, |_| {}).await;
    let seen = early.service.examine_database(Some(&remembered)).await.unwrap();
    assert_eq!(seen, None, "minutes later the provider still takes what is in the backup");
    early.clock.advance(Duration::from_secs(1200));
    let fence = early.service.take_up_database(Some(&remembered)).await.unwrap();
    assert_eq!(fence, Some(Fence::Restored));
    assert_eq!(refresh(&early, &ann()).await, Some("REFRESH_FENCED"));
    let (other, fence) = serving(ours.path(), 4, None).await;
    assert_eq!(fence, Some(Fence::Restored), "one that remembers nothing is told by the database");
    other.service.adopt_database().await.unwrap();
    other.service.keep_up_database().await.unwrap().unwrap();
    other.provider.answer_tokens(2);
    assert_eq!(refresh(&other, &ann()).await, None);
}

#[tokio::test]
async fn an_adopted_copy_is_refreshed_again_unless_its_tokens_are_dead() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (house, _) = serving(ours.path(), 1, None).await;
    let names: Vec<String> = (1..=6).map(|number| format!("user-{number}")).collect();
    for name in &names {
        house.connect(&house.wiki, name, 1).await;
    }
    copy(ours.path(), theirs.path());
    let (clone, _) = serving(theirs.path(), 2, None).await;
    clone.clock.advance(Duration::from_secs(3600));
    clone.service.adopt_database().await.unwrap();
    assert_eq!(clone.service.examine_database(None).await.unwrap(), None);
    assert!(clone.service.keep_up_database().await.unwrap().is_some());
    let dead = json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."});
    let mut codes = Vec::new();
    for name in &names {
        clone.provider.answer(403, &dead);
        let id = clone.account(&AccountLocator::of("wiki", name)).await.id;
        codes.push(clone.service.usable(&id).await.err().map(|it| it.code()));
    }
    assert_eq!(codes[..5], [Some("REFRESH_FAILED"); 5]);
    assert_eq!((codes[5], clone.provider.requests().len()), (Some("REFRESH_FENCED"), 5));
    assert_eq!(clone.service.examine_database(None).await.unwrap(), Some(Fence::Refused));
}

#[tokio::test]
async fn a_database_without_grants_is_taken_up_wherever_it_is() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (house, _) = serving(ours.path(), 1, None).await;
    drop(house);
    copy(ours.path(), theirs.path());
    let (clone, fence) = serving(theirs.path(), 2, None).await;
    assert_eq!(fence, None);
    clone.connected(1).await;
    assert_eq!(clone.service.examine_database(None).await.unwrap(), None, "it is at home here now");
}

#[tokio::test]
async fn the_same_file_under_another_origin_is_another_deployment() {
    let folder = tempfile::tempdir().unwrap();
    let (house, _) = serving(folder.path(), 1, None).await;
    house.connected(1).await;
    drop(house);
    let elsewhere = |settings: &mut crate::settings::Settings| {
        settings.base_url = "https://staging.example".parse().unwrap();
    };
    let staging = House::on(open(folder.path()).await, 2, elsewhere).await;
    assert_eq!(staging.service.take_up_database(None).await.unwrap(), Some(Fence::Moved));
    let (again, fence) = serving(folder.path(), 3, None).await;
    assert_eq!(fence, None, "a stranger that looked in has changed nothing");
    again.provider.answer_tokens(2);
    assert_eq!(refresh(&again, &ann()).await, None);
}

/// A store behind which the operator can put another file.
struct Exchanged(Arc<Mutex<Arc<SqliteStore>>>);

impl Exchanged {
    fn present(&self) -> Arc<SqliteStore> {
        Arc::clone(&self.0.lock().unwrap())
    }
}

#[async_trait]
impl Store for Exchanged {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.present().read().await
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.present().write().await
    }

    async fn place(&self) -> Result<String, StoreError> {
        self.present().place().await
    }
}

/// A backup from before deployments were marked is put under a running server.
#[tokio::test]
async fn a8_a_database_without_a_mark_under_a_running_server_is_not_its_own() {
    let (own, unmarked) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(House::on(open(unmarked.path()).await, 1, |_| {}).await);
    let present = Arc::new(Mutex::new(file(own.path()).await));
    let house = House::on(Box::new(Exchanged(Arc::clone(&present))), 2, |_| {}).await;
    house.service.take_up_database(None).await.unwrap();
    assert!(house.service.keep_up_database().await.unwrap().is_some());
    *present.lock().unwrap() = file(unmarked.path()).await;
    assert_eq!(house.service.keep_up_database().await.unwrap(), None);
    assert_eq!(house.service.may_refresh().unwrap_err().code(), "REFRESH_FENCED");
}

/// `dev` and commands beside a server do not take a database up; they refresh as they need.
#[tokio::test]
async fn whoever_did_not_take_a_database_up_is_not_fenced() {
    let house = House::new().await;
    let account = house.connected(1).await;
    assert_eq!(house.service.keep_up_database().await.unwrap(), None);
    house.clock.advance(Duration::from_secs(3600));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
}
