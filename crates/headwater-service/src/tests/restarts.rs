//! The use cases over a real file: what outlives a restart, and who wins when two come on two threads at once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::role::Roles;
use headwater_domain::secret::Secret;
use headwater_ports::store::Store;
use headwater_store::SqliteStore;
use serde_json::json;
use tempfile::TempDir;

use super::harness::{House, SITE, ann, bearer, body, code, reveal};
use crate::accounts::AccountChange;
use crate::connect::ConnectError;
use crate::connections::ConnectionSettings;
use crate::tools::ExecuteTool;

async fn open(folder: &TempDir) -> Box<dyn Store> {
    Box::new(SqliteStore::open(&file(folder.path())).await.unwrap())
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("headwater.db")
}

async fn house(folder: &TempDir, seed: u64) -> House {
    House::on(open(folder).await, seed, |_| {}).await
}

/// Reads a page. The clock stands still meanwhile: a file takes its own time.
async fn read_page(house: &House) {
    house.provider.answer(200, &json!({}));
    let arguments = json!({"id": "7"}).as_object().cloned().unwrap();
    let call = ExecuteTool { name: "confluence_page_get".to_owned(), arguments, account: ann() };
    house.service.tools.execute(call).await.unwrap();
}

#[tokio::test]
async fn everything_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let before = house(&folder, 1).await;
    let account = before.connected(1).await;
    let generate = || Ok::<_, std::fmt::Error>(Secret::new("a signing key".to_owned()));
    before.service.signing_keys.all(generate).await.unwrap();
    let client = before.service.api_clients.create("one", Roles::ALL).await.unwrap();
    read_page(&before).await;
    before.service.usage.write().await.unwrap();
    let stored = before.account(&account).await;
    let (link, visit) = (before.link_for(&ann()).await, before.visit().await);
    drop(before);
    let after = house(&folder, 2).await;
    let found = after.account(&account).await;
    assert_eq!(
        (found.id, found.status, found.last_used_at),
        (stored.id, AccountStatus::Active, stored.last_used_at)
    );
    assert!(stored.last_used_at.is_some());
    let keys = after.service.signing_keys.all(|| Err::<Secret, _>(std::fmt::Error)).await.unwrap();
    assert_eq!(reveal(&keys[0].private_key), "a signing key");
    after.service.api_clients.authenticate(client.client.id.as_str(), &client.secret).await.unwrap();
    after.service.connect.view_link(&link).await.unwrap();
    // The token lapses: its successor is bought with the refresh token and the client secret of before.
    after.clock.advance(Duration::from_secs(3600));
    after.provider.answer_tokens(2);
    read_page(&after).await;
    let requests = after.provider.requests();
    assert_eq!(
        (&body(&requests[0])["refresh_token"], bearer(&requests[1])),
        (&json!("refresh-1"), "access-2")
    );
    assert_eq!(body(&requests[0])["client_secret"], "the-secret");
    let late = after.come_back(&visit).await;
    assert!(matches!(late, Err(ConnectError::Expired)), "an hour at the provider is too long");
}

#[tokio::test]
async fn a_flow_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let before = house(&folder, 1).await;
    let visit = before.visit().await;
    drop(before);
    let after = house(&folder, 2).await;
    after.provider.answer_tokens(1);
    after.provider.answer_sites(&[SITE]);
    after.come_back(&visit).await.unwrap();
    assert_eq!(after.status(&ann()).await, AccountStatus::Active);
    assert!(matches!(after.come_back(&visit).await, Err(ConnectError::Used)));
}

