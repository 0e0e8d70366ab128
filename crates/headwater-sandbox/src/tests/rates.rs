//! Limits of rate: off at first, then by points and by bursts.

use serde_json::json;

use super::harness::{SPACE_ID, World, id};
use crate::RateRules;

#[tokio::test]
async fn points_are_spent_by_the_hour() {
    let world = World::new().await;
    let session = world.session().await;
    let page = id(&session.create_page("Page", json!({})).await);
    let path = format!("/wiki/api/v2/pages/{page}");
    assert_eq!(session.get(&path).await.header("ratelimit-policy"), "", "off at first");
    let rules = RateRules { points_per_hour: Some(10), ..RateRules::default() };
    world.sandbox.limit_rates(rules);
    world.clock.advance_seconds(3000);
    let first = session.get(&path).await;
    assert_eq!(first.header("ratelimit-policy"), "\"global-app-quota\";q=10;w=3600");
    assert_eq!(first.header("ratelimit"), "", "much is left");
    let list = session.get(&format!("/wiki/api/v2/spaces/{SPACE_ID}/pages")).await;
    assert_eq!(list.status, 200, "one and two pages: five points are spent");
    session.create_page("Another", json!({})).await;
    session.get(&path).await;
    let near = session.get("/wiki/api/v2/pages/1").await;
    assert_eq!((near.status.as_u16(), near.header("ratelimit")), (404, "\"global-app-quota\";r=1;t=600"));
    assert_eq!(session.get(&path).await.status, 200, "the last point lets one more in");
    let refused = session.get(&path).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "600");
    assert_eq!(refused.header("x-ratelimit-limit"), "10");
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    assert_eq!(refused.header("x-ratelimit-reset"), "2026-11-01T01:00:00.000Z");
    assert_eq!(refused.header("ratelimit-reason"), "confluence-quota-global-based");
    let other = world.other_user().await;
    assert_eq!(other.get(&path).await.status, 429, "the app is what is limited");
    world.clock.advance_seconds(600);
    assert_eq!(other.get(&path).await.status, 200, "the hour has turned");
}

#[tokio::test]
async fn bursts_are_cut_operation_by_operation() {
    let world = World::new().await;
    let session = world.session().await;
    world.sandbox.limit_rates(RateRules { requests_per_second: Some(2), ..RateRules::default() });
    for expected in [200, 200, 429] {
        assert_eq!(session.get("/wiki/api/v2/pages").await.status, expected);
    }
    let refused = session.get("/wiki/api/v2/pages").await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "1"));
    assert_eq!(session.get("/wiki/api/v2/spaces").await.status, 200, "another operation");
    world.clock.advance_seconds(1);
    assert_eq!(session.get("/wiki/api/v2/pages").await.status, 200);
}
