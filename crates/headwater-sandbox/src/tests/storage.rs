//! What a file keeps over a restart.

use std::sync::Arc;

use serde_json::json;

use super::harness::{SCOPES, World};
use crate::clock::manual::ManualClock;
use crate::random::seeded::SeededRandom;
use crate::storage::sites;
use crate::{Consent, OpenError, Options, Sandbox, StaleTokens};

fn options(public_url: &str, data: Option<std::path::PathBuf>, demo_content: bool) -> Options {
    Options {
        public_url: public_url.to_owned(),
        data,
        consent: Consent::Auto,
        clients: Vec::new(),
        demo_content,
        stale_tokens: StaleTokens::Masked,
        token_rules: crate::TokenRules::default(),
    }
}

async fn open(options: Options) -> Result<Sandbox, OpenError> {
    Sandbox::open(options, Arc::new(ManualClock::new()), Arc::new(SeededRandom::new(1))).await
}

async fn count(sandbox: &Sandbox, query: &'static str) -> i64 {
    let mut tx = sandbox.storage().begin().await.unwrap();
    sqlx::query_scalar(query).fetch_one(&mut *tx).await.unwrap()
}

#[tokio::test]
async fn a_file_keeps_everything_and_follows_the_public_address() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    let first = open(options("http://localhost:1", Some(path.clone()), false)).await.unwrap();
    let pages = count(&first, "SELECT count(*) FROM contents").await;
    first.storage().pool.close().await;
    let second = open(options("http://localhost:2", Some(path), false)).await.unwrap();
    assert_eq!(count(&second, "SELECT count(*) FROM contents").await, pages, "nothing is filled in twice");
    let mut tx = second.storage().begin().await.unwrap();
    assert_eq!(sites::all(&mut tx).await.unwrap()[0].url, "http://localhost:2");
}

#[tokio::test]
async fn sandboxes_in_memory_are_apart() {
    let (one, other) = (World::new().await, World::new().await);
    one.session().await.create_page("Here", json!({})).await;
    assert_eq!(other.session().await.walk("/wiki/api/v2/pages?title=Here", "id").await, Vec::<String>::new());
}

#[tokio::test]
async fn demo_content_brings_two_sites_and_is_found_by_search() {
    let sandbox = open(options("http://localhost:7444", None, true)).await.unwrap();
    assert_eq!(count(&sandbox, "SELECT count(*) FROM sites").await, 2);
    assert!(count(&sandbox, "SELECT count(*) FROM contents WHERE type = 'page'").await > 20);
    let unindexed = "SELECT count(*) FROM contents WHERE id NOT IN (SELECT rowid FROM content_search)";
    assert_eq!(count(&sandbox, unindexed).await, 0);
    let unversioned = "SELECT count(*) FROM contents WHERE NOT EXISTS
        (SELECT 1 FROM versions WHERE content_id = contents.id AND number = contents.version)";
    assert_eq!(count(&sandbox, unversioned).await, 0);
}

#[tokio::test]
async fn unusable_places_are_named_when_opening() {
    let error = open(options("localhost", None, false)).await.err().unwrap();
    assert!(error.to_string().contains("`localhost`"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let error = open(options("http://localhost", Some(folder.path().to_owned()), false)).await.err().unwrap();
    assert!(matches!(error, OpenError::Storage(_)), "{error}");
}

#[tokio::test]
async fn destroyed_content_leaves_nothing_behind() {
    let world = World::new().await;
    let session = world.session_with(SCOPES).await;
    let page = super::harness::id(&session.create_page("Gone", json!({})).await);
    let body = json!({ "pageId": page, "body": { "representation": "storage", "value": "<p>c</p>" } });
    let comment = session.post("/wiki/api/v2/footer-comments", &body).await.json;
    let reply = json!({ "parentCommentId": comment["id"], "body": body["body"] });
    session.post("/wiki/api/v2/footer-comments", &reply).await;
    session.post(&format!("/wiki/rest/api/content/{page}/label"), &json!({ "name": "x" })).await;
    session.delete(&format!("/wiki/api/v2/pages/{page}")).await;
    session.delete(&format!("/wiki/api/v2/pages/{page}?purge=true")).await;
    for query in [
        "SELECT count(*) FROM contents WHERE title LIKE '%Gone%'",
        "SELECT count(*) FROM versions WHERE title LIKE '%Gone%'",
        "SELECT count(*) FROM content_search WHERE title LIKE '%Gone%'",
        "SELECT count(*) FROM content_labels",
    ] {
        assert_eq!(count(&world.sandbox, query).await, 0, "{query}");
    }
}

#[tokio::test]
async fn files_with_other_tables_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let sandbox = open(options("http://localhost:7444", Some(file.clone()), false)).await.unwrap();
    sqlx::query("PRAGMA user_version = 1").execute(&sandbox.storage().pool).await.unwrap();
    sandbox.storage().pool.close().await;
    let error = open(options("http://localhost:7444", Some(file), false)).await.err().unwrap();
    let OpenError::Storage(error) = error else { panic!("{error}") };
    assert!(error.to_string().contains("version 1") && error.to_string().contains("fresh file"), "{error}");
}
