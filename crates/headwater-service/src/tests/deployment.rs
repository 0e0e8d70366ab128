//! Databases that were copied, moved, or put back from a backup: what is in them may be used, but no refresh token is
//! presented before the operator has said so.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use headwater_domain::deployment::{Deployment, Fence, Remembered};
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_ports::store::{Store, StoreError, Tx};
use headwater_store::SqliteStore;
use serde_json::json;

use super::harness::{House, ann};
use crate::accounts::AccountLocator;
use crate::deployment::known_origin;

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
    let fence = house.service.deployment.take_up(remembered).await.unwrap();
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
async fn refresh(house: &House, account: &AccountLocator) -> Option<ErrorCode> {
    house.clock.advance(Duration::from_secs(3600));
    let id = house.account(account).await.id;
    house.service.grants.usable(&id).await.err().map(|error| {
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
    assert_eq!(refresh(&clone, &ann()).await, Some(ErrorCode::RefreshFenced));
    assert_eq!(clone.service.grants.refresh_due().await.unwrap(), 0);
    assert!(clone.provider.requests().is_empty(), "nothing was presented");
    assert_eq!(clone.service.deployment.keep_up().await.unwrap(), None);

    house.provider.answer_tokens(2);
    assert_eq!(refresh(&house, &ann()).await, None, "the original goes on");
}

/// A release before wrote the number of the file only. That is the same place once; from then on the full one counts.
#[tokio::test]
async fn a8_a_place_that_an_earlier_release_wrote_is_recorded_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (house, _) = serving(folder.path(), 1, None).await;
    house.connected(1).await;
    let full = record_place(&house, str::to_owned).await;
    let earlier = |full: &str| full.split(" born ").next().unwrap_or_default().to_owned();
    let keep_up = async || house.service.deployment.keep_up().await.unwrap().is_some();

    record_place(&house, earlier).await;
    assert!(keep_up().await, "while the server runs");
    assert_eq!(record_place(&house, str::to_owned).await, full);
    record_place(&house, earlier).await;
    assert_eq!(house.service.deployment.take_up(None).await.unwrap(), None, "when it starts");
    assert_eq!(record_place(&house, str::to_owned).await, full);

    record_place(&house, |full| format!("{} born 1", earlier(full))).await;
    assert!(!keep_up().await, "a file of another birth is another one");
    assert_eq!(house.service.deployment.take_up(None).await.unwrap(), Some(Fence::Moved));
}

/// Puts another place into the database. Returns what was there.
async fn record_place(house: &House, change: impl FnOnce(&str) -> String) -> String {
    let mut tx = house.service.core.store().write().await.unwrap();
    let stored = tx.deployment().await.unwrap().unwrap();
    let before = stored.place.clone();
    tx.update_deployment(&Deployment { place: change(&before), ..stored }).await.unwrap();
    tx.commit().await.unwrap();
    before
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
    let remembered = house.service.deployment.keep_up().await.unwrap().unwrap();
    drop(house);
    store.close().await;
    // Into the same file, so that only its age gives it away.
    copy(backup.path(), ours.path());

    let early = House::on(open(ours.path()).await, 3, |_| {}).await;
    let seen = early.service.deployment.examine(Some(&remembered)).await.unwrap();
    assert_eq!(seen, None, "minutes later the provider still takes what is in the backup");
    early.clock.advance(Duration::from_secs(1200));
    let fence = early.service.deployment.take_up(Some(&remembered)).await.unwrap();
    assert_eq!(fence, Some(Fence::Restored));
    assert_eq!(refresh(&early, &ann()).await, Some(ErrorCode::RefreshFenced));
    let (other, fence) = serving(ours.path(), 4, None).await;
    assert_eq!(fence, Some(Fence::Restored), "one that remembers nothing is told by the database");
    other.service.deployment.adopt().await.unwrap();
    other.service.deployment.keep_up().await.unwrap().unwrap();
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
    clone.service.deployment.adopt().await.unwrap();
    assert_eq!(clone.service.deployment.examine(None).await.unwrap(), None);
    assert!(clone.service.deployment.keep_up().await.unwrap().is_some());
    let dead = json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."});
    let mut codes = Vec::new();
    for name in &names {
        clone.provider.answer(403, &dead);
        let id = clone.account(&AccountLocator::of("wiki", name)).await.id;
        codes.push(clone.service.grants.usable(&id).await.err().map(|it| it.code()));
    }
    assert_eq!(codes[..5], [Some(ErrorCode::RefreshFailed); 5]);
    assert_eq!((codes[5], clone.provider.requests().len()), (Some(ErrorCode::RefreshFenced), 5));
    assert_eq!(clone.service.deployment.examine(None).await.unwrap(), Some(Fence::Refused));
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
    assert_eq!(clone.service.deployment.examine(None).await.unwrap(), None, "it is at home here now");
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
    assert_eq!(staging.service.deployment.take_up(None).await.unwrap(), Some(Fence::Moved));
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
    house.service.deployment.take_up(None).await.unwrap();
    assert!(house.service.deployment.keep_up().await.unwrap().is_some());
    *present.lock().unwrap() = file(unmarked.path()).await;
    assert_eq!(house.service.deployment.keep_up().await.unwrap(), None);
    assert_eq!(house.service.deployment.may_refresh().unwrap_err().code(), ErrorCode::RefreshFenced);
}

/// `dev` and commands beside a server do not take a database up; they refresh as they need.
#[tokio::test]
async fn whoever_did_not_take_a_database_up_is_not_fenced() {
    let house = House::new().await;
    let account = house.connected(1).await;
    assert_eq!(house.service.deployment.keep_up().await.unwrap(), None);
    house.clock.advance(Duration::from_secs(3600));
    house.provider.answer_tokens(2);
    house.provider.answer(200, &json!({"id": "7"}));
    house.read_page(&account).await.unwrap();
}

/// A house whose operator named `origin`.
async fn named(folder: &Path, seed: u64, origin: &str) -> House {
    let origin = origin.to_owned();
    let name = move |settings: &mut crate::settings::Settings| {
        settings.base_url = origin.parse().unwrap();
        settings.origin_named = true;
    };
    House::on(open(folder).await, seed, name).await
}

/// A house whose operator named no origin, and that took this one.
async fn at(folder: &Path, seed: u64, origin: &'static str) -> House {
    let take = |settings: &mut crate::settings::Settings| settings.base_url = origin.parse().unwrap();
    House::on(open(folder).await, seed, take).await
}

async fn known(folder: &Path) -> (Option<String>, Option<String>) {
    let known = known_origin(&*file(folder).await).await.unwrap();
    (known.usual, known.binding)
}

#[tokio::test]
async fn n2_an_origin_is_kept_by_whoever_names_it_first() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = ("https://headwater.example", "https://other.example");
    House::on(open(folder.path()).await, 1, |_| {}).await.service.deployment.keep_origin().await.unwrap();
    assert_eq!(known(folder.path()).await, (None, None), "a default is not a name");
    named(folder.path(), 2, ours).await.service.deployment.keep_origin().await.unwrap();
    named(folder.path(), 3, other).await.service.deployment.keep_origin().await.unwrap();
    let kept = (Some(ours.to_owned()), Some(ours.to_owned()));
    assert_eq!(known(folder.path()).await, kept, "the first one stays");

    let stranger = named(folder.path(), 4, other).await.service;
    assert_eq!(
        stranger.deployment.take_up(None).await.unwrap(),
        Some(Fence::OtherOrigin),
        "without any grant"
    );
    assert_eq!(stranger.deployment.examine(None).await.unwrap(), Some(Fence::OtherOrigin));
    assert!(
        stranger
            .deployment
            .end_of_fence(Fence::OtherOrigin)
            .contains("headwater adopt --base-url https://other.example")
    );
    assert_eq!(known(folder.path()).await, kept, "a server that starts elsewhere changes nothing");
    assert_eq!(named(folder.path(), 5, ours).await.service.deployment.take_up(None).await.unwrap(), None);
}

