//! All use cases, put together.

use std::sync::Arc;

use headwater_catalog::connector::Connector;
use headwater_ports::clock::Clock;
use headwater_ports::entropy::Entropy;
use headwater_ports::sealer::Sealer;
use headwater_ports::store::Store;
use headwater_ports::upstream::Upstream;

use crate::accounts::{AccountParts, Accounts};
use crate::acts::Acts;
use crate::admission::Admission;
use crate::api_clients::ApiClients;
use crate::audit::Audit;
use crate::connect::{Connect, ConnectParts};
use crate::connections::Connections;
use crate::connectors::Connectors;
use crate::core::{Core, Ports};
use crate::deployment::Deployment;
use crate::events::Events;
use crate::grants::{GrantParts, Grants, RefreshMemory};
use crate::live::LiveCache;
use crate::memory::Memory;
use crate::proxy::{Copies, Proxy, ProxyParts};
use crate::rewrap::Rewrap;
use crate::settings::Settings;
use crate::signing_keys::SigningKeys;
use crate::site_limits::SiteLimits;
use crate::sites::Sites;
use crate::token_endpoint::TokenEndpoint;
use crate::tools::{OfferedLinks, ToolParts, Tools};
use crate::usage::Usage;
use crate::webhooks::Webhooks;

/// The ports, connectors and settings that a [`Service`] is put together from.
pub struct Parts {
    /// Storage.
    pub store: Arc<dyn Store>,
    /// Encryption of stored secrets.
    pub sealer: Arc<dyn Sealer>,
    /// Source of time.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Outbound HTTP.
    pub upstream: Arc<dyn Upstream>,
    /// The providers that accounts can be connected to.
    pub connectors: Vec<Arc<dyn Connector>>,
    /// What the operator decided.
    pub settings: Settings,
}

/// All use cases, one part for each aggregate. Cheap to clone; clones share everything. Adapters hold the parts that they
/// serve.
#[derive(Clone)]
pub struct Service {
    /// Ports and settings.
    pub core: Core,
    /// Acts under way that do not end with their caller.
    pub acts: Acts,
    /// The audit log.
    pub audit: Audit,
    /// Events of accounts.
    pub events: Events,
    /// Webhooks and the deliveries to them.
    pub webhooks: Webhooks,
    /// The database as this deployment's.
    pub deployment: Deployment,
    /// The providers.
    pub connectors: Connectors,
    /// The operator's OAuth apps.
    pub connections: Connections,
    /// Tokens and their refreshes.
    pub grants: Grants,
    /// Connected accounts.
    pub accounts: Accounts,
    /// The connect flow.
    pub connect: Connect,
    /// Tools.
    pub tools: Tools,
    /// Raw requests.
    pub proxy: Proxy,
    /// API clients.
    pub api_clients: ApiClients,
    /// The keys that sign access tokens.
    pub signing_keys: SigningKeys,
    /// Stored secrets as far as they are sealed.
    pub rewrap: Rewrap,
    /// When accounts were last used.
    pub usage: Usage,
    /// Memory for calls and answers under way.
    pub memory: Memory,
}

/// The parts that most others are made of.
struct Foundation {
    core: Core,
    acts: Acts,
    audit: Audit,
    events: Events,
    deployment: Deployment,
    connectors: Connectors,
    connections: Connections,
    live: LiveCache,
}

/// The bounds on calls to providers, which tools and raw requests share.
struct CallLimits {
    site_limits: SiteLimits,
    admission: Admission,
    usage: Usage,
    memory: Memory,
}

