//! Attacks on use cases, each named after its row of docs/threats.md. Others stand beside what they attack.

use futures_util::future::join_all;
use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;
use headwater_ports::store::Store as _;
use headwater_store::SqliteStore;
use serde_json::json;
use url::Url;

use super::harness::{House, SITE, ann, parameter, reveal, tokens};
use crate::accounts::AccountLocator;
use crate::connect::{CallbackOutcome, LinkRequest};

/// The attacker can write the database. He gives his own account the sealed tokens of another one, or brings back what
/// the account had earlier. If ciphertext were not bound to its place, he could call with them.
#[tokio::test]
async fn a2_a_stored_grant_serves_its_own_account_and_generation_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("headwater.db")).await.unwrap();
    let house =
        House::on(Box::new(store), 3, |settings| settings.cache_lifetime = std::time::Duration::ZERO).await;
    let victim = house.connected(1).await;
    let attacker = house.connect(&house.wiki, "mallory", 2).await;
    let (victim_id, attacker_id) = (house.account(&victim).await.id, house.account(&attacker).await.id);
    let mut tx = house.store.read().await.unwrap();
    let theirs = tx.grant(&victim_id).await.unwrap().unwrap();
    let mut own = tx.grant(&attacker_id).await.unwrap().unwrap();
    drop(tx);
    // As the store hands it to the use cases, a grant knows whose it is: what is swapped is the ciphertext.
    own.access_token = theirs.access_token.clone();
    own.refresh_token = theirs.refresh_token.clone();
    assert!(house.service.grants.open(own.clone()).is_err(), "another account's");
    let mut later = theirs.clone();
    later.generation += 1;
    assert!(house.service.grants.open(later).is_err(), "an earlier generation's");
    let mut swapped = theirs.clone();
    swapped.access_token = theirs.refresh_token.clone().unwrap();
    assert!(house.service.grants.open(swapped).is_err(), "another field's");
    assert!(house.service.grants.open(theirs).is_ok(), "in its place it opens");
}

/// A thousand browsers, or one that is quick, bring the same answer. Were the flow consumed after the exchange, the
/// code would be presented more than once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn b1_of_a_thousand_replays_of_an_answer_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("headwater.db")).await.unwrap();
    let house = House::on(Box::new(store), 4, |_| {}).await;
    let visit = house.visit().await;
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    house.provider.answer(200, &json!({"accountId": "712020:ann"}));
    let outcomes = join_all((0..1000).map(|_| house.come_back(&visit))).await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
    let presented = house.provider.requests().iter().filter(|it| it.method == "POST").count();
    assert_eq!(presented, 1, "the code is presented once");
    assert_eq!(house.grant(&ann()).await.unwrap().generation, 1);
}

/// What makes a URL look as if it led to one place while a browser takes it to another.
fn misleading_urls() -> Vec<String> {
    const STARTS: [&str; 24] = [
        "https://app.example",
        "https://app.example.",
        "https://app.example:443",
        "https:app.example",
        "https:/app.example",
        "https:///app.example",
        "https:\\\\app.example",
        "https://app.example\\",
        "https://app.example%00",
        "https://app.example%2f",
        "https://app.example%09",
        "https://app.example\t",
        "https://app.example\r\n",
        "https://app.example#",
        "https://app.example?",
        "https://app.example;",
        "https://app.example&",
        "https://app.example,",
        "//app.example",
        "/\\app.example",
        "http://app.example",
        "javascript://app.example/%0a",
        "https://аpp.example",
        "https://app。example",
    ];
    const TURNS: [&str; 12] =
        ["", "@", ":x@", "%40", "\\@", "/..//", "/\\/", "//", ".", "-", " ", "%E3%80%82"];
    const ENDS: [&str; 8] = [
        "evil.example",
        "evil.example/",
        "evil.example/https://app.example",
        "evil.example#app.example",
        "evil.example?x=app.example",
        "2130706433",
        "[::ffff:7f00:1]/",
        "evil.example:443/@app.example",
    ];
    let starts = STARTS.iter().flat_map(|start| TURNS.iter().map(move |turn| format!("{start}{turn}")));
    starts.flat_map(|text| ENDS.iter().map(move |end| format!("{text}{end}"))).collect()
}