#[tokio::test]
async fn n2_adopt_never_records_an_origin_that_nobody_named() {
    let folder = tempfile::tempdir().unwrap();
    let ours = "https://headwater.example";
    let house = named(folder.path(), 1, ours).await;
    house.service.deployment.take_up(None).await.unwrap();
    house.connected(1).await;

    // A command that was told no origin, and took its own for one.
    let command = House::on(open(folder.path()).await, 2, |_| {}).await;
    assert_eq!(command.service.deployment.adopt().await.unwrap().as_deref(), Some(ours));
    assert!(house.service.deployment.keep_up().await.unwrap().is_some(), "the server goes on");

    let moved = named(folder.path(), 3, "https://new.example").await;
    assert_eq!(moved.service.deployment.take_up(None).await.unwrap(), Some(Fence::OtherOrigin));
    command.service.deployment.adopt().await.unwrap();
    assert_eq!(
        moved.service.deployment.keep_up().await.unwrap(),
        None,
        "that confirms the known origin only"
    );
    assert_eq!(moved.service.deployment.adopt().await.unwrap().as_deref(), Some("https://new.example"));
    assert!(moved.service.deployment.keep_up().await.unwrap().is_some(), "within a minute");
    assert_eq!(house.service.deployment.keep_up().await.unwrap(), None, "the former one stops");
}