impl Service {
    /// Puts the use cases together, lowest first. Does no I/O.
    pub fn new(parts: Parts) -> Self {
        let base = Foundation::new(parts);
        let limits = CallLimits::new(&base.core);
        let (sites, token_endpoint) =
            (Sites::new(base.core.clone(), base.connectors.clone()), TokenEndpoint::new(base.core.clone()));
        let grants = base.grants(sites.clone(), token_endpoint.clone());
        let accounts = base.accounts(grants.clone());
        let connect = base.connect(sites, token_endpoint, grants.clone(), accounts.clone());
        let tools = base.tools(&limits, grants.clone(), accounts.clone(), connect.clone());
        let proxy = base.proxy(&limits, grants.clone(), accounts.clone());
        let Foundation { core, acts, audit, events, deployment, connectors, connections, .. } = base;
        let CallLimits { usage, memory, .. } = limits;
        Self {
            webhooks: Webhooks::new(core.clone(), audit.clone(), events.clone()),
            api_clients: ApiClients::new(core.clone(), audit.clone()),
            signing_keys: SigningKeys::new(core.clone(), audit.clone()),
            rewrap: Rewrap::new(core.clone(), audit.clone()),
            core,
            acts,
            audit,
            events,
            deployment,
            connectors,
            connections,
            grants,
            accounts,
            connect,
            tools,
            proxy,
            usage,
            memory,
        }
    }
}

impl CallLimits {
    fn new(core: &Core) -> Self {
        Self {
            site_limits: SiteLimits::new(core.clone()),
            admission: Admission::new(core.clone()),
            usage: Usage::new(core.clone()),
            memory: Memory::new(core.clone()),
        }
    }
}

impl Foundation {
    fn new(parts: Parts) -> Self {
        let Parts { store, sealer, clock, entropy, upstream, connectors, settings } = parts;
        let live = LiveCache::new(settings.cache_lifetime);
        let core = Core::new(Ports { store, sealer, clock, entropy, upstream, settings });
        let connectors = Connectors::new(connectors);
        let acts = Acts::new(core.clone());
        let audit = Audit::new(core.clone(), acts.clone());
        let events = Events::new(core.clone());
        let deployment = Deployment::new(core.clone(), audit.clone());
        let connections =
            Connections::new(core.clone(), audit.clone(), events.clone(), connectors.clone(), live.clone());
        Self { core, acts, audit, events, deployment, connectors, connections, live }
    }

    fn grants(&self, sites: Sites, token_endpoint: TokenEndpoint) -> Grants {
        Grants::new(GrantParts {
            core: self.core.clone(),
            acts: self.acts.clone(),
            connectors: self.connectors.clone(),
            deployment: self.deployment.clone(),
            events: self.events.clone(),
            sites,
            token_endpoint,
            live: self.live.clone(),
            memory: RefreshMemory::default(),
        })
    }

    fn accounts(&self, grants: Grants) -> Accounts {
        Accounts::new(AccountParts {
            core: self.core.clone(),
            audit: self.audit.clone(),
            events: self.events.clone(),
            grants,
            live: self.live.clone(),
        })
    }

    fn connect(
        &self,
        sites: Sites,
        token_endpoint: TokenEndpoint,
        grants: Grants,
        accounts: Accounts,
    ) -> Connect {
        Connect::new(ConnectParts {
            core: self.core.clone(),
            audit: self.audit.clone(),
            events: self.events.clone(),
            connectors: self.connectors.clone(),
            connections: self.connections.clone(),
            sites,
            token_endpoint,
            grants,
            accounts,
            live: self.live.clone(),
        })
    }

    fn tools(&self, limits: &CallLimits, grants: Grants, accounts: Accounts, connect: Connect) -> Tools {
        Tools::new(ToolParts {
            core: self.core.clone(),
            audit: self.audit.clone(),
            connectors: self.connectors.clone(),
            connections: self.connections.clone(),
            grants,
            accounts,
            connect,
            site_limits: limits.site_limits.clone(),
            admission: limits.admission.clone(),
            usage: limits.usage.clone(),
            memory: limits.memory.clone(),
            offered_links: OfferedLinks::default(),
        })
    }

    fn proxy(&self, limits: &CallLimits, grants: Grants, accounts: Accounts) -> Proxy {
        Proxy::new(ProxyParts {
            core: self.core.clone(),
            audit: self.audit.clone(),
            connectors: self.connectors.clone(),
            grants,
            accounts,
            site_limits: limits.site_limits.clone(),
            admission: limits.admission.clone(),
            usage: limits.usage.clone(),
            copies: Copies::default(),
        })
    }
}