#[tokio::test]
async fn a1_no_secret_stands_in_the_file_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder, 1).await;
    house.connected(1).await;
    let (link, visit) = (house.link().await, house.visit().await);
    let client = house.service.api_clients.create("one", Roles::ALL).await.unwrap();
    let mut secrets = vec!["access-1", "refresh-1", "the-secret", &link, &visit.state, &visit.cookie];
    secrets.push(reveal(&client.secret));
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
        for secret in &secrets {
            assert!(!holds(secret), "{secret} stands in {}", path.display());
        }
        files += usize::from(holds("ann"));
    }
    assert!(files > 0, "what is no secret can be found in the files");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads_every_race_has_one_winner() {
    let folder = tempfile::tempdir().unwrap();
    let house = Arc::new(house(&folder, 1).await);
    let link = house.link().await;
    let started = join_all((0..8).map(|_| {
        let (service, link) = (house.service.clone(), link.clone());
        tokio::spawn(async move { service.connect.start(&link).await.is_ok() })
    }));
    assert_eq!(count(started.await), 1, "one browser gets the link");
    let visit = house.visit().await;
    house.provider.requests();
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    let finished = join_all((0..8).map(|_| {
        let (service, id) = (house.service.clone(), house.wiki.id.clone());
        let (query, cookie) = (code(&visit.state), visit.cookie.clone());
        tokio::spawn(async move { service.connect.callback(id.as_str(), query, Some(&cookie)).await.is_ok() })
    }));
    assert_eq!(count(finished.await), 1, "one answer counts");
    let presented = house.provider.requests().into_iter().filter(|it| it.method == "POST").count();
    assert_eq!(presented, 1, "the code is presented once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_many_threads_a_token_is_replaced_once() {
    let folder = tempfile::tempdir().unwrap();
    let house = Arc::new(house(&folder, 1).await);
    house.connected(1).await;
    let id = house.account(&ann()).await.id;
    house.clock.advance(Duration::from_secs(3600));
    house.provider.answer_tokens(2);
    let callers = join_all((0..50).map(|_| {
        let (service, id) = (house.service.clone(), id.clone());
        tokio::spawn(async move { service.grants.usable(&id).await.is_ok_and(|it| it.grant.generation == 2) })
    }));
    assert_eq!(count(callers.await), 50);
    assert_eq!(house.provider.requests().len(), 1);
    let changes = join_all((0..8).map(|number| {
        let service = house.service.clone();
        let api_config = json!({ format!("key{number}"): 1 }).as_object().cloned();
        let change = AccountChange { tokens: None, api_config };
        tokio::spawn(async move { service.accounts.update(&ann(), change).await.is_ok() })
    }));
    let kept = count(changes.await);
    assert_eq!(house.account(&ann()).await.api_config.len(), kept, "no change is lost silently");
    assert!(kept > 0);
}

#[tokio::test]
async fn of_two_changes_of_a_connection_one_is_told_to_look_again() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder, 1).await;
    let id = house.wiki.id.as_str();
    let rename = |name| house.service.connections.update(id, Some(name), ConnectionSettings::default());
    let held = house.store.write().await.unwrap();
    let opened = house.store.opened();
    let free = async {
        // Both have read what they change, and both want to write.
        while house.store.opened() < opened + 4 {
            tokio::task::yield_now().await;
        }
        drop(held);
    };
    let (one, other, ()) = tokio::join!(rename("one"), rename("other"), free);
    let (kept, error) = match (one, other) {
        (Ok(kept), Err(error)) | (Err(error), Ok(kept)) => (kept, error),
        (one, other) => panic!("{} {}: one wins", one.is_ok(), other.is_ok()),
    };
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, ErrorCode::Conflict));
    assert_eq!(house.service.connections.get(id).await.unwrap().name, kept.name);
}

/// Two servers on one database: what one changes, the other obeys after five seconds at the latest, and at once where a
/// token would be refreshed.
#[tokio::test]
async fn replicas_obey_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (house(&folder, 1).await, house(&folder, 2).await);
    one.connected(1).await;
    read_page(&other).await;
    one.service.accounts.disconnect(&ann()).await.unwrap();
    other.clock.advance(Duration::from_secs(5));
    let id = one.account(&ann()).await.id;
    let refused = |outcome: Result<_, crate::error::ServiceError>| outcome.err().map(|error| error.code());
    assert_eq!(refused(other.service.grants.usable(&id).await.map(drop)), Some(ErrorCode::AccountNotActive));

    one.connected(2).await;
    other.clock.advance(Duration::from_secs(5));
    read_page(&other).await;
    one.service.accounts.disconnect(&ann()).await.unwrap();
    other.provider.requests();
    // Its memory is a moment old, and the token in it has lapsed.
    let stale = other.service.grants.live_account(&id).await.unwrap();
    let refresh = other.service.grants.start_refresh(&id, stale.grant.generation).await;
    assert_eq!(refresh.err().map(|error| error.code()), Some(ErrorCode::AccountNotActive));
    assert!(other.provider.requests().is_empty(), "nothing was presented");
    one.connected(3).await;
    other.clock.advance(Duration::from_secs(5));
    let live = other.service.grants.usable(&id).await.unwrap();
    assert_eq!(reveal(&live.grant.access_token), "access-3", "a new consent is obeyed too");
}

fn count(outcomes: Vec<Result<bool, tokio::task::JoinError>>) -> usize {
    outcomes.into_iter().filter(|it| *it.as_ref().unwrap()).count()
}
