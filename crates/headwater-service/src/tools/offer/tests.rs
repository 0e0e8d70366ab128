//! Additions are there where a connection turns them on, and nowhere else.

use headwater_domain::account::AccountStatus;
use headwater_domain::error::ErrorKind;

use crate::accounts::AccountLocator;
use crate::tests::bench::Bench;
use crate::tools::{ListScopedTools, ListTools, SearchTools};

use super::*;

const ADDITION: &str = "bench_note_frame";
const PUBLISHED: &str = "bench_note_pin";

/// Whether each of the two tools is listed: in the catalogue, for the account, as available, as scoped, by search.
async fn seen(bench: &Bench, tool: &str, account: &str) -> [bool; 5] {
    let service = &bench.service;
    let all = ListTools::default();
    let locator = AccountLocator { id: Some(account.to_owned()), ..AccountLocator::default() };
    let own = ListTools { account: locator, ..ListTools::default() };
    let scoped = ListScopedTools { identifier: "ann".to_owned(), ..ListScopedTools::default() };
    let wanted = SearchTools { query: tool.replace('_', " "), ..SearchTools::default() };
    let named = |listing: &ToolListing| listing.tool.name == tool;
    [
        service.tools.list(&all, ALL).await.unwrap().items.iter().any(named),
        service.tools.list(&own, ALL).await.unwrap().items.iter().any(named),
        service.tools.list_available(ALL).await.unwrap().items.iter().any(named),
        service.tools.list_scoped(&scoped, ALL).await.unwrap().items.iter().any(|it| named(&it.listing)),
        service.tools.search(&wanted).await.unwrap().iter().any(|it| named(&it.listing)),
    ]
}

#[tokio::test]
async fn lists_follow_the_switch() {
    let bench = Bench::new();
    let wiki = bench.connection("wiki").await;
    let account = bench.account(&wiki, "ann", AccountStatus::Active, &[]).await;
    for on in [false, true, false] {
        bench.additions(&wiki, on).await;
        assert_eq!(seen(&bench, ADDITION, account.as_str()).await, [on; 5], "{on}");
        assert_eq!(seen(&bench, PUBLISHED, account.as_str()).await, [true; 5], "{on}");
    }
}

#[tokio::test]
async fn e1_one_connections_switch_does_not_open_another() {
    let bench = Bench::new();
    let (wiki, other) = (bench.connection("wiki").await, bench.connection("other").await);
    let other = bench.additions(&other, true).await;
    let account = bench.account(&wiki, "ann", AccountStatus::Active, &[]).await;
    let [everywhere, own, _, scoped, _] = seen(&bench, ADDITION, account.as_str()).await;
    assert_eq!((everywhere, own, scoped), (true, false, false));
    assert_eq!(
        bench.service.tools.of_connection(&wiki).iter().filter(|it| it.tool.name == ADDITION).count(),
        0
    );
    assert_eq!(
        bench.service.tools.of_connection(&other).iter().filter(|it| it.tool.name == ADDITION).count(),
        1
    );
}

#[tokio::test]
async fn e1_a_call_that_is_not_offered_says_how_it_would_be_and_sends_nothing() {
    let bench = Bench::new();
    let wiki = bench.connection("wiki").await;
    let account = bench.account(&wiki, "ann", AccountStatus::Active, &[]).await;
    let error = bench.call(ADDITION, &account).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("connection update wiki --additional-tools true"), "{error}");
    assert!(error.tool().is_none() && bench.upstream.seen().is_empty());
    bench.additions(&wiki, true).await;
    bench.upstream.answer(200, "{}");
    bench.call(ADDITION, &account).await.unwrap();
    assert_eq!(bench.upstream.seen().len(), 1);
}
