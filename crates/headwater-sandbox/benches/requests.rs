//! Requests that a wiki answers most: a page, a list, a search; with few and with many pages. Through the router, without
//! a socket. Times: `cargo bench -p headwater-sandbox`.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use divan::Bencher;
use divan::counter::ItemsCount;
use headwater_sandbox::{Consent, Options, Sandbox, StaleTokens, SystemClock, SystemRandom, TokenRules};
use http::Request;
use http::header::AUTHORIZATION;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// How many pages there are.
const PAGES: [u64; 2] = [1000, 100_000];

fn main() {
    divan::main();
}

/// A sandbox with many pages, and somebody who may read them.
struct World {
    runtime: Runtime,
    router: Router,
    login: String,
}

impl World {
    fn new(pages: u64) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (router, email) = runtime.block_on(async {
            let sandbox = open().await;
            sandbox.generate_pages(pages, 1).await.expect("pages");
            let email = sandbox.emails().await.expect("users").swap_remove(0);
            sandbox.register_api_token(&email, "token").await.expect("a token");
            (sandbox.router(), email)
        });
        let login = format!("Basic {}", STANDARD.encode(format!("{email}:token")));
        Self { runtime, router, login }
    }

    fn get(&self, path: &str) -> Vec<u8> {
        let request =
            Request::get(path).header(AUTHORIZATION, &self.login).body(Body::empty()).expect("a request");
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), 200, "{path}");
            to_bytes(response.into_body(), usize::MAX).await.expect("a body").to_vec()
        })
    }

    /// The id of a page in the middle.
    fn some_page(&self) -> String {
        let found = self.get("/wiki/rest/api/content/search?cql=space%20%3D%20GEN1&limit=500");
        let found: serde_json::Value = serde_json::from_slice(&found).expect("JSON");
        let rows = found["results"].as_array().expect("rows");
        rows[rows.len() / 2]["id"].as_str().expect("an id").to_owned()
    }
}

/// A sandbox with the demo content, in memory.
async fn open() -> Sandbox {
    let options = Options {
        public_url: "http://localhost:7444".to_owned(),
        data: None,
        consent: Consent::Auto,
        clients: Vec::new(),
        demo_content: true,
        stale_tokens: StaleTokens::Masked,
        token_rules: TokenRules::default(),
    };
    Sandbox::open(options, Arc::new(SystemClock), Arc::new(SystemRandom)).await.expect("a sandbox")
}

/// From nothing to being able to answer.
#[divan::bench]
fn start(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().expect("a runtime");
    bencher.bench_local(|| runtime.block_on(open()).router());
}

fn measure(bencher: Bencher<'_, '_>, pages: u64, path: &str) {
    let world = World::new(pages);
    let path = path.replace("{page}", &world.some_page());
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| world.get(&path));
}

#[divan::bench(args = PAGES)]
fn page_get(bencher: Bencher<'_, '_>, pages: u64) {
    measure(bencher, pages, "/wiki/api/v2/pages/{page}?body-format=storage");
}

#[divan::bench(args = PAGES)]
fn page_list(bencher: Bencher<'_, '_>, pages: u64) {
    measure(bencher, pages, "/wiki/api/v2/pages?limit=25");
}

#[divan::bench(args = PAGES)]
fn page_list_newest(bencher: Bencher<'_, '_>, pages: u64) {
    measure(bencher, pages, "/wiki/api/v2/pages?limit=25&sort=-modified-date");
}

#[divan::bench(args = PAGES)]
fn children(bencher: Bencher<'_, '_>, pages: u64) {
    measure(bencher, pages, "/wiki/api/v2/pages/{page}/direct-children");
}

#[divan::bench(args = PAGES)]
fn search_common_word(bencher: Bencher<'_, '_>, pages: u64) {
    measure(bencher, pages, "/wiki/rest/api/search?cql=type%3Dpage%20and%20text~harbour");
}

#[divan::bench(args = PAGES)]
fn search_rare_words(bencher: Bencher<'_, '_>, pages: u64) {
    measure(bencher, pages, "/wiki/rest/api/search?cql=siteSearch~%22restore%20backup%20archive%22");
}
