//! Store, key ring, client and connectors, put together as use cases.

use std::sync::Arc;

use headwater_ports::clock::Clock;
use headwater_ports::sealer::{SealError, Sealer as _};
use headwater_ports::store::Store;
use headwater_seal::KeyRing;
use headwater_service::deployment::known_origin;
use headwater_service::settings::Settings;
use headwater_service::{Parts, Service};
use headwater_store::{PostgresStore, SqliteStore};
use headwater_upstream::{AllowedHost, HttpUpstream};
use url::{Host, Url};

use super::{Mode, operator_tools};
use crate::config::Config;
use crate::config::base_url::BaseUrl;
use crate::config::secret_text::SecretError;
use crate::data_dir::DataDir;
use crate::encryption_key::{self, EncryptionKeyError};
use crate::entropy::SystemEntropy;

/// The database's file in the data directory.
const DATABASE: &str = "headwater.db";

/// Why the use cases could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum UseCasesError {
    /// The key-encryption key.
    #[error(transparent)]
    Key(#[from] EncryptionKeyError),
    /// The key ring does not open what is stored.
    #[error(
        "the stored secrets were sealed with another key-encryption key than {}: put the right one back. Without it, all accounts must be connected again", .keys.join(", ")
    )]
    WrongKey {
        /// The ids of the keys that are there.
        keys: Vec<String>,
        /// Which key is missing, or that one answers to its name without being it.
        #[source]
        source: SealError,
    },
    /// The data directory.
    #[error(transparent)]
    DataDir(#[from] crate::data_dir::DataDirError),
    /// Where the database is.
    #[error(transparent)]
    Address(#[from] SecretError),
    /// The embedded database.
    #[error(transparent)]
    Sqlite(#[from] headwater_store::sqlite::OpenError),
    /// The database server.
    #[error("open the database")]
    Postgres(#[from] headwater_store::postgres::OpenError),
    /// Reading or writing it.
    #[error(transparent)]
    Storage(#[from] headwater_ports::store::StoreError),
    /// Sealing.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The outbound client.
    #[error(transparent)]
    Upstream(#[from] headwater_upstream::OpenError),
    /// The tool files that are compiled in.
    #[error("read the tools of Confluence")]
    Tools(#[from] headwater_catalog::file::LoadError),
    /// A setting that cannot be used.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The public origin is no URL.
    #[error("base_url: is no URL")]
    Origin(#[from] url::ParseError),
}

/// The use cases of one data directory, for a server or for a command beside it.
pub struct UseCases {
    /// The handle that adapters hold.
    pub service: Service,
    /// The origin that the database belongs to, when the configuration names another one.
    pub contradicted: Option<String>,
}

/// Store and keys, open and fit for each other; the public origin may still be unknown.
pub struct Opened {
    store: Arc<dyn Store>,
    ring: KeyRing,
    /// What is named in the configuration, else what the database knows.
    pub origin: Option<BaseUrl>,
    contradicted: Option<String>,
}

impl Opened {
    /// Opens the store and the key ring, checks that they belong together, and finds out the public origin.
    pub async fn open(config: &Config, data_dir: &DataDir) -> Result<Self, UseCasesError> {
        let keys = encryption_key::load_or_create(&config.encryption, data_dir, &SystemEntropy).await?;
        let ring = KeyRing::new(keys, Arc::new(SystemEntropy));
        let store = open_store(config, data_dir).await?;
        check_key(&*store, &ring).await?;
        if data_dir.is_exclusive() && config.database.address()?.is_none() {
            release_leases(&*store).await?;
        }
        let known = known_origin(&*store).await?;
        let usual = known.usual.and_then(|it| it.parse().ok());
        let contradicted = match (&config.base_url, known.binding) {
            (Some(named), Some(bound)) if named.as_str() != bound => Some(bound),
            _ => None,
        };
        Ok(Self { store, ring, origin: config.base_url.clone().or(usual), contradicted })
    }

    /// The use cases, with `origin` as the public one.
    pub fn use_cases(self, config: &Config, origin: &BaseUrl, mode: Mode) -> Result<UseCases, UseCasesError> {
        let service = Service::new(Parts {
            store: store(self.store, config)?,
            sealer: Arc::new(self.ring),
            clock: clock(config),
            entropy: Arc::new(SystemEntropy),
            upstream: Arc::new(HttpUpstream::new(allowed_hosts(config))?),
            connectors: operator_tools::read(&config.data_dir)?,
            settings: settings(config, origin.as_str(), mode)?,
        });
        Ok(UseCases { service, contradicted: self.contradicted })
    }
}

impl UseCases {
    /// Brings the schema of the store up to date.
    pub async fn migrate(config: &Config) -> Result<(), UseCasesError> {
        if let Some(address) = config.database.address()? {
            PostgresStore::open(&address, 1).await?.close().await;
        } else {
            let data_dir = DataDir::beside(&config.data_dir)?;
            SqliteStore::open(&data_dir.file(DATABASE)).await?.close().await;
        }
        Ok(())
    }

    /// Opens everything for a command that works beside a server. Where no origin is named nor known, it is that of a
    /// server on this machine.
    pub async fn open(config: &Config, data_dir: &DataDir, mode: Mode) -> Result<Self, UseCasesError> {
        let opened = Opened::open(config, data_dir).await?;
        let origin = opened.origin.clone().unwrap_or_else(|| mode.local_origin(config.listen.address.port()));
        opened.use_cases(config, &origin, mode)
    }
}

async fn open_store(config: &Config, data_dir: &DataDir) -> Result<Arc<dyn Store>, UseCasesError> {
    Ok(match config.database.address()? {
        Some(address) if config.database.migrate => {
            Arc::new(PostgresStore::open(&address, config.database.connections).await?)
        }
        Some(address) => Arc::new(PostgresStore::open_as_is(&address, config.database.connections).await?),
        None => Arc::new(SqliteStore::open(&data_dir.file(DATABASE)).await?),
    })
}

/// The embedded database belongs to this process alone: who held a lease is dead, and need not be waited for.
async fn release_leases(store: &dyn Store) -> Result<(), UseCasesError> {
    let mut tx = store.write().await?;
    tx.release_leases().await?;
    Ok(tx.commit().await?)
}

/// A new database gets a sealed mark; an old one must have a mark that opens.
async fn check_key(store: &dyn Store, ring: &KeyRing) -> Result<(), UseCasesError> {
    let mut tx = store.write().await?;
    let Some(mark) = tx.key_check().await? else {
        tx.put_key_check(&ring.key_check()?).await?;
        return Ok(tx.commit().await?);
    };
    ring.verify_key_check(&mark).map_err(|source| {
        let keys = ring.ids().map(ToString::to_string).collect();
        UseCasesError::WrongKey { keys, source }
    })?;
    if !ring.is_current(&mark) {
        tx.put_key_check(&ring.key_check()?).await?;
        tx.commit().await?;
    }
    Ok(())
}

#[cfg(not(feature = "chaos"))]
#[expect(clippy::unnecessary_wraps, reason = "an experiment's settings can be wrong")]
fn store(store: Arc<dyn Store>, _: &Config) -> Result<Arc<dyn Store>, UseCasesError> {
    Ok(store)
}

#[cfg(feature = "chaos")]
fn store(store: Arc<dyn Store>, config: &Config) -> Result<Arc<dyn Store>, UseCasesError> {
    Ok(crate::chaos::store(store, &config.chaos)?)
}

#[cfg(not(feature = "chaos"))]
fn clock(_: &Config) -> Arc<dyn Clock> {
    Arc::new(crate::clock::SystemClock::default())
}

#[cfg(feature = "chaos")]
fn clock(config: &Config) -> Arc<dyn Clock> {
    crate::chaos::clock(&config.chaos)
}

fn settings(config: &Config, origin: &str, mode: Mode) -> Result<Settings, UseCasesError> {
    let mut settings = Settings::new(Url::parse(origin)?);
    settings.origin_named = config.base_url.is_some();
    settings.confirm_refusal_after = config.refresh.confirm_after();
    settings.calls_per_account = config.limits.calls_per_account;
    settings.memory_bytes = config.limits.memory_bytes;
    settings.calls_per_client = config.limits.calls_per_client;
    settings.grant_lifetime = config.refresh.grant_lifetime();
    settings.site_concurrency = config.upstream.site_concurrency;
    settings.link_lifetime = config.link.lifetime();
    settings.verification = config.verification.setting()?;
    settings.unattended_connect = mode.unattended_connect;
    settings.plain_hosts = config.upstream.allow_hosts.iter().map(|it| (it.host.clone(), it.port)).collect();
    settings.policy = config.policy.policy();
    settings.event_retention = config.retention.events();
    settings.audit_retention = config.retention.audit();
    settings.quotas = config.quota.quotas();
    settings.audit_required = config.audit.required;
    #[cfg(feature = "chaos")]
    {
        settings.chaos = crate::chaos::set_up(&config.chaos)?;
    }
    Ok(settings)
}

fn allowed_hosts(config: &Config) -> Vec<AllowedHost> {
    let text = |host: &Host| match host {
        Host::Domain(name) => name.to_ascii_lowercase(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    config.upstream.allow_hosts.iter().map(|it| AllowedHost { host: text(&it.host), port: it.port }).collect()
}
