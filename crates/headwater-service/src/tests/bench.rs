//! A bench for tests of tools: Confluence's real connector with two tools of a file, a provider that answers from
//! a script, and accounts that are connected in one line.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use headwater_catalog::file::OperatorFile;
use headwater_confluence::Confluence;
use headwater_domain::account::{AccountStatus, ConnectedAccount};
use headwater_domain::connection::Connection;
use headwater_domain::grant::Grant;
use headwater_domain::id::AccountId;
use headwater_domain::provider::ProviderKey;
use headwater_domain::secret::Secret;
use headwater_domain::site::Site;
use headwater_ports::clock::Clock as _;
use headwater_ports::fakes::{ManualClock, MemoryStore, ScriptedUpstream, SeededEntropy};
use headwater_seal::KeyRing;
use serde_json::{Value, json};

use crate::accounts::AccountLocator;
use crate::connections::{ConnectionSettings, NewConnection};
use crate::error::ServiceError;
use crate::settings::Settings;
use crate::tools::{ExecuteTool, Executed};
use crate::{Parts, Service};

const CLOUD: &str = "11111111-2222-3333-4444-555555555555";

/// A published tool that writes, one that is an addition, and what both need.
const FILE: &str = r#"
[[tool]]
name = "bench_note_pin"
title = "Pin a note"
description = "Pins a note to the wall."
request = "POST /wiki/api/v2/notes/{id}/pin"
scopes = { granular = ["write:note:bench"] }
hints = { read_only = false, destructive = false, idempotent = true, open_world = true }
parameter = [{ name = "id", type = "string", format = "id", required = true, path = "id", description = "Id." }]

[[tool]]
name = "bench_note_frame"
title = "Frame a note"
description = "Puts a frame around a note."
request = "POST /wiki/api/v2/notes/{id}/frame"
published = false
scopes = { granular = ["write:note:bench"] }
hints = { read_only = false, destructive = false, idempotent = false, open_world = true }
parameter = [{ name = "id", type = "string", format = "id", required = true, path = "id", description = "Id." }]
"#;

/// Use cases with a provider.
pub(crate) struct Bench {
    pub(crate) service: Service,
    pub(crate) upstream: Arc<ScriptedUpstream>,
    clock: Arc<ManualClock>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// Use cases of an operator who decided something.
    pub(crate) fn with(decide: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new("https://headwater.example".parse().unwrap());
        decide(&mut settings);
        let entropy = Arc::new(SeededEntropy::new(7));
        let (upstream, clock) = (Arc::new(ScriptedUpstream::default()), Arc::new(ManualClock::default()));
        let file = OperatorFile { name: "bench.toml".to_owned(), text: FILE.to_owned() };
        let (confluence, broken) = Confluence::with_files(&[file]).unwrap();
        assert!(broken.is_empty(), "{broken:?}");
        let service = Service::new(Parts {
            store: Arc::new(MemoryStore::default()),
            sealer: Arc::new(KeyRing::single(&[7; 32], entropy.clone())),
            clock: clock.clone(),
            entropy,
            upstream: upstream.clone(),
            connectors: vec![Arc::new(confluence)],
            settings,
        });
        Self { service, upstream, clock }
    }

    /// How long the clock has been running.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// Waits for `future`, and lets time pass whenever it waits for that.
    pub(crate) async fn in_time<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                output = &mut future => return output,
                () = tokio::task::yield_now() => self.pass(Duration::from_millis(50)),
            }
        }
    }

    /// A configured connection.
    pub(crate) async fn connection(&self, name: &str) -> Connection {
        let settings = ConnectionSettings {
            client_id: Some("app".to_owned()),
            client_secret: Some(Secret::new("secret".to_owned())),
            ..ConnectionSettings::default()
        };
        let (name, provider) = (Some(name.to_owned()), ProviderKey::new("CONFLUENCE"));
        self.service.connections.create(NewConnection { name, provider, settings }).await.unwrap()
    }

    /// Turns additions on or off.
    pub(crate) async fn additions(&self, connection: &Connection, on: bool) -> Connection {
        let settings = ConnectionSettings { additional_tools: Some(on), ..ConnectionSettings::default() };
        self.service.connections.update(connection.id.as_str(), None, settings).await.unwrap()
    }

    /// An account whose grant has these scopes.
    pub(crate) async fn account(
        &self,
        connection: &Connection,
        identifier: &str,
        status: AccountStatus,
        scopes: &[&str],
    ) -> AccountId {
        let owner = AccountLocator::of("x", identifier).owner().unwrap().unwrap();
        let id = AccountId::generate(self.service.core.now(), self.service.core.distinct());
        let site = Site {
            cloud_id: CLOUD.to_owned(),
            url: "https://example.atlassian.net".to_owned(),
            name: "example".to_owned(),
            scopes: Vec::new(),
        };
        let pending =
            ConnectedAccount::pending(id.clone(), connection.id.clone(), owner, self.service.core.now());
        let account = ConnectedAccount { status, site: Some(site), ..pending };
        let grant = Grant {
            account_id: id.clone(),
            generation: 1,
            access_token: Secret::new("access".to_owned()),
            refresh_token: None,
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            obtained_at: self.service.core.now(),
            expires_at: None,
        };
        let mut tx = self.service.core.store().write().await.unwrap();
        assert!(tx.insert_account(&account).await.unwrap());
        assert!(tx.put_grant(&self.service.grants.seal(&grant).unwrap()).await.unwrap());
        tx.commit().await.unwrap();
        id
    }

    /// Notes which of the provider's users an account belongs to.
    pub(crate) async fn belongs_to(&self, account: &AccountId, user: &str) {
        let mut tx = self.service.core.store().write().await.unwrap();
        let mut account = tx.account(account).await.unwrap().unwrap();
        account.provider_account_id = Some(user.to_owned());
        account.version += 1;
        assert!(tx.update_account(&account).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Calls a tool for the note with id 7.
    pub(crate) async fn call(&self, tool: &str, account: &AccountId) -> Result<Executed, ServiceError> {
        self.call_with(tool, account, &json!({ "id": "7" })).await
    }

    /// Calls a tool.
    pub(crate) async fn call_with(
        &self,
        tool: &str,
        account: &AccountId,
        arguments: &Value,
    ) -> Result<Executed, ServiceError> {
        let account = AccountLocator { id: Some(account.to_string()), ..AccountLocator::default() };
        let arguments = arguments.as_object().cloned().unwrap_or_default();
        self.service.tools.execute(ExecuteTool { name: tool.to_owned(), arguments, account }).await
    }
}
