//! A headwater with a store of its own, with a provider that answers from a script.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use headwater_catalog::connector::Connector;
use headwater_confluence::Confluence;
use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::connection::Connection;
use headwater_domain::grant::Grant;
use headwater_domain::provider::ProviderKey;
use headwater_domain::secret::Secret;
use headwater_ports::fakes::{ManualClock, MemoryStore, ScriptedUpstream, SeededEntropy, SeenRequest};
use headwater_ports::store::{Store, StoreError, Tx};
use headwater_ports::upstream::{Body, Patience, Upstream, UpstreamError};
use headwater_seal::{KeyFile, KeyRing};
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockWriteGuard};
use url::Url;

use crate::accounts::AccountLocator;
use crate::connect::{CallbackOutcome, CallbackQuery, ConnectError, LinkRequest, StartedFlow};
use crate::connections::{ConnectionSettings, NewConnection};
use crate::error::ServiceError;
use crate::settings::Settings;
use crate::tools::{ExecuteTool, Executed};
use crate::{Parts, Service};

/// Read once: compiling the schemas of all tools takes a moment.
static CONFLUENCE: LazyLock<Arc<dyn Connector>> = LazyLock::new(|| Arc::new(Confluence::new().unwrap()));

/// Two sites that a grant can reach.
pub(super) const SITE: &str = "11111111-1111-4111-8111-111111111111";
pub(super) const OTHER_SITE: &str = "22222222-2222-4222-8222-222222222222";

/// A store that counts the transactions that were opened, and that can be out of order.
pub(super) struct CountingStore {
    store: Box<dyn Store>,
    opened: AtomicUsize,
    broken: AtomicBool,
    left: AtomicUsize,
}

impl CountingStore {
    pub(super) fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// From now on nothing can be read or written, or again everything.
    pub(super) fn break_down(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    /// Only so many more transactions are opened.
    pub(super) fn fail_after(&self, count: usize) {
        self.left.store(count, Ordering::SeqCst);
    }

    fn open(&self) -> Result<(), StoreError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
        if left.is_err() || self.broken.load(Ordering::SeqCst) {
            let source = "disk /secret/path is full".into();
            return Err(StoreError::Database { action: "begin", source });
        }
        Ok(())
    }
}

#[async_trait]
impl Store for CountingStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.open()?;
        self.store.read().await
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.open()?;
        self.store.write().await
    }

    async fn place(&self) -> Result<String, StoreError> {
        self.open()?;
        self.store.place().await
    }
}

/// What a provider answers to a request of which it looks at the head only.
pub(super) type Rule = Box<dyn Fn(&http::request::Parts) -> Response<bytes::Bytes> + Send + Sync>;

/// The provider. It answers from a script, or by a rule. Its answers can be held back after the request was received.
#[derive(Default)]
pub(super) struct Provider {
    script: ScriptedUpstream,
    rule: std::sync::Mutex<Option<Rule>>,
    told: AtomicUsize,
    gate: RwLock<()>,
    panics: AtomicBool,
}

impl Provider {
    /// The next answer.
    pub(super) fn answer(&self, status: u16, body: &Value) {
        self.script.answer(status, body.to_string());
    }

    /// The next answer, whole.
    pub(super) fn answer_with(&self, answer: Result<Response<bytes::Bytes>, UpstreamError>) {
        self.script.answer_with(answer);
    }

    /// From now on answers come from a rule.
    pub(super) fn answer_by(&self, rule: Rule) {
        *self.rule.lock().unwrap() = Some(rule);
    }

    /// The next answer is a pair of tokens that live for an hour.
    pub(super) fn answer_tokens(&self, number: u32) {
        self.answer(200, &tokens(number));
    }

    /// The next answer is a list of these sites.
    pub(super) fn answer_sites(&self, ids: &[&str]) {
        self.answer(200, &sites(ids));
    }

    /// Holds answers back for as long as the guard lives.
    pub(super) async fn hold(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write().await
    }

    /// The next request finds a fault in our own client.
    pub(super) fn panic_next(&self) {
        self.panics.store(true, Ordering::SeqCst);
    }

    /// The requests since this was called last.
    pub(super) fn requests(&self) -> Vec<SeenRequest> {
        let seen = self.script.seen();
        let told = self.told.swap(seen.len(), Ordering::SeqCst);
        seen.into_iter().skip(told).collect()
    }

    /// How many requests came since [`Self::requests`] was called last.
    pub(super) fn asked(&self) -> usize {
        self.script.seen().len() - self.told.load(Ordering::SeqCst)
    }

