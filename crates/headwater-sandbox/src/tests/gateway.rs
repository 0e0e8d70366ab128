//! What is refused before an operation is reached.

use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use super::harness::{Session, World};
use crate::{Consent, StaleTokens, bare};

#[tokio::test]
async fn replies_carry_the_headers_of_the_edge() {
    let world = World::new().await;
    let session = world.session().await;
    for path in ["/wiki/api/v2/pages", "/wiki/api/v2/pages/1", "/wiki/nothing"] {
        let reply = session.get(path).await;
        let trace = reply.header("x-trace-id");
        assert_eq!((trace.len(), trace), (32, reply.header("atl-traceid")), "{path}");
        assert_eq!(reply.header("atl-request-id").replace('-', ""), trace, "{path}");
        assert_eq!(reply.header("server"), "AtlassianEdge");
        assert_eq!(reply.header("content-language"), "en-US");
        assert_eq!(reply.header("vary"), "Accept-Encoding");
        assert_eq!(reply.header("x-confluence-request-time"), "1793491200000");
    }
    let reply = session.get("/wiki/api/v2/pages").await;
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("link"), "<http://localhost:7444/wiki>; rel=\"base\"");
}

#[tokio::test]
async fn a_missing_scope_is_told_before_anything_else_is_looked_at() {
    let world = World::new().await;
    let session = world.session_with("read:me").await;
    for (method, path) in [
        (Method::GET, "/wiki/api/v2/pages/not-a-number"),
        (Method::POST, "/wiki/api/v2/pages"),
        (Method::GET, "/wiki/rest/api/search"),
        (Method::DELETE, "/wiki/rest/api/content/1/label?name=x"),
    ] {
        let reply = session.send(method, path, Body::from("not json")).await;
        assert_eq!(reply.status, 401, "{path}");
        assert_eq!(reply.json, json!({ "code": 401, "message": "Unauthorized; scope does not match" }));
        assert_eq!(reply.header("x-failure-category"), "FAILURE_CLIENT_SCOPE_CHECK");
    }
}

