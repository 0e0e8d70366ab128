//! Cases about connect flows.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use headwater_domain::flow::{
    Candidate, ChoosingSite, ConnectFlow, FailureReason, Stage, Started, Verifying,
};
use headwater_domain::sealed::Sealed;
use headwater_domain::site::Site;
use headwater_domain::time::Timestamp;

use super::samples::{NOW, account, active, after, assert_same, connection, flow, sealed, seed};
use super::winners;
use crate::store::Store;

fn candidate() -> Candidate {
    Candidate {
        access_token: sealed("access"),
        refresh_token: Some(sealed("refresh")),
        scopes: vec!["a".to_owned()],
        obtained_at: NOW,
        expires_at: Some(NOW),
    }
}

fn sites() -> Vec<Site> {
    active(1, &connection(1, "x"), "x").site.into_iter().collect()
}

/// A flow that waits for the application's word on the request with this digest.
fn verifying(request: u8) -> Stage {
    let site = sites().remove(0);
    let (request_digest, candidate) = ([request; 32], candidate());
    Stage::Verifying(Verifying {
        request_digest,
        candidate,
        site,
        provider_account_id: None,
        attempts_left: 5,
    })
}

fn stages() -> Vec<Stage> {
    let (candidate, sites) = (candidate(), sites());
    let bare = Candidate { refresh_token: None, scopes: Vec::new(), expires_at: None, ..candidate.clone() };
    let mut stages = vec![
        Stage::Started(Started {
            state_digest: [1; 32],
            browser_digest: Some([2; 32]),
            verifier: Some(sealed("verifier")),
        }),
        Stage::Started(Started { state_digest: [1; 32], browser_digest: None, verifier: None }),
        Stage::ChoosingSite(ChoosingSite { browser_digest: Some([3; 32]), candidate, sites }),
        Stage::ChoosingSite(ChoosingSite { browser_digest: None, candidate: bare, sites: Vec::new() }),
        verifying(4),
        Stage::Completed,
        Stage::Issued,
    ];
    stages.extend(FailureReason::ALL.map(Stage::Failed));
    stages
}

/// The sealed parts of a stage, which do not print.
fn secrets(stage: &Stage) -> Vec<&Sealed> {
    match stage {
        Stage::Started(started) => started.verifier.iter().collect(),
        Stage::ChoosingSite(ChoosingSite { candidate, .. })
        | Stage::Verifying(Verifying { candidate, .. }) => {
            [&candidate.access_token].into_iter().chain(&candidate.refresh_token).collect()
        }
        Stage::Issued | Stage::Completed | Stage::Failed(_) => Vec::new(),
    }
}

/// What was written is what is read.
pub async fn every_stage_survives(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut it = flow(1, &user, 7);
    it.caller_state = None;
    it.user_verify_url = Some("https://application.example/verify".to_owned());
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&it).await.unwrap();
    assert_same(&tx.flow(&it.id).await.unwrap().unwrap(), &it);
    for stage in stages() {
        it.stage = stage;
        it.version += 1;
        assert!(tx.update_flow(&it).await.unwrap());
        assert_same(&tx.flow_by_link(&[7; 32]).await.unwrap().unwrap(), &it);
        let found = tx.flow(&it.id).await.unwrap().unwrap();
        assert_same(&found, &it);
        assert_eq!(secrets(&found.stage), secrets(&it.stage));
    }
}

/// Browsers that all use the same link.
pub async fn b1_of_many_replays_one_wins(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&flow(1, &user, 7)).await.unwrap();
    tx.commit().await.unwrap();
    let won = winners(async |number| {
        let stage = Stage::Started(Started {
            state_digest: digest(number),
            browser_digest: Some(digest(number)),
            verifier: None,
        });
        let mut tx = store.write().await.unwrap();
        let mine = ConnectFlow { stage, version: 2, ..flow(1, &user, 7) };
        let won = tx.update_flow(&mine).await.unwrap();
        tx.commit().await.unwrap();
        won
    })
    .await;
    assert_eq!(won.len(), 1);
    let mut tx = store.read().await.unwrap();
    for number in 0..6 {
        let found = tx.flow_by_state(&digest(number)).await.unwrap();
        assert_eq!(found.is_some(), won.contains(&number), "the losers left no trace");
    }
}

fn digest(number: u32) -> [u8; 32] {
    [u8::try_from(number).unwrap_or(u8::MAX); 32]
}

/// A write that did not see the latest version changes nothing.
pub async fn the_later_writer_loses(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let at =
        |version| ConnectFlow { version, stage: Stage::Completed, caller_state: None, ..flow(1, &user, 7) };
    let mut tx = store.write().await.unwrap();
    assert!(!tx.update_flow(&at(2)).await.unwrap(), "there is none yet");
    tx.insert_flow(&flow(1, &user, 7)).await.unwrap();
    for refused in [0, 1, 3] {
        assert!(!tx.update_flow(&at(refused)).await.unwrap(), "{refused}");
        assert_same(&tx.flow(&at(1).id).await.unwrap().unwrap(), &flow(1, &user, 7));
    }
    assert!(tx.update_flow(&at(2)).await.unwrap());
    assert_same(&tx.flow(&at(1).id).await.unwrap().unwrap(), &at(2));
}

