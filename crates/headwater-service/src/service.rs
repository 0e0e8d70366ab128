//! The handle that adapters hold, and what it is made of.

use std::sync::Arc;

use headwater_catalog::connector::Connector;
use headwater_domain::provider::ProviderKey;
use headwater_domain::time::Timestamp;
use headwater_ports::clock::Clock;
use headwater_ports::entropy::{self, Entropy};
use headwater_ports::sealer::Sealer;
use headwater_ports::store::Store;
use headwater_ports::upstream::Upstream;

use crate::acts::Acts;
use crate::admission::Admission;
use crate::api_clients::{ClientCache, client_cache};
use crate::audit::{AuditBatch, Logins};
use crate::connectors::Connectors;
use crate::deployment::Standing;
use crate::error::ServiceError;
use crate::governor::{Governor, SiteKey};
use crate::grants::{Flights, Holds, UnsavedPairs};
use crate::live::LiveCache;
use crate::memory::Memory;
use crate::proxy::Copies;
use crate::settings::Settings;
use crate::tools::OfferedLinks;
use crate::usage::Usage;

/// What a [`Service`] is put together from.
pub struct Parts {
    /// Storage.
    pub store: Arc<dyn Store>,
    /// Secrets at rest.
    pub sealer: Arc<dyn Sealer>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Outbound HTTP.
    pub upstream: Arc<dyn Upstream>,
    /// The providers that accounts can be connected to.
    pub connectors: Vec<Arc<dyn Connector>>,
    /// What the operator decided.
    pub settings: Settings,
}

/// All use cases. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    parts: Parts,
    connectors: Connectors,
    live: LiveCache,
    flights: Flights,
    pairs: UnsavedPairs,
    holds: Holds,
    clients: ClientCache,
    usage: Usage,
    audit: AuditBatch,
    acts: Acts,
    logins: Logins,
    governor: Governor<SiteKey>,
    admission: Admission,
    copies: Copies,
    memory: Memory,
    standing: Standing,
    offered_links: OfferedLinks,
}

impl Service {
    /// Puts the use cases together. Does no I/O.
    pub fn new(mut parts: Parts) -> Self {
        let connectors = Connectors::new(std::mem::take(&mut parts.connectors));
        let lifetime = parts.settings.cache_lifetime;
        Self(Arc::new(Inner {
            connectors,
            live: LiveCache::new(lifetime),
            flights: Flights::default(),
            pairs: UnsavedPairs::default(),
            holds: Holds::default(),
            clients: client_cache(lifetime),
            usage: Usage::default(),
            audit: AuditBatch::default(),
            acts: Acts::default(),
            logins: Logins::default(),
            governor: Governor::new(parts.settings.site_concurrency),
            admission: Admission::new(&parts.settings),
            copies: Copies::default(),
            memory: Memory::new(parts.settings.memory_bytes),
            standing: Standing::default(),
            offered_links: OfferedLinks::default(),
            parts,
        }))
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// The connector of a provider.
    pub fn connector(&self, provider: &ProviderKey) -> Result<&Arc<dyn Connector>, ServiceError> {
        self.0.connectors.latest().of(provider).ok_or_else(|| {
            let known: Vec<&str> = self.connectors().map(|it| it.provider().as_str()).collect();
            let message = format!("there is no provider `{provider}`; known providers: {}", known.join(", "));
            ServiceError::invalid("provider", "known provider", message)
        })
    }

    /// All connectors, in the order in which they were given.
    pub fn connectors(&self) -> impl Iterator<Item = &Arc<dyn Connector>> {
        self.0.connectors.latest().all().iter()
    }

    /// Puts other connectors in the place of those that are there, for calls from now on: the operator's tools have
    /// changed. What went before stays in memory.
    pub fn replace_connectors(&self, connectors: Vec<Arc<dyn Connector>>) {
        self.0.connectors.replace(connectors);
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.parts.clock
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.parts.store
    }

    pub(crate) fn sealer(&self) -> &dyn Sealer {
        &*self.0.parts.sealer
    }

    pub(crate) fn upstream(&self) -> &dyn Upstream {
        &*self.0.parts.upstream
    }

    pub(crate) fn live(&self) -> &LiveCache {
        &self.0.live
    }

    pub(crate) fn flights(&self) -> &Flights {
        &self.0.flights
    }

    pub(crate) fn unsaved_pairs(&self) -> &UnsavedPairs {
        &self.0.pairs
    }

    pub(crate) fn holds(&self) -> &Holds {
        &self.0.holds
    }

    pub(crate) fn clients(&self) -> &ClientCache {
        &self.0.clients
    }

    pub(crate) fn admission(&self) -> &Admission {
        &self.0.admission
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    pub(crate) fn governor(&self) -> &Governor<SiteKey> {
        &self.0.governor
    }

    pub(crate) fn copies(&self) -> &Copies {
        &self.0.copies
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.0.standing
    }

    pub(crate) fn offered_links(&self) -> &OfferedLinks {
        &self.0.offered_links
    }

    pub(crate) fn usage(&self) -> &Usage {
        &self.0.usage
    }

    pub(crate) fn audit_batch(&self) -> &AuditBatch {
        &self.0.audit
    }

    pub(crate) fn acts(&self) -> &Acts {
        &self.0.acts
    }

    pub(crate) fn logins(&self) -> &Logins {
        &self.0.logins
    }

    /// A new identifier for an access token (`jti`).
    pub fn new_token_id(&self) -> String {
        self.random_token()
    }

    /// A token of 256 random bits.
    pub(crate) fn random_token(&self) -> String {
        entropy::token(&*self.0.parts.entropy)
    }

    /// Random bytes.
    pub(crate) fn fill_random(&self, bytes: &mut [u8]) {
        self.0.parts.entropy.fill(bytes);
    }

    /// 64 random bits.
    pub(crate) fn random_number(&self) -> i64 {
        let mut bytes = [0; 8];
        self.0.parts.entropy.fill(&mut bytes);
        i64::from_le_bytes(bytes)
    }

    /// What tells a new identifier from others of the same millisecond.
    pub(crate) fn distinct(&self) -> u64 {
        entropy::distinct(&*self.0.parts.entropy)
    }

    /// 32 random bits.
    pub(crate) fn random_word(&self) -> u32 {
        entropy::word(&*self.0.parts.entropy)
    }
}
