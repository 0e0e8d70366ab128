//! Which sites a token opens.

use axum::body::Body;
use http::Request;

use super::harness::{OTHER_CLOUD_ID, PUBLIC_URL, Reply, World};
use crate::bare;

async fn get(world: &World, path: &str, token: &str) -> Reply {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn sites_are_listed_with_sorted_scopes_and_without_offline_access() {
    let world = World::new().await;
    let session = world.session_with("write:page:confluence offline_access read:page:confluence").await;
    let reply = get(&world, "/oauth/token/accessible-resources", &session.token).await;
    assert_eq!(reply.status, 200);
    let ids: Vec<_> =
        reply.json.as_array().unwrap().iter().map(|site| site["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [bare::CLOUD_ID, OTHER_CLOUD_ID]);
    let site = &reply.json[0];
    assert_eq!(site["url"], PUBLIC_URL);
    assert_eq!(site["name"], "sandbox");
    assert_eq!(site["scopes"], serde_json::json!(["read:page:confluence", "write:page:confluence"]));
    assert_eq!(reply.header("server"), "AtlassianEdge");
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    assert!(reply.header("etag").starts_with("W/\""), "{:?}", reply.headers);
}

#[tokio::test]
async fn sites_and_user_need_a_good_token() {
    let world = World::new().await;
    for path in ["/oauth/token/accessible-resources", "/me"] {
        assert_eq!(get(&world, path, "guessed").await.status, 401, "{path}");
        assert_eq!(world.get(path).await.status, 401, "{path}");
    }
    let session = world.session().await;
    world.sandbox.expire_access_tokens().await.unwrap();
    assert_eq!(get(&world, "/oauth/token/accessible-resources", &session.token).await.status, 401);
}

#[tokio::test]
async fn the_user_is_told_to_tokens_that_may_read_it() {
    let world = World::new().await;
    let allowed = world.session_with("read:me").await;
    let reply = get(&world, "/me", &allowed.token).await;
    assert_eq!(reply.json["account_id"], bare::ACCOUNT_ID);
    assert_eq!(reply.json["email"], "robin@example.com");
    let other = world.session_with("read:page:confluence").await;
    let reply = get(&world, "/me", &other.token).await;
    assert_eq!(
        (reply.status.as_u16(), reply.json["message"].as_str()),
        (401, Some("Unauthorized; scope does not match"))
    );
}

#[tokio::test]
async fn every_site_tells_its_cloud_id() {
    let world = World::new().await;
    for (host, expected) in [
        ("localhost:7444", bare::CLOUD_ID),
        ("labs.localhost:7444", OTHER_CLOUD_ID),
        ("elsewhere", bare::CLOUD_ID),
    ] {
        let request = Request::get("/_edge/tenant_info").header("host", host);
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.json["cloudId"], expected, "{host}");
    }
}
