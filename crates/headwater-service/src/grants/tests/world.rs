//! Replicas of headwater on one store and one provider, in simulated time. A replica can die at any step: from then
//! on nothing of it goes on, and nothing it had begun in the store happened.

use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use headwater_catalog::connector::Connector;
use headwater_confluence::Confluence;
use headwater_domain::account::{AccountEvent, AccountStatus, ConnectedAccount, Owner};
use headwater_domain::connection::Connection;
use headwater_domain::grant::SealedGrant;
use headwater_domain::id::{AccountId, ConnectionId};
use headwater_domain::name::{ConnectionName, Identifier};
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_domain::site::Site;
use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;
use headwater_ports::fakes::{MemoryStore, SeededEntropy};
use headwater_ports::sealer::{SealContext, SealError, Sealer};
use headwater_ports::store::{Store, StoreError, Tx};
use headwater_ports::upstream::{Body, Patience, Upstream, UpstreamError};
use http::{Request, Response};
use tokio::runtime::Builder;
use tokio::time::Instant;

use super::provider::{LIFETIME, Provider};
use crate::error::ServiceError;
use crate::live::LiveAccount;
use crate::settings::Settings;
use crate::{Parts, Service};

/// Compiled once: it is the same for every replica.
static CONFLUENCE: LazyLock<Arc<dyn Connector>> = LazyLock::new(|| Arc::new(Confluence::new().unwrap()));
const BEGINNING: Timestamp = Timestamp::from_seconds(1_795_000_000);

/// Runs a scenario in a runtime of its own, whose clock jumps whenever nothing else is to be done.
pub(super) fn simulate<F: Future>(scenario: impl FnOnce(World) -> F) -> F::Output {
    simulate_seeded(0, scenario)
}

pub(super) fn simulate_seeded<F: Future>(seed: u64, scenario: impl FnOnce(World) -> F) -> F::Output {
    simulate_on(Arc::new(MemoryStore::default()), seed, scenario)
}

/// Like [`simulate_seeded`], on a store that may lack a defence.
pub(super) fn simulate_on<F: Future>(
    store: Arc<dyn Store>,
    seed: u64,
    scenario: impl FnOnce(World) -> F,
) -> F::Output {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async { scenario(World::new(store, seed).await).await })
}

/// Time that passes only when everybody waits.
#[derive(Clone, Copy)]
pub(super) struct SimulatedClock(Instant);

