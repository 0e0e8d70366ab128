//! Changing keys: everything that the old one sealed is sealed anew, and the old one is needed no more.

use std::collections::BTreeMap;

use headwater_domain::id::WebhookId;
use headwater_domain::secret::Secret;
use headwater_domain::webhook::Webhook;
use headwater_ports::fakes::SeededEntropy;
use headwater_ports::sealer::SealContext;
use headwater_ports::store::Store;
use headwater_seal::{KeyFile, KeyId};
use headwater_store::SqliteStore;
use tempfile::TempDir;

use super::harness::{House, ann, reveal};

const OLD: [u8; 32] = [7; 32];

fn entropy() -> SeededEntropy {
    SeededEntropy::new(5)
}

/// The old key, and a new one that seals.
fn both() -> KeyFile {
    let k2 = KeyId::parse("k2").unwrap();
    KeyFile::single(&OLD).with_new_key(&entropy()).activate(&k2).unwrap()
}

/// The new one alone.
fn new_alone() -> KeyFile {
    both().remove(&old_id()).unwrap()
}

fn old_id() -> KeyId {
    KeyFile::single(&OLD).sealing().clone()
}

async fn open(folder: &TempDir) -> Box<dyn Store> {
    Box::new(SqliteStore::open(&folder.path().join("headwater.db")).await.unwrap())
}

/// Accounts, a webhook with two secrets, a signing key: something of every kind.
async fn furnish(house: &House) -> WebhookId {
    house.connected(1).await;
    house
        .service
        .signing_keys
        .all(|| Ok::<_, std::fmt::Error>(Secret::new("signs".to_owned())))
        .await
        .unwrap();
    let hook = house.service.webhooks.create("https://app.example/hook", Vec::new()).await.unwrap();
    let grace = std::time::Duration::from_secs(60);
    house.service.webhooks.rotate(&hook.webhook.id, grace).await.unwrap();
    hook.webhook.id
}

/// Reads every secret there is.
async fn everything_opens(house: &House, hook: &WebhookId) {
    let grant = house.grant(&ann()).await.unwrap();
    assert_eq!(reveal(&grant.access_token), "access-1");
    assert_eq!(reveal(&grant.refresh_token.unwrap()), "refresh-1");
    let keys = house.service.signing_keys.all(|| Err::<Secret, _>(std::fmt::Error)).await.unwrap();
    assert_eq!(reveal(&keys[0].private_key), "signs");
    let stored: Webhook = house.store.read().await.unwrap().webhook(hook).await.unwrap().unwrap();
    for secret in [&stored.secret, &stored.previous.as_ref().unwrap().0] {
        let place = SealContext {
            record: "webhook",
            id: hook.as_str(),
            field: "secret",
            generation: secret.generation,
        };
        assert!(
            reveal(&house.service.core.sealer().open(place, &secret.sealed).unwrap()).starts_with("whsec_")
        );
    }
    house.clock.advance(std::time::Duration::from_secs(3600));
    house.provider.answer_tokens(2);
    let refreshed = house.service.grants.usable(&house.account(&ann()).await.id).await.unwrap();
    assert_eq!(refreshed.grant.generation, 2, "the client secret opens too");
}

#[tokio::test]
async fn after_a_change_of_keys_nothing_needs_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let before = House::locked_with(KeyFile::single(&OLD), open(&folder).await, 1, |_| {}).await;
    let hook = furnish(&before).await;
    drop(before);

    let between = House::locked_with(both(), open(&folder).await, 2, |_| {}).await;
    let old = BTreeMap::from([(old_id().to_string(), 6)]);
    assert_eq!(between.service.rewrap.seals_by_key().await.unwrap(), old);
    let mut told = Vec::new();
    let done = between.service.rewrap.all(|progress| told.push(progress)).await.unwrap();
    assert_eq!((done.seen, done.resealed), (6, 6));
    assert_eq!(told.last(), Some(&done));
    assert_eq!(between.service.rewrap.seals_by_key().await.unwrap(), BTreeMap::from([("k2".to_owned(), 6)]));
    let again = between.service.rewrap.all(|_| ()).await.unwrap();
    assert_eq!((again.seen, again.resealed), (6, 0), "there is nothing left to do");
    drop(between);

    let after = House::locked_with(new_alone(), open(&folder).await, 3, |_| {}).await;
    everything_opens(&after, &hook).await;
}

/// A3: whatever the moment at which a re-wrap is cut off, everything opens, and the next one finishes the work.
#[tokio::test]
async fn a3_a_rewrap_that_is_cut_off_anywhere_leaves_nothing_unreadable() {
    // Of each of the six kinds one batch is read and written, and then another one found empty. The entry of the audit
    // log comes last.
    let transactions = 6 * 3 + 1;
    for cut in (0..=transactions + 1).step_by(2) {
        let folder = tempfile::tempdir().unwrap();
        let before = House::locked_with(KeyFile::single(&OLD), open(&folder).await, 1, |_| {}).await;
        let hook = furnish(&before).await;
        drop(before);
        let cut_off = House::locked_with(both(), open(&folder).await, 2, |_| {}).await;
        cut_off.store.fail_after(cut);
        let outcome = cut_off.service.rewrap.all(|_| ()).await;
        assert_eq!(outcome.is_err(), cut < transactions, "{cut} transactions, and then none");
        drop(cut_off);
        let next = House::locked_with(both(), open(&folder).await, 3, |_| {}).await;
        let counts = next.service.rewrap.seals_by_key().await.unwrap();
        assert_eq!(counts.values().sum::<u64>(), 6);
        next.service.rewrap.all(|_| ()).await.unwrap();
        drop(next);
        let after = House::locked_with(new_alone(), open(&folder).await, 4, |_| {}).await;
        everything_opens(&after, &hook).await;
    }
}

/// Somebody is in the middle of connecting: their tokens wait in the flow, sealed with the old key.
#[tokio::test]
async fn what_waits_in_connect_flows_counts_for_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let before = House::locked_with(KeyFile::single(&OLD), open(&folder).await, 1, |_| {}).await;
    before.visit().await;
    drop(before);
    let between = House::locked_with(both(), open(&folder).await, 2, |_| {}).await;
    between.service.rewrap.all(|_| ()).await.unwrap();
    let counts = between.service.rewrap.seals_by_key().await.unwrap();
    assert_eq!(counts, BTreeMap::from([(old_id().to_string(), 1), ("k2".to_owned(), 1)]));
    between.clock.advance(std::time::Duration::from_secs(3601));
    let counts = between.service.rewrap.seals_by_key().await.unwrap();
    assert_eq!(counts, BTreeMap::from([("k2".to_owned(), 1)]), "it lapsed");
}

/// A secret that does not open is told and not thrown away.
#[tokio::test]
async fn a_damaged_secret_stops_the_work_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let before = House::locked_with(KeyFile::single(&OLD), open(&folder).await, 1, |_| {}).await;
    furnish(&before).await;
    drop(before);
    let stranger = House::locked_with(new_alone(), open(&folder).await, 2, |_| {}).await;
    let error = stranger.service.rewrap.all(|_| ()).await.unwrap_err();
    assert!(error.to_string().contains("could not be read"), "{error}");
    let counts = stranger.service.rewrap.seals_by_key().await.unwrap();
    assert_eq!(counts, BTreeMap::from([(old_id().to_string(), 6)]));
}