#[tokio::test]
async fn every_operation_asks_for_its_own_scopes() {
    let world = World::new().await;
    let cases = [
        ("GET", "/wiki/api/v2/pages", "read:page:confluence", "write:page:confluence"),
        ("GET", "/wiki/api/v2/pages/1", "read:page:confluence", "write:page:confluence"),
        ("POST", "/wiki/api/v2/pages", "write:page:confluence", "read:page:confluence"),
        ("PUT", "/wiki/api/v2/pages/1", "write:page:confluence", "delete:page:confluence"),
        ("PUT", "/wiki/api/v2/pages/1/title", "write:page:confluence", "read:page:confluence"),
        ("DELETE", "/wiki/api/v2/pages/1", "delete:page:confluence", "write:page:confluence"),
        (
            "GET",
            "/wiki/api/v2/pages/1/children",
            "read:page:confluence",
            "read:hierarchical-content:confluence",
        ),
        (
            "GET",
            "/wiki/api/v2/pages/1/direct-children",
            "read:hierarchical-content:confluence",
            "read:page:confluence",
        ),
        ("GET", "/wiki/api/v2/pages/1/labels", "read:page:confluence", "read:label:confluence"),
        ("GET", "/wiki/api/v2/pages/1/attachments", "read:attachment:confluence", "read:page:confluence"),
        ("GET", "/wiki/api/v2/pages/1/versions", "read:page:confluence", "read:space:confluence"),
        ("GET", "/wiki/api/v2/pages/1/footer-comments", "read:comment:confluence", "read:page:confluence"),
        ("GET", "/wiki/api/v2/footer-comments", "read:comment:confluence", "write:comment:confluence"),
        ("POST", "/wiki/api/v2/footer-comments", "write:comment:confluence", "read:comment:confluence"),
        ("GET", "/wiki/api/v2/spaces", "read:space:confluence", "read:page:confluence"),
        ("GET", "/wiki/api/v2/spaces/1", "read:space:confluence", "read:confluence-space.summary"),
        ("GET", "/wiki/api/v2/spaces/1/pages", "read:page:confluence", "read:space:confluence"),
        ("GET", "/wiki/api/v2/blogposts", "read:page:confluence", "read:confluence-content.all"),
        ("POST", "/wiki/api/v2/blogposts", "write:page:confluence", "write:confluence-content"),
        ("DELETE", "/wiki/api/v2/blogposts/1", "delete:page:confluence", "write:page:confluence"),
        ("GET", "/wiki/rest/api/search", "search:confluence", "read:page:confluence"),
        ("GET", "/wiki/rest/api/search", "read:content-details:confluence", "read:confluence-user"),
        ("GET", "/wiki/rest/api/user/current", "read:confluence-user", "search:confluence"),
        ("POST", "/wiki/rest/api/content/1/label", "write:confluence-content", "write:label:confluence"),
        (
            "POST",
            "/wiki/rest/api/content/1/label",
            "read:label:confluence write:label:confluence",
            "read:label:confluence",
        ),
        ("DELETE", "/wiki/rest/api/content/1/label", "write:label:confluence", "read:label:confluence"),
    ];
    for (method, path, enough, other) in cases {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for (scope, allowed) in [(enough, true), (other, false)] {
            let session = world.session_with(scope).await;
            let reply = session.send(method.clone(), path, Body::empty()).await;
            assert_eq!(reply.status != 401, allowed, "{method} {path} with {scope}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn stale_tokens_are_masked_or_told_as_chosen() {
    let v1 = "com.atlassian.confluence.mvc.rest.common.exception.StacklessResponseStatusException: \
        403 FORBIDDEN \"Request rejected because caller cannot access Confluence\"";
    let masked = [
        (
            "/wiki/api/v2/pages",
            404,
            json!({ "errors": [{ "status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": null }] }),
        ),
        ("/wiki/rest/api/user/current", 403, json!({ "statusCode": 403, "message": v1 })),
        (
            "/wiki/rest/api/search?cql=x",
            403,
            json!({ "message": "Current user not permitted to use Confluence", "statusCode": 403 }),
        ),
    ];
    let world = World::new().await;
    let session = world.session().await;
    world.clock.advance_seconds(3600);
    for (path, status, body) in &masked {
        let reply = session.get(path).await;
        assert_eq!((reply.status.as_u16(), &reply.json), (*status, body), "{path}");
    }
    let world = World::with(Consent::Auto, StaleTokens::Unauthorized).await;
    let session = world.session().await;
    world.sandbox.expire_access_tokens().await.unwrap();
    for (path, ..) in &masked {
        let reply = session.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.json),
            (401, json!({ "code": 401, "message": "Unauthorized" })),
            "{path}"
        );
    }
}

#[tokio::test]
async fn requests_without_a_bearer_token_are_treated_as_stale() {
    let world = World::new().await;
    let path = format!("/ex/confluence/{}/wiki/api/v2/pages", bare::CLOUD_ID);
    for header in [None, Some("Basic YTpi"), Some("Bearer"), Some("Bearer guessed")] {
        let mut request = Request::get(&path);
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let reply = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.title()), (404, "Not Found"), "{header:?}");
    }
}

#[tokio::test]
async fn sites_that_were_not_granted_do_not_exist() {
    let world = World::new().await;
    let session = world.session().await;
    for cloud_id in ["4e0a7f2c-0000-4000-8000-000000000000", "x"] {
        let session = Session { cloud_id: cloud_id.to_owned(), world: &world, token: session.token.clone() };
        let reply = session.get("/wiki/api/v2/pages").await;
        assert_eq!(
            (reply.status.as_u16(), reply.json["message"].as_str()),
            (404, Some("No message available"))
        );
        assert_eq!(reply.json["path"], format!("/ex/confluence/{cloud_id}/wiki/api/v2/pages"));
    }
}

