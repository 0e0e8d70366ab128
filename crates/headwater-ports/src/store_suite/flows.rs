//! Cases about connect flows.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::flow::{Candidate, ChoosingSite, FailureReason, Stage, Started};
use headwater_domain::sealed::Sealed;
use headwater_domain::time::Timestamp;

use super::samples::{NOW, account, active, assert_same, connection, flow, seed};
use crate::store::Store;

fn stages() -> Vec<Stage> {
    let sites = active(1, &connection(1, "x"), "x").site.into_iter().collect();
    let candidate = Candidate {
        access_token: Sealed::from_bytes(*b"access"),
        refresh_token: Some(Sealed::from_bytes(*b"refresh")),
        scopes: vec!["a".to_owned()],
        obtained_at: NOW,
        expires_at: Some(NOW),
    };
    let mut stages = vec![
        Stage::Started(Started {
            state_digest: [1; 32],
            browser_digest: Some([2; 32]),
            verifier: Some(Sealed::from_bytes(*b"v")),
        }),
        Stage::Started(Started { state_digest: [1; 32], browser_digest: None, verifier: None }),
        Stage::ChoosingSite(ChoosingSite { browser_digest: Some([3; 32]), candidate, sites }),
        Stage::Completed,
        Stage::Issued,
    ];
    stages.extend(FailureReason::ALL.map(Stage::Failed));
    stages
}

/// What was written is what is read.
pub async fn every_stage_survives(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut it = flow(1, &user, 7);
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&it).await.unwrap();
    for stage in stages() {
        it.stage = stage;
        it.version += 1;
        assert!(tx.update_flow(&it).await.unwrap());
        assert_same(&tx.flow_by_link(&[7; 32]).await.unwrap().unwrap(), &it);
        assert_same(&tx.flow(&it.id).await.unwrap().unwrap(), &it);
    }
}

/// Two browsers that use the same link.
pub async fn of_two_replays_one_wins(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut it = flow(1, &user, 7);
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&it).await.unwrap();
    tx.commit().await.unwrap();
    it.stage = Stage::Completed;
    it.version = 2;
    let consume = || async {
        let mut tx = store.write().await.unwrap();
        let won = tx.update_flow(&it).await.unwrap();
        tx.commit().await.unwrap();
        u8::from(won)
    };
    let (one, other) = futures_util::join!(consume(), consume());
    assert_eq!(one + other, 1);
}

/// A replayed answer is told from an unknown one.
pub async fn a_state_stays_known_when_its_flow_moves_on(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut it = flow(1, &user, 7);
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&it).await.unwrap();
    assert!(tx.flow_by_state(&[9; 32]).await.unwrap().is_none());
    it.stage = Stage::Started(Started { state_digest: [9; 32], browser_digest: None, verifier: None });
    it.version = 2;
    assert!(tx.update_flow(&it).await.unwrap());
    it.stage = Stage::Completed;
    it.version = 3;
    assert!(tx.update_flow(&it).await.unwrap());
    assert!(matches!(tx.flow_by_state(&[9; 32]).await.unwrap().unwrap().stage, Stage::Completed));
}

/// Flows do not pile up.
pub async fn old_flows_are_removed(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&flow(1, &user, 1)).await.unwrap();
    let mut later = flow(2, &user, 2);
    later.expires_at = Timestamp::from_millis(later.expires_at.millis() + 1);
    tx.insert_flow(&later).await.unwrap();
    assert_eq!(tx.delete_flows_before(later.expires_at).await.unwrap(), 1);
    assert!(tx.flow_by_link(&[1; 32]).await.unwrap().is_none());
    assert!(tx.flow_by_link(&[2; 32]).await.unwrap().is_some());
}
