//! A whole tool call on the warm path: the use case, the real HTTP client and SQLite, against a socket that gives
//! a page at once. Times: `cargo bench -p headwater-server`.

use std::net::SocketAddr;
use std::sync::Arc;

use divan::Bencher;
use headwater_confluence::Confluence;
use headwater_domain::connection::Endpoints;
use headwater_domain::provider::ProviderKey;
use headwater_domain::secret::Secret;
use headwater_ports::fakes::{ManualClock, SeededEntropy};
use headwater_seal::KeyRing;
use headwater_service::accounts::{AccountChange, AccountLocator, SuppliedTokens};
use headwater_service::connections::{ConnectionSettings, NewConnection};
use headwater_service::settings::Settings;
use headwater_service::tools::ExecuteTool;
use headwater_service::{Parts, Service};
use headwater_store::SqliteStore;
use headwater_upstream::{AllowedHost, HttpUpstream};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

/// As many callers as agents in a burst.
#[divan::bench(args = [1, 16])]
fn page_get(bencher: Bencher<'_, '_>, callers: usize) {
    let runtime = Runtime::new().expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    let service = runtime.block_on(async {
        let provider = provide().await;
        connected(provider, &directory.path().join("headwater.db")).await
    });
    bencher.counter(divan::counter::ItemsCount::new(callers)).bench(|| {
        runtime.block_on(async {
            let calls: Vec<_> = (0..callers).map(|_| tokio::spawn(call(service.clone()))).collect();
            for call in calls {
                call.await.expect("no panic");
            }
        });
    });
}

async fn call(service: Service) {
    let arguments = json!({ "id": "98400", "body_format": "storage" });
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    let account = AccountLocator::of("confluence", "user_1");
    let call = ExecuteTool { name: "confluence_page_get".to_owned(), arguments, account };
    let executed = service.tools.execute(call).await.expect("an answer");
    assert_eq!(executed.data.get("title"), Some(&json!("Tide tables")));
}

/// Use cases with one account whose tokens its application brought.
async fn connected(provider: SocketAddr, database: &std::path::Path) -> Service {
    let entropy = Arc::new(SeededEntropy::new(7));
    let allowed = vec![AllowedHost { host: provider.ip().to_string(), port: Some(provider.port()) }];
    let service = Service::new(Parts {
        store: Arc::new(SqliteStore::open(database).await.expect("a store")),
        sealer: Arc::new(KeyRing::single(&[7; 32], entropy.clone())),
        clock: Arc::new(ManualClock::default()),
        entropy,
        upstream: Arc::new(HttpUpstream::new(allowed).expect("a client")),
        connectors: vec![Arc::new(Confluence::new().expect("the tools are read"))],
        settings: Settings::new("https://headwater.example".parse().expect("a URL")),
    });
    let at = |path: &str| format!("http://{provider}{path}").parse().expect("a URL");
    let endpoints = Endpoints {
        authorize: at("/authorize"),
        token: at("/oauth/token"),
        resources: at("/oauth/token/accessible-resources"),
        api_base: at("/ex/confluence"),
    };
    let settings = ConnectionSettings {
        client_id: Some("app".to_owned()),
        client_secret: Some(Secret::new("secret".to_owned())),
        endpoints: Some(endpoints),
        ..ConnectionSettings::default()
    };
    let new = NewConnection {
        name: Some("confluence".to_owned()),
        provider: ProviderKey::new("CONFLUENCE"),
        settings,
    };
    service.connections.create(new).await.expect("a connection");
    let tokens = SuppliedTokens {
        access_token: Secret::new("access".to_owned()),
        refresh_token: None,
        scopes: vec!["read:page:confluence".to_owned()],
    };
    let change = AccountChange { tokens: Some(tokens), ..AccountChange::default() };
    service.accounts.create(&AccountLocator::of("confluence", "user_1"), change).await.expect("an account");
    service
}

/// A provider that reads a request's head and answers at once.
async fn provide() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(answer(socket));
        }
    });
    address
}

async fn answer(mut socket: TcpStream) {
    let site = json!([{
        "id": "11111111-2222-3333-4444-555555555555", "url": "https://example.atlassian.net", "name": "example",
        "scopes": ["read:page:confluence"],
    }]);
    let value = "<p>High water is at noon, low water at six.</p>".repeat(85);
    let page = json!({
        "id": "98400", "title": "Tide tables", "status": "current",
        "body": { "storage": { "representation": "storage", "value": value } },
    });
    let (mut seen, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = socket.read(&mut chunk).await {
        seen.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if !seen.ends_with(b"\r\n\r\n") {
            continue;
        }
        let body = if seen.starts_with(b"GET /oauth") { site.to_string() } else { page.to_string() };
        seen.clear();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
        if socket.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await.is_err() {
            return;
        }
    }
}