    /// Returns as soon as a request is there that [`Self::requests`] has not told.
    pub(super) async fn next_request(&self) {
        while self.script.seen().len() <= self.told.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl Upstream for Provider {
    async fn send(
        &self,
        request: Request<Body>,
        patience: Patience,
    ) -> Result<Response<Body>, UpstreamError> {
        assert!(!self.panics.swap(false, Ordering::SeqCst), "a fault, on purpose");
        let (head, body) = request.into_parts();
        if let Some(rule) = &*self.rule.lock().unwrap() {
            self.script.answer_with(Ok(rule(&head)));
        }
        let request = Request::from_parts(head, body);
        let answer = self.script.send(request, patience).await;
        drop(self.gate.read().await);
        answer
    }
}

/// A headwater.
pub(super) struct House {
    pub(super) service: Service,
    pub(super) provider: Arc<Provider>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Arc<CountingStore>,
    pub(super) wiki: Connection,
}

/// Where a browser stands in a flow.
pub(super) struct Visit {
    pub(super) state: String,
    pub(super) cookie: String,
    pub(super) authorize_url: Url,
}

impl House {
    /// With a connection named `wiki`.
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings.
    pub(super) async fn with(adjust: impl FnOnce(&mut Settings)) -> Self {
        Self::on(Box::new(MemoryStore::default()), 11, adjust).await
    }

    /// On a store that may have been used before; then with another seed.
    pub(super) async fn on(store: Box<dyn Store>, seed: u64, adjust: impl FnOnce(&mut Settings)) -> Self {
        Self::locked_with(KeyFile::single(&[7; 32]), store, seed, adjust).await
    }

    /// The same, with keys of one's own.
    pub(super) async fn locked_with(
        keys: KeyFile,
        store: Box<dyn Store>,
        seed: u64,
        adjust: impl FnOnce(&mut Settings),
    ) -> Self {
        let store = Arc::new(CountingStore {
            store,
            opened: AtomicUsize::default(),
            broken: AtomicBool::default(),
            left: AtomicUsize::new(usize::MAX),
        });
        let entropy = Arc::new(SeededEntropy::new(seed));
        let (provider, clock) = (Arc::new(Provider::default()), Arc::new(ManualClock::default()));
        let mut settings = Settings::new("https://headwater.example".parse().unwrap());
        adjust(&mut settings);
        let service = Service::new(Parts {
            store: store.clone(),
            sealer: Arc::new(KeyRing::new(keys, entropy.clone())),
            clock: clock.clone(),
            entropy,
            upstream: provider.clone(),
            connectors: vec![CONFLUENCE.clone()],
            settings,
        });
        let wiki = match service.connections.named("wiki").await {
            Ok(wiki) => wiki,
            Err(_) => service.connections.create(new_connection("wiki")).await.unwrap(),
        };
        Self { service, provider, clock, store, wiki }
    }

    /// Another configured connection.
    pub(super) async fn connection(&self, name: &str) -> Connection {
        self.service.connections.create(new_connection(name)).await.unwrap()
    }

    /// The token of a new authorization link for `ann` on `wiki`.
    pub(super) async fn link(&self) -> String {
        self.link_for(&ann()).await
    }

    /// The token of a new authorization link.
    pub(super) async fn link_for(&self, account: &AccountLocator) -> String {
        let request = LinkRequest { account: account.clone(), ..LinkRequest::default() };
        let link = self.service.connect.link(request).await.unwrap();
        link.url.split_once("/oauth/connect?token=").unwrap().1.to_owned()
    }

    /// Uses a link up.
    pub(super) async fn start(&self, link: &str) -> Result<Visit, ConnectError> {
        let StartedFlow { authorize_url, browser_token } = self.service.connect.start(link).await?;
        let authorize_url = Url::parse(&authorize_url).unwrap();
        let state = parameter(&authorize_url, "state").unwrap();
        Ok(Visit { state, cookie: browser_token, authorize_url })
    }

    /// A visit of `ann` to the provider.
    pub(super) async fn visit(&self) -> Visit {
        self.start(&self.link().await).await.unwrap()
    }

    /// The provider sends the browser back with a code.
    pub(super) async fn come_back(&self, visit: &Visit) -> Result<CallbackOutcome, ConnectError> {
        let connection = self.wiki.id.clone();
        self.service.connect.callback(connection.as_str(), code(&visit.state), Some(&visit.cookie)).await
    }

    /// An account of `ann` on `wiki`, connected as end users do it, with tokens of the given number.
    pub(super) async fn connected(&self, number: u32) -> AccountLocator {
        self.connect(&self.wiki, "ann", number).await
    }

    /// An account, connected as end users do it.
    pub(super) async fn connect(
        &self,
        connection: &Connection,
        identifier: &str,
        number: u32,
    ) -> AccountLocator {
        let locator = AccountLocator::of(connection.name.as_str(), identifier);
        let visit = self.start(&self.link_for(&locator).await).await.unwrap();
        self.provider.answer_tokens(number);
        self.provider.answer_sites(&[SITE]);
        self.provider.answer(200, &json!({"accountId": "712020:ann"}));
        let id = connection.id.as_str();
        let outcome =
            self.service.connect.callback(id, code(&visit.state), Some(&visit.cookie)).await.unwrap();
        assert!(matches!(outcome, CallbackOutcome::Connected(_)));
        self.provider.requests();
        locator
    }

    /// Calls a tool.
    pub(super) async fn call(
        &self,
        tool: &str,
        account: &AccountLocator,
        arguments: &Value,
    ) -> Result<Executed, ServiceError> {
        let (name, account) = (tool.to_owned(), account.clone());
        let arguments = arguments.as_object().cloned().unwrap();
        self.in_time(self.service.tools.execute(ExecuteTool { name, arguments, account })).await
    }

    /// Lets the clock run on whenever something waits for it, until `future` has ended.
    pub(super) async fn in_time<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                output = &mut future => return output,
                () = tokio::task::yield_now() => {
                    if self.clock.awaited() {
                        self.clock.advance(Duration::from_millis(50));
                    }
                }
            }
        }
    }

    /// Reads page 7.
    pub(super) async fn read_page(&self, account: &AccountLocator) -> Result<Executed, ServiceError> {
        self.call("confluence_page_get", account, &json!({"id": "7"})).await
    }

    /// An account as stored.
    pub(super) async fn account(&self, locator: &AccountLocator) -> ConnectedAccount {
        self.service.accounts.get(locator).await.unwrap().account
    }

    /// Where an account stands.
    pub(super) async fn status(&self, locator: &AccountLocator) -> AccountStatus {
        self.account(locator).await.status
    }

    /// The grant of an account as stored, opened.
    pub(super) async fn grant(&self, locator: &AccountLocator) -> Option<Grant> {
        let id = self.account(locator).await.id;
        let sealed = self.store.read().await.unwrap().grant(&id).await.unwrap();
        sealed.map(|it| self.service.grants.open(it).unwrap())
    }
}