#[tokio::test]
async fn n2_a_database_that_knows_no_origin_is_adopted_by_the_server_that_has_it() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let house = at(ours.path(), 1, "https://localhost:7443").await;
    house.service.deployment.take_up(None).await.unwrap();
    house.connected(1).await;
    copy(ours.path(), theirs.path());
    let server = at(theirs.path(), 2, "https://localhost:7443").await;
    assert_eq!(server.service.deployment.take_up(None).await.unwrap(), Some(Fence::Moved));
    let command = at(theirs.path(), 3, "https://localhost:1").await;
    assert_eq!(command.service.deployment.adopt().await.unwrap(), None);
    assert!(server.service.deployment.keep_up().await.unwrap().is_some(), "the advice works at once");
    assert_eq!(command.service.deployment.keep_up().await.unwrap(), None, "and has found its place");
}

#[tokio::test]
async fn n2_what_an_earlier_release_served_counts_as_its_origin() {
    let folder = tempfile::tempdir().unwrap();
    let earlier = |settings: &mut crate::settings::Settings| {
        settings.base_url = "https://headwater.example".parse().unwrap();
    };
    let house = House::on(open(folder.path()).await, 1, earlier).await;
    house.service.deployment.take_up(None).await.unwrap();
    assert_eq!(known(folder.path()).await, (Some("https://headwater.example".to_owned()), None));
    house.connected(1).await;
    let other = named(folder.path(), 2, "https://other.example").await;
    assert_eq!(other.service.deployment.take_up(None).await.unwrap(), Some(Fence::Moved));
    other.service.deployment.keep_origin().await.unwrap();
    let ours = Some("https://headwater.example".to_owned());
    assert_eq!(known(folder.path()).await, (ours.clone(), ours), "end users connected there");
    assert!(other.service.deployment.end_of_fence(Fence::Moved).contains("--base-url https://other.example"));
}

#[tokio::test]
async fn n2_development_goes_on_where_only_its_own_origin_changed() {
    let folder = tempfile::tempdir().unwrap();
    let earlier = at(folder.path(), 1, "https://localhost:7443").await;
    earlier.service.deployment.take_up(None).await.unwrap();
    earlier.connected(1).await;
    let now = at(folder.path(), 2, "http://localhost:7443").await;
    now.service.deployment.take_up_for_development().await.unwrap();
    assert_eq!(known(folder.path()).await.0.as_deref(), Some("http://localhost:7443"));
    now.service.deployment.keep_up().await.unwrap();
    now.provider.answer_tokens(2);
    assert_eq!(refresh(&now, &ann()).await, None, "it refreshes");
    let tunnel = at(folder.path(), 4, "https://tunnel.example").await;
    tunnel.service.deployment.take_up_for_development().await.unwrap();
    tunnel.service.deployment.keep_up().await.unwrap();
    now.service.deployment.take_up_for_development().await.expect("an address for the occasion binds nobody");

    named(folder.path(), 3, "https://headwater.example").await.service.deployment.adopt().await.unwrap();
    let refused = now.service.deployment.take_up_for_development().await.unwrap_err();
    assert!(refused.message().contains("https://headwater.example"), "{refused}");
}