#[tokio::test]
async fn paths_of_the_gateway_may_leave_out_the_name_of_the_wiki() {
    let world = World::new().await;
    let session = world.session().await;
    let path = "/rest/api/search?cql=type=page&limit=1";
    let short = session.get(path).await;
    assert_eq!(short.status, 200, "{}", short.text);
    assert_eq!(short.json, session.get(&format!("/wiki{path}")).await.json);
    let page = session.get("/api/v2/pages?limit=1").await.json;
    assert_eq!(page["results"][0]["title"], "Sandbox Home");
    assert_eq!(session.get("/rest/api/space").await.json["code"], 401, "scopes are checked there as well");
}

#[tokio::test]
async fn unknown_paths_answer_as_their_part_of_the_vendor_does() {
    let world = World::new().await;
    let session = world.session().await;
    let cases = [
        ("/wiki/api/v2/folders/1/children", "text/html; charset=utf-8", "404 Not Found"),
        ("/wiki/rest/api/content/1/nothing", "text/html; charset=utf-8", "404 Not Found"),
        (
            "/wiki/rest/api/nothing",
            "application/xml",
            "null for uri: http://localhost:7444/wiki/rest/api/nothing",
        ),
        ("/nothing", "application/json", "No message available"),
    ];
    for (path, content_type, part) in cases {
        let reply = session.get(path).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (404, content_type), "{path}");
        assert!(reply.text.contains(part), "{path}: {}", reply.text);
    }
    let request = Request::get(format!("/ex/confluence/{}/wiki/rest/api/nothing", bare::CLOUD_ID))
        .header("authorization", format!("Bearer {}", session.token))
        .header("accept", "application/json");
    let reply = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.json["status-code"], 404);
}

#[tokio::test]
async fn other_methods_are_refused_each_in_its_way() {
    let world = World::new().await;
    let session = world.session().await;
    let reply = session.send(Method::PUT, "/wiki/rest/api/search", Body::empty()).await;
    assert_eq!(
        (reply.status.as_u16(), reply.json["errors"][0]["code"].as_str()),
        (405, Some("METHOD_NOT_ALLOWED"))
    );
    assert!(reply.title().ends_with("Request method 'PUT' not supported"));
    assert!(reply.headers.get("allow").is_none());
    let reply = session.send(Method::PATCH, "/wiki/api/v2/pages/1", Body::empty()).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (405, "text/html; charset=utf-8"));
    let reply = session.send(Method::OPTIONS, "/wiki/rest/api/search", Body::empty()).await;
    assert_eq!((reply.status.as_u16(), reply.title()), (404, "Not Found"));
    let reply = session.send(Method::HEAD, "/wiki/api/v2/pages", Body::empty()).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (200, ""));
}

#[tokio::test]
async fn changes_that_seem_to_come_from_a_browser_are_refused_unless_vouched_for() {
    let world = World::new().await;
    let session = world.session().await;
    let cases = [
        ("POST", Some("Mozilla/5.0"), None, 403),
        ("POST", Some("Mozilla/5.0"), Some("no-check"), 400),
        ("POST", Some("Mozilla/5.0"), Some("nocheck"), 400),
        ("POST", Some("curl/8"), None, 400),
        ("GET", Some("Mozilla/5.0"), None, 200),
    ];
    for (method, agent, check, expected) in cases {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/ex/confluence/{}/wiki/api/v2/pages", bare::CLOUD_ID))
            .header("authorization", format!("Bearer {}", session.token));
        for (name, value) in [("user-agent", agent), ("x-atlassian-token", check)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let reply = world.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(reply.status.as_u16(), expected, "{method} {agent:?} {check:?}");
    }
}

#[tokio::test]
async fn bodies_over_five_megabytes_are_refused() {
    let world = World::new().await;
    let session = world.session().await;
    let huge = "x".repeat(5 * 1024 * 1024 + 1);
    let reply = session.send(Method::POST, "/wiki/api/v2/pages", Body::from(huge)).await;
    assert_eq!(reply.status, 413);
}