#[async_trait]
impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        BEGINNING.plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn wait(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// One account, and what it depends on.
pub(super) struct World {
    pub(super) clock: SimulatedClock,
    pub(super) provider: Arc<Provider>,
    pub(super) store: Arc<dyn Store>,
    pub(super) account: AccountId,
    seeds: AtomicU64,
}

/// A process.
pub(super) struct Replica {
    pub(super) service: Service,
    life: Arc<Life>,
}

/// Counts the steps of a replica, and ends it at one of them.
struct Life {
    steps: AtomicU64,
    dies_at: AtomicU64,
    /// For how many seconds it is stopped when the next answer has arrived.
    stops_for: AtomicU64,
}

impl Life {
    /// What a machine that sleeps, or a process that is stopped, does to whoever has an answer in hand.
    async fn stop(&self) {
        let seconds = self.stops_for.swap(0, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    async fn step(&self) {
        if self.steps.fetch_add(1, Ordering::SeqCst) >= self.dies_at.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
    }
}

struct MortalStore(Arc<dyn Store>, Arc<Life>);
struct MortalUpstream(Arc<Provider>, Arc<Life>);
struct MortalClock(SimulatedClock, Arc<Life>);

#[async_trait]
impl Store for MortalStore {
    async fn read(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.1.step().await;
        self.0.read().await
    }

    async fn write(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.1.step().await;
        self.0.write().await
    }

    async fn place(&self) -> Result<String, StoreError> {
        self.0.place().await
    }
}

#[async_trait]
impl Upstream for MortalUpstream {
    async fn send(
        &self,
        request: Request<Body>,
        patience: Patience,
    ) -> Result<Response<Body>, UpstreamError> {
        self.1.step().await;
        let answer = self.0.send(request, patience).await;
        self.1.stop().await;
        self.1.step().await;
        answer
    }
}

#[async_trait]
impl Clock for MortalClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn wait(&self, duration: Duration) {
        self.0.wait(duration).await;
        self.1.step().await;
    }
}

/// Seals by writing down where a secret belongs; what is opened elsewhere is refused.
struct PlainSealer;

impl PlainSealer {
    fn label(context: SealContext<'_>) -> String {
        format!("{}/{}/{}/{}:", context.record, context.id, context.field, context.generation)
    }
}

impl Sealer for PlainSealer {
    #[expect(clippy::disallowed_methods, reason = "the simulation has nothing to hide")]
    fn seal(&self, context: SealContext<'_>, secret: &Secret) -> Result<Sealed, SealError> {
        Ok(Sealed::from_bytes(format!("{}{}", Self::label(context), secret.expose()).into_bytes()))
    }

    fn open(&self, context: SealContext<'_>, sealed: &Sealed) -> Result<Secret, SealError> {
        let text = std::str::from_utf8(sealed.as_bytes()).map_err(|_| SealError::Rejected)?;
        let secret = text.strip_prefix(&Self::label(context)).ok_or(SealError::Rejected)?;
        Ok(Secret::new(secret.to_owned()))
    }

    fn key_of<'a>(&self, _: &'a Sealed) -> Option<&'a str> {
        Some("plain")
    }

    fn is_current(&self, _: &Sealed) -> bool {
        true
    }

    fn sha256(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }

    fn hmac_sha256(&self, _: &[u8], _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

impl World {
    async fn new(store: Arc<dyn Store>, seed: u64) -> Self {
        let clock = SimulatedClock(Instant::now());
        let provider = Arc::new(Provider::new(clock));
        let world = Self {
            clock,
            provider,
            store,
            account: AccountId::generate(BEGINNING, 1),
            seeds: AtomicU64::new(seed << 16),
        };
        world.connect().await;
        world
    }

    async fn connect(&self) {
        let confluence = &*CONFLUENCE;
        let connection = Connection {
            id: ConnectionId::generate(BEGINNING, 1),
            name: ConnectionName::parse("wiki").unwrap(),
            provider: confluence.provider().clone(),
            client_id: "app".to_owned(),
            client_secret: None,
            scopes: vec!["a".to_owned()],
            endpoints: confluence.default_endpoints(),
            pkce: false,
            additional_tools: false,
            enabled: true,
            created_at: BEGINNING,
            updated_at: BEGINNING,
            version: 1,
        };
        let context = SealContext {
            record: "connection",
            id: connection.id.as_str(),
            field: "client_secret",
            generation: 0,
        };
        let client_secret = Some(PlainSealer.seal(context, &Secret::new("secret".to_owned())).unwrap());
        let connection = Connection { client_secret, ..connection };
        let mut tx = self.store.write().await.unwrap();
        assert!(tx.insert_connection(&connection).await.unwrap());
        assert!(tx.insert_account(&self.active_account(&connection.id)).await.unwrap());
        assert!(tx.put_grant(&self.first_grant()).await.unwrap());
        tx.commit().await.unwrap();
    }

    fn active_account(&self, connection: &ConnectionId) -> ConnectedAccount {
        let identifier = Identifier::parse("user").unwrap();
        let owner = Owner { identifier, organization_id: None, user_id: None };
        let pending = ConnectedAccount::pending(self.account.clone(), connection.clone(), owner, BEGINNING);
        let site = Site {
            cloud_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            url: "https://example.atlassian.net".to_owned(),
            name: "example".to_owned(),
            scopes: Vec::new(),
        };
        let active = pending.after(AccountEvent::Authorized, BEGINNING).unwrap();
        ConnectedAccount {
            site: Some(site),
            token_expires_at: Some(BEGINNING.plus(LIFETIME)),
            last_used_at: Some(BEGINNING),
            ..active
        }
    }

    fn first_grant(&self) -> SealedGrant {
        let seal = |field, text: &str| {
            let context = SealContext { record: "grant", id: self.account.as_str(), field, generation: 1 };
            PlainSealer.seal(context, &Secret::new(text.to_owned())).unwrap()
        };
        SealedGrant {
            account_id: self.account.clone(),
            generation: 1,
            access_token: seal("access_token", "access-0"),
            refresh_token: Some(seal("refresh_token", "refresh-0")),
            scopes: vec!["a".to_owned()],
            obtained_at: BEGINNING,
            expires_at: Some(BEGINNING.plus(LIFETIME)),
        }
    }

    /// A process that runs for ever.
    pub(super) fn replica(&self) -> Replica {
        self.mortal(u64::MAX)
    }

    /// A process that dies when it would take this step, counted from its start.
    pub(super) fn mortal(&self, dies_at: u64) -> Replica {
        let life = Arc::new(Life {
            steps: AtomicU64::new(0),
            dies_at: AtomicU64::new(dies_at),
            stops_for: AtomicU64::new(0),
        });
        let mut settings = Settings::new("https://headwater.example".parse().unwrap());
        // The cache goes by real time, which does not pass here.
        settings.cache_lifetime = Duration::from_nanos(1);
        let service = Service::new(Parts {
            store: Arc::new(MortalStore(Arc::clone(&self.store), Arc::clone(&life))),
            sealer: Arc::new(PlainSealer),
            clock: Arc::new(MortalClock(self.clock, Arc::clone(&life))),
            entropy: Arc::new(SeededEntropy::new(self.seeds.fetch_add(1, Ordering::SeqCst))),
            upstream: Arc::new(MortalUpstream(Arc::clone(&self.provider), Arc::clone(&life))),
            connectors: vec![Arc::clone(&*CONFLUENCE)],
            settings,
        });
        Replica { service, life }
    }

    pub(super) async fn pass(&self, seconds: u64) {
        self.clock.wait(Duration::from_secs(seconds)).await;
    }

    pub(super) async fn stored(&self) -> ConnectedAccount {
        self.store.read().await.unwrap().account(&self.account).await.unwrap().unwrap()
    }

    pub(super) async fn status(&self) -> AccountStatus {
        self.stored().await.status
    }

    pub(super) async fn generation(&self) -> u64 {
        self.store.read().await.unwrap().grant(&self.account).await.unwrap().unwrap().generation
    }

    /// What must hold whatever happens: no request beside another, no token after its time.
    pub(super) fn check(&self) {
        assert_eq!(self.provider.violations(), Vec::<String>::new(), "{:?}", self.provider.presentations());
    }

    /// A call with what the replica hands out must be let through.
    pub(super) async fn assert_usable(&self, replica: &Replica) {
        let live = replica.call(&self.account).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(self.provider.accepts(&live.authorization), "generation {}", live.grant.generation);
        assert!(live.grant.generation <= self.generation().await, "only what is stored is handed out");
        self.check();
    }
}

impl Replica {
    /// What a tool call begins with.
    pub(super) async fn call(&self, account: &AccountId) -> Result<Arc<LiveAccount>, ServiceError> {
        let live = self.service.grants.usable(account).await;
        self.service.usage.mark(account);
        live
    }

    /// Looks for refreshes that are due, until the replica dies.
    pub(super) fn sweep(&self) {
        self.sweep_every(5);
    }

    pub(super) fn sweep_every(&self, seconds: u64) {
        let service = self.service.clone();
        tokio::spawn(async move {
            loop {
                drop(service.grants.refresh_due().await);
                drop(service.usage.write().await);
                service.core.clock().wait(Duration::from_secs(seconds)).await;
            }
        });
    }

    /// Whether it has died.
    pub(super) fn dead(&self) -> bool {
        self.life.steps.load(Ordering::SeqCst) > self.life.dies_at.load(Ordering::SeqCst)
    }

    /// Stops what it does for so long, in the moment when the provider's next answer has arrived.
    pub(super) fn stop_at_answer(&self, seconds: u64) {
        self.life.stops_for.store(seconds, Ordering::SeqCst);
    }

    /// Ends it now.
    pub(super) fn kill(&self) {
        self.life.dies_at.store(0, Ordering::SeqCst);
    }
}