/// No two flows answer to one link or to one state.
pub async fn links_and_states_belong_to_one_flow(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let started = Stage::Started(Started { state_digest: [9; 32], browser_digest: None, verifier: None });
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&ConnectFlow { stage: started.clone(), ..flow(1, &user, 1) }).await.unwrap();
    tx.commit().await.unwrap();
    for again in [flow(1, &user, 2), flow(2, &user, 1), ConnectFlow { stage: started, ..flow(2, &user, 2) }] {
        let mut tx = store.write().await.unwrap();
        assert!(tx.insert_flow(&again).await.is_err(), "{again:?}");
    }
    let mut tx = store.read().await.unwrap();
    assert!(tx.flow_by_link(&[1; 32]).await.unwrap().is_some());
    assert!(tx.flow_by_state(&[9; 32]).await.unwrap().is_some());
    assert!(tx.flow_by_state(&[1; 32]).await.unwrap().is_none());
    assert!(tx.flow_by_link(&[9; 32]).await.unwrap().is_none());
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
    for (version, stage) in (3..).zip(stages().into_iter().filter(|it| !matches!(it, Stage::Started(_)))) {
        it.stage = stage;
        it.version = version;
        assert!(tx.update_flow(&it).await.unwrap());
        assert_same(&tx.flow_by_state(&[9; 32]).await.unwrap().unwrap(), &it);
    }
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

/// An `auth_request_id` leads to the flow that waits for it, and nowhere once that has moved on.
pub async fn a_request_belongs_to_one_waiting_flow(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let mut it = ConnectFlow { stage: verifying(4), ..flow(1, &user, 1) };
    let mut tx = store.write().await.unwrap();
    tx.insert_flow(&it).await.unwrap();
    tx.insert_flow(&ConnectFlow { stage: verifying(5), ..flow(2, &user, 2) }).await.unwrap();
    assert_same(&tx.flow_by_request(&[4; 32]).await.unwrap().unwrap(), &it);
    assert!(tx.flow_by_request(&[1; 32]).await.unwrap().is_none());
    it.stage = Stage::Completed;
    it.version = 2;
    assert!(tx.update_flow(&it).await.unwrap());
    assert!(tx.flow_by_request(&[4; 32]).await.unwrap().is_none());
    assert!(tx.flow_by_request(&[5; 32]).await.unwrap().is_some());
}

/// Tokens do not lie around in flows that nobody goes on with.
pub async fn tokens_that_nobody_fetched_are_found(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let choosing =
        Stage::ChoosingSite(ChoosingSite { browser_digest: None, candidate: candidate(), sites: sites() });
    let plan =
        [(Stage::Issued, 1), (verifying(4), 2), (choosing, 1), (Stage::Completed, 1), (verifying(5), 9)];
    let mut tx = store.write().await.unwrap();
    for (number, (stage, seconds)) in (1..).zip(plan) {
        let link = u8::try_from(number).unwrap();
        let it = ConnectFlow { stage, expires_at: after(seconds), ..flow(number, &user, link) };
        tx.insert_flow(&it).await.unwrap();
    }
    let links = |flows: Vec<ConnectFlow>| flows.iter().map(|it| it.link_digest[0]).collect::<Vec<_>>();
    assert_eq!(links(tx.lapsed_flows_with_tokens(after(9), 10).await.unwrap()), [3, 2]);
    assert_eq!(links(tx.lapsed_flows_with_tokens(after(9), 1).await.unwrap()), [3]);
    assert_eq!(links(tx.lapsed_flows_with_tokens(after(1), 10).await.unwrap()), [0_u8; 0]);
}

/// Those of one account that nobody has used and that have not lapsed.
pub async fn links_that_wait_to_be_used_are_counted(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let (user, other) = (account(1, &wiki, "user"), account(2, &wiki, "other"));
    seed(store, &wiki, &[&user, &other]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let started = stages().into_iter().find(|it| matches!(it, Stage::Started(_))).unwrap();
    let plan = [
        (&user, Stage::Issued, 5),
        (&user, Stage::Issued, 6),
        (&user, started, 9),
        (&other, Stage::Issued, 9),
    ];
    for (number, (of, stage, seconds)) in (1..).zip(plan) {
        let link = u8::try_from(number).unwrap();
        let it = ConnectFlow { stage, expires_at: after(seconds), ..flow(number, of, link) };
        tx.insert_flow(&it).await.unwrap();
    }
    for (seconds, expected) in [(4, 2), (5, 1), (6, 0)] {
        assert_eq!(tx.count_unused_links(&user.id, after(seconds)).await.unwrap(), expected, "{seconds}");
    }
}

/// Whatever their stage, in the order of their ids.
pub async fn flows_that_have_not_lapsed_are_listed(store: &impl Store) {
    let wiki = connection(1, "wiki");
    let user = account(1, &wiki, "user");
    seed(store, &wiki, &[&user]).await.unwrap();
    let plan = [(Stage::Issued, 5), (verifying(4), 9), (Stage::Completed, 4), (Stage::Issued, 6)];
    let mut tx = store.write().await.unwrap();
    for (number, (stage, seconds)) in (1..).zip(plan) {
        let link = u8::try_from(number).unwrap();
        let it = ConnectFlow { stage, expires_at: after(seconds), ..flow(number, &user, link) };
        tx.insert_flow(&it).await.unwrap();
    }
    let links = |flows: &[ConnectFlow]| flows.iter().map(|it| it.link_digest[0]).collect::<Vec<_>>();
    let first = tx.unlapsed_flows(after(5), "", 2).await.unwrap();
    assert_eq!(links(&first), [1, 2]);
    let rest = tx.unlapsed_flows(after(5), first[1].id.as_str(), 2).await.unwrap();
    assert_eq!(links(&rest), [4]);
}
