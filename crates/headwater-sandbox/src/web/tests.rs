//! The web view, as a browser gets it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::random::seeded::SeededRandom;
use crate::{Consent, Options, Sandbox, StaleTokens, SystemClock};

async fn router() -> Router {
    let options = Options {
        public_url: "http://localhost:7444".to_owned(),
        data: None,
        consent: Consent::Auto,
        clients: Vec::new(),
        demo_content: true,
        stale_tokens: StaleTokens::Masked,
        token_rules: crate::TokenRules::default(),
    };
    Sandbox::open(options, Arc::new(SystemClock), Arc::new(SeededRandom::new(1))).await.unwrap().router()
}

async fn get(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let policy =
        response.headers().get("content-security-policy").map(|value| value.to_str().unwrap().to_owned());
    assert!(policy.is_some_and(|policy| policy.starts_with("default-src 'none'")), "{path}");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The first link to this title.
fn href(html: &str, title: &str) -> String {
    let before = html.split(&format!("\">{title}</a>")).next().unwrap();
    before.rsplit("href=\"").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_finds_a_page_by_walking_and_by_searching() {
    let router = router().await;
    let (status, home) = get(&router, "/wiki").await;
    assert_eq!(status, StatusCode::OK);
    assert!(home.contains("Engineering") && home.contains("saltmarsh-labs"), "{home}");
    let (_, space) = get(&router, "/wiki/spaces/ENG").await;
    let page_path = href(&space, "Packet format");
    let (status, page) = get(&router, &page_path).await;
    assert_eq!(status, StatusCode::OK);
    for expected in [
        "<h1>Packet format</h1>",
        "Jonas Petrauskas",
        "packet.svg",
        "Could tilt be two bytes",
        "<pre tabindex=\"0\" class=\"syntaxhighlighter-pre\"",
        "Architecture</a>",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let (_, found) = get(&router, "/wiki/search?q=tilt%20degree").await;
    assert!(found.contains(&page_path), "{found}");
    let (_, recent) = get(&router, "/wiki/recent").await;
    assert!(recent.contains("Firmware 4.3 is out"));
}

#[tokio::test]
async fn history_shows_what_every_version_changed() {
    let router = router().await;
    let (_, space) = get(&router, "/wiki/spaces/PEOPLE").await;
    let page = href(&space, "Time off");
    let (_, history) = get(&router, &format!("{page}/history")).await;
    assert!(history.contains("Version 2") && history.contains("Version 1"), "{history}");
    let (_, second) = get(&router, &format!("{page}/history/2")).await;
    assert!(
        second.contains("<ins>") && second.contains("<del>") && second.contains("not twenty-eight"),
        "{second}"
    );
    let (_, first) = get(&router, &format!("{page}/history/1")).await;
    assert!(first.contains("<ins>") && !first.contains("<del>"), "all of it is new");
    assert_eq!(get(&router, &format!("{page}/history/3")).await.0, StatusCode::NOT_FOUND);
    assert!(space.contains("Budget notes</a> <span class=\"note\">private"));
}

#[tokio::test]
async fn a_page_stands_in_its_tree_with_files_and_comments() {
    let router = router().await;
    let (_, space) = get(&router, "/wiki/spaces/ENG").await;
    let (_, page) = get(&router, &href(&space, "Packet format")).await;
    assert!(page.contains("aria-current=\"page\">Packet format</a>"), "{page}");
    assert!(page.contains("<section class=\"comment depth0\""), "{page}");
    let file = page.split("href=\"/_web/files/").nth(1).unwrap().split('"').next().unwrap();
    let request = Request::builder().uri(format!("/_web/files/{file}")).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/svg+xml");
    assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("<svg"));
    assert_eq!(get(&router, "/_web/files/1/x").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_search_with_words_and_with_queries() {
    let router = router().await;
    let (_, words) = get(&router, "/wiki/search?q=tilt").await;
    assert!(words.contains("<mark>tilt</mark>") || words.contains("<mark>Tilt</mark>"), "{words}");
    let (_, query) = get(&router, "/wiki/search?q=type%20%3D%20space").await;
    assert!(query.contains("/wiki/spaces/ENG\">Engineering</a>"), "{query}");
    let (_, wrong) = get(&router, "/wiki/search?q=status%20%3D%20current").await;
    assert!(wrong.contains("Did you mean one of"), "{wrong}");
}

#[tokio::test]
async fn a_large_space_is_shown_in_part() {
    let options = Options {
        public_url: "http://localhost:7444".to_owned(),
        data: None,
        consent: Consent::Auto,
        clients: Vec::new(),
        demo_content: true,
        stale_tokens: StaleTokens::Masked,
        token_rules: crate::TokenRules::default(),
    };
    let sandbox =
        Sandbox::open(options, Arc::new(SystemClock), Arc::new(SeededRandom::new(1))).await.unwrap();
    sandbox.generate_pages(1500, 1).await.unwrap();
    let router = sandbox.router();
    let (_, space) = get(&router, "/wiki/spaces/GEN1").await;
    let tree = |html: &str| {
        let behind = html.split("<ul class=\"tree\">").nth(1).unwrap();
        behind.split(['\n']).next().unwrap().to_owned()
    };
    let nodes = tree(&space);
    assert_eq!(nodes.matches("<li>").count(), 21, "the homepage and its children");
    let child = nodes.split("<ul><li><a href=\"").nth(1).unwrap().split('"').next().unwrap();
    let (_, page) = get(&router, child).await;
    let nodes = tree(&page);
    assert_eq!(nodes.matches("<li>").count(), 41, "and the children of the page");
    assert_eq!(
        (nodes.matches("<ul>").count(), nodes.matches("</li>").count()),
        (2, 41),
        "lists stand in lists"
    );
    assert_eq!(nodes.matches("aria-current").count(), 1);
}

#[tokio::test]
async fn what_is_not_there_has_a_page_of_its_own() {
    let router = router().await;
    for path in [
        "/nowhere",
        "/wiki/spaces/NOPE",
        "/wiki/spaces/ENG/pages/1",
        "/wiki/x/!!",
        "/wiki/x/AAAAAAAAAAAAAAAA",
    ] {
        let (status, page) = get(&router, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.contains("This page is not here"), "{path}");
    }
    let (_, search) = get(&router, "/wiki/search?q=%3Cscript%3E%22%5C%27").await;
    assert!(!search.contains("<script>"));
}

#[tokio::test]
async fn a_query_that_cannot_be_run_is_shown_as_a_fault_and_not_as_a_result() {
    let router = router().await;
    let (_, wrong) = get(&router, "/wiki/search?q=type%20%3D").await;
    assert!(wrong.contains("role=\"alert\"") && wrong.contains("This query cannot be run"), "{wrong}");
    assert!(!wrong.contains("results for"), "{wrong}");
    let (_, right) = get(&router, "/wiki/search?q=type%20%3D%20page").await;
    assert!(!right.contains("role=\"alert\"") && right.contains("results for"), "{right}");
}
