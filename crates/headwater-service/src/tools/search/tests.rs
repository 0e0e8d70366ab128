//! Which tools are found, and for whom they are ready.

use headwater_domain::account::AccountStatus;

use super::*;
use crate::tests::bench::Bench;

async fn search(bench: &Bench, query: &str, identifier: Option<&str>) -> Vec<(String, Vec<Readiness>)> {
    let wanted = SearchTools { query: query.to_owned(), identifier: identifier.map(str::to_owned), count: 3 };
    let found = bench.service.tools.search(&wanted).await.unwrap();
    let states = |tool: &FoundTool| tool.accounts.iter().map(|it| it.readiness).collect();
    found.iter().map(|tool| (tool.listing.tool.name.clone(), states(tool))).collect()
}

#[tokio::test]
async fn readiness_follows_the_account_and_its_scopes() {
    let bench = Bench::new();
    let wiki = bench.connection("wiki").await;
    let table = [
        ("ready", AccountStatus::Active, &["write:note:bench"][..], Readiness::Ready),
        ("unknown", AccountStatus::Active, &[], Readiness::Ready),
        ("narrow", AccountStatus::Active, &["read:note:bench"], Readiness::NeedsReauthorization),
        ("expired", AccountStatus::Expired, &["write:note:bench"], Readiness::NeedsReauthorization),
        ("pending", AccountStatus::PendingAuth, &[], Readiness::NeedsConnection),
        ("gone", AccountStatus::Disconnected, &["write:note:bench"], Readiness::NeedsConnection),
    ];
    for (identifier, status, scopes, expected) in table {
        bench.account(&wiki, identifier, status, scopes).await;
        let found = search(&bench, "pin a note to the wall", Some(identifier)).await;
        assert_eq!(found[0], ("bench_note_pin".to_owned(), vec![expected]), "{identifier}");
    }
    assert_eq!(search(&bench, "pin a note", Some("stranger")).await[0].1, []);
    assert_eq!(search(&bench, "pin a note", None).await[0].1, []);
}

#[tokio::test]
async fn only_tools_of_enabled_connections_are_found() {
    let bench = Bench::new();
    assert_eq!(search(&bench, "pin a note", None).await, []);
    let wiki = bench.connection("wiki").await;
    assert_eq!(search(&bench, "pin a note", None).await[0].0, "bench_note_pin");
    bench.service.connections.set_enabled(wiki.id.as_str(), false).await.unwrap();
    assert_eq!(search(&bench, "pin a note", None).await, []);
}

#[tokio::test]
async fn counts_are_kept_within_bounds() {
    let bench = Bench::new();
    bench.connection("wiki").await;
    for (count, most) in [(0, 10), (2, 2), (1000, 50)] {
        let wanted = SearchTools { query: "page".to_owned(), identifier: None, count };
        let found = bench.service.tools.search(&wanted).await.unwrap();
        assert!((2..=most).contains(&found.len()), "{count}: {}", found.len());
    }
}