/// Browsers are sent to what was checked, so whatever is accepted must lead to the operator's origin.
#[tokio::test]
async fn b7_no_url_leads_browsers_to_another_origin() {
    let allowed = Url::parse("https://app.example").unwrap();
    let origin = allowed.origin();
    let house = House::with(|settings| settings.verification.origins = vec![allowed.origin()]).await;
    let (mut accepted, urls) = (0, misleading_urls());
    assert!(urls.len() > 2000);
    for url in urls {
        let request = LinkRequest { account: ann(), user_verify_url: Some(url.clone()), state: None };
        let Ok(link) = house.service.connect.link(request).await else { continue };
        accepted += 1;
        let visit = house.start(link.url.split_once("token=").unwrap().1).await.unwrap();
        house.provider.answer_tokens(1);
        house.provider.answer_sites(&[SITE]);
        house.provider.answer(200, &json!({"accountId": "712020:ann"}));
        let Ok(CallbackOutcome::Verify(target)) = house.come_back(&visit).await else { panic!("{url}") };
        let target = Url::parse(&target).unwrap();
        assert_eq!(
            (target.origin(), target.username(), target.password()),
            (origin.clone(), "", None),
            "{url}"
        );
        assert!(!target.as_str().contains(['\\', '\t', '\r', '\n', ' ']), "{url}: {target}");
        assert!(parameter(&target, "auth_request_id").is_some(), "{url}: {target}");
        house.provider.requests();
    }
    assert!(accepted > 20, "some are harmless, and are accepted: {accepted}");
}

/// Nobody learns from an answer whether a request exists, was used or has lapsed; and a guess is not counted against
/// the requests of others.
#[tokio::test]
async fn b8_guesses_learn_nothing() {
    let house = House::new().await;
    let request = LinkRequest {
        account: ann(),
        user_verify_url: Some("https://app.example/".to_owned()),
        ..LinkRequest::default()
    };
    let link = house.service.connect.link(request).await.unwrap();
    let visit = house.start(link.url.split_once("token=").unwrap().1).await.unwrap();
    house.provider.answer_tokens(1);
    house.provider.answer_sites(&[SITE]);
    let Ok(CallbackOutcome::Verify(url)) = house.come_back(&visit).await else { panic!() };
    let id = parameter(&Url::parse(&url).unwrap(), "auth_request_id").unwrap();
    assert!(id.len() >= 43, "256 bits: {id}");
    let unknown = house.service.connect.verify_user("guess", "ann").await.unwrap_err();
    for number in 0..1000 {
        let guess = house.service.connect.verify_user(&format!("guess-{number}"), "ann").await.unwrap_err();
        assert_eq!((guess.kind(), guess.message()), (unknown.kind(), unknown.message()));
    }
    house.service.connect.verify_user(&id, "ann").await.unwrap();
    let used = house.service.connect.verify_user(&id, "ann").await.unwrap_err();
    assert_eq!((used.kind(), used.message()), (unknown.kind(), unknown.message()));
    let other = house.service.connect.verify_user(&id, "mallory").await.unwrap_err();
    assert_eq!((other.kind(), other.message()), (unknown.kind(), unknown.message()));
}

/// What counts is what was granted, not what was asked for.
#[tokio::test]
async fn b11_a_grant_has_the_scopes_that_the_provider_names() {
    let house = House::new().await;
    house.connected(1).await;
    assert_eq!(house.wiki.scopes, ["read:page:confluence", "write:page:confluence"], "asked for");
    let granted = house.grant(&ann()).await.unwrap().scopes;
    assert_eq!(granted, ["read:page:confluence", "offline_access"], "granted");
    // A refresh that answers with fewer is believed too.
    house.clock.advance(std::time::Duration::from_secs(3600));
    let mut fewer = tokens(2);
    fewer["scope"] = json!("offline_access");
    house.provider.answer(200, &fewer);
    house.provider.answer(200, &json!({}));
    house.read_page(&ann()).await.unwrap();
    assert_eq!(house.grant(&ann()).await.unwrap().scopes, ["offline_access"]);
}

/// A new consent that did not come to its end changes nothing of what works, however often it is begun.
#[tokio::test]
async fn b4_beginning_again_takes_nothing_away() {
    let house = House::new().await;
    let account: AccountLocator = house.connected(1).await;
    for _ in 0..20 {
        house.visit().await;
    }
    assert_eq!(house.status(&account).await, AccountStatus::Active);
    assert_eq!(reveal(&house.grant(&account).await.unwrap().access_token), "access-1");
    let absent = house.service.connect.verify_user("nothing", "ann").await.unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
}