/// `ann` on `wiki`.
pub(super) fn ann() -> AccountLocator {
    AccountLocator::of("wiki", "ann")
}

/// The provider's answer to a flow.
pub(super) fn code(state: &str) -> CallbackQuery {
    let code = Some(Secret::new("the-code".to_owned()));
    CallbackQuery { state: Some(state.to_owned()), code, ..CallbackQuery::default() }
}

/// What a token endpoint says.
pub(super) fn tokens(number: u32) -> Value {
    json!({
        "access_token": format!("access-{number}"),
        "refresh_token": format!("refresh-{number}"),
        "expires_in": 3600,
        "scope": "read:page:confluence offline_access",
    })
}

/// What the list of accessible resources says.
pub(super) fn sites(ids: &[&str]) -> Value {
    let site = |id: &&str| {
        json!({"id": id, "url": format!("https://{}.atlassian.net", &id[..4]), "name": &id[..4],
               "scopes": ["read:page:confluence"]})
    };
    ids.iter().map(site).collect()
}

/// A query parameter, decoded.
pub(super) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A request's body as JSON.
pub(super) fn body(request: &SeenRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// A request's bearer token.
pub(super) fn bearer(request: &SeenRequest) -> &str {
    let values: Vec<_> = request.headers.get_all("authorization").iter().collect();
    assert_eq!(values.len(), 1);
    values[0].to_str().unwrap().strip_prefix("Bearer ").unwrap()
}

/// A secret in the clear.
#[expect(clippy::disallowed_methods, reason = "tests compare the secrets of their own scripts")]
pub(super) fn reveal(secret: &Secret) -> &str {
    secret.expose()
}

/// A whole answer.
pub(super) fn response(status: u16, headers: &[(&'static str, &str)], body: &str) -> Response<bytes::Bytes> {
    let mut response = Response::new(bytes::Bytes::from(body.to_owned()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().append(*name, value.parse().unwrap());
    }
    response
}

fn new_connection(name: &str) -> NewConnection {
    let settings = ConnectionSettings {
        client_id: Some("the-app".to_owned()),
        client_secret: Some(Secret::new("the-secret".to_owned())),
        scopes: Some(vec!["read:page:confluence".to_owned(), "write:page:confluence".to_owned()]),
        ..ConnectionSettings::default()
    };
    NewConnection { name: Some(name.to_owned()), provider: ProviderKey::new("CONFLUENCE"), settings }
}
