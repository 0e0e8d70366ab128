//! What the operator decides: one small struct per concern, one file each.
//!
//! Later wins: defaults, then the TOML file, then `HEADWATER_*` variables, then the command line. A setting is
//! `[section] name` in the file and `HEADWATER_SECTION__NAME` in the environment. Unknown settings are errors, so a
//! misspelt one cannot be silently without effect. Paths are relative to the working directory.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::Deserialize;

pub mod audit;
pub mod base_url;
#[cfg(feature = "chaos")]
pub mod chaos;
pub mod database;
pub mod encryption;
pub mod environment;
mod explain;
pub mod kms;
pub mod lifetime;
pub mod limits;
pub mod list;
pub mod listen;
pub mod log;
pub mod overrides;
pub mod policy;
pub mod quota;
pub mod refresh;
pub mod retention;
pub mod secret_text;
#[cfg(test)]
mod tests;
pub mod tls;
pub mod upstream;
pub mod verification;

use audit::AuditConfig;
use base_url::BaseUrl;
use database::DatabaseConfig;
use encryption::EncryptionConfig;
use environment::Environment;
use lifetime::{LinkConfig, TokenConfig};
use limits::LimitsConfig;
use listen::ListenConfig;
use log::LogConfig;
use overrides::Overrides;
use policy::PolicyConfig;
use quota::QuotaConfig;
use refresh::RefreshConfig;
use retention::RetentionConfig;
use tls::TlsConfig;
use upstream::UpstreamConfig;
use verification::VerificationConfig;

/// Everything that can be set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct Config {
    /// The origin that clients and browsers reach the server by, without a path. `HEADWATER_BASE_URL`; default the one
    /// that the database knows, because it was named before, else `https://localhost` with the port that is listened on
    /// (`http://localhost` for development).
    pub base_url: Option<BaseUrl>,
    /// Where everything is kept. `HEADWATER_DATA_DIR`; default `headwater-data`, `.headwater` for development.
    pub data_dir: PathBuf,
    /// The port.
    pub listen: ListenConfig,
    /// The certificate.
    pub tls: TlsConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// The key that stored secrets are encrypted with.
    pub encryption: EncryptionConfig,
    /// Servers that are called.
    pub upstream: UpstreamConfig,
    /// Refreshing of grants.
    pub refresh: RefreshConfig,
    /// Access tokens of API clients.
    pub token: TokenConfig,
    /// Connect links.
    pub link: LinkConfig,
    /// Confirming end users.
    pub verification: VerificationConfig,
    /// The most that agents may do.
    pub policy: PolicyConfig,
    /// The audit log.
    pub audit: AuditConfig,
    /// How many rows API clients can create.
    pub quota: QuotaConfig,
    /// How long records are kept.
    pub retention: RetentionConfig,
    /// Bounds.
    pub limits: LimitsConfig,
    /// The log.
    pub log: LogConfig,
    /// An experiment on this process.
    #[cfg(feature = "chaos")]
    pub chaos: chaos::ChaosConfig,
}

/// What the defaults are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A server for others: listens on every address.
    Serve,
    /// A server for whoever sits in front of it: listens on this machine only.
    Development,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named cannot be read.
    #[error("read the configuration file {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A setting is unknown, or has a value of the wrong kind.
    #[error("{0}")]
    Setting(String),
    /// Settings that are fine alone and wrong together or out of range.
    #[error("{setting}: {problem}")]
    Invalid {
        /// The setting as it is written in the file, such as `tls.key_file`.
        setting: &'static str,
        /// What is wrong and what to do.
        problem: String,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: None,
            data_dir: PathBuf::from("headwater-data"),
            listen: ListenConfig::default(),
            tls: TlsConfig::default(),
            database: DatabaseConfig::default(),
            encryption: EncryptionConfig::default(),
            upstream: UpstreamConfig::default(),
            refresh: RefreshConfig::default(),
            token: TokenConfig::default(),
            link: LinkConfig::default(),
            verification: VerificationConfig::default(),
            policy: PolicyConfig::default(),
            audit: AuditConfig::default(),
            quota: QuotaConfig::default(),
            retention: RetentionConfig::default(),
            limits: LimitsConfig::default(),
            log: LogConfig::default(),
            #[cfg(feature = "chaos")]
            chaos: chaos::ChaosConfig::default(),
        }
    }
}

impl Config {
    /// Brings all sources together and checks the result.
    pub fn load(
        purpose: Purpose,
        file: Option<&Path>,
        environment: Environment,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(&defaults(purpose));
        if let Some(path) = file {
            figment = figment.merge(toml(path)?);
        }
        let figment = figment.merge(environment).merge(overrides);
        let config: Self = figment
            .extract_lossy()
            .map_err(|error| ConfigError::Setting(explain::explain(&error, &figment)))?;
        config.validate()?;
        Ok(config)
    }

    /// Checks what types cannot: ranges, and settings that need or exclude each other.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.data_dir.as_os_str().is_empty() {
            return Err(ConfigError::invalid(
                "data_dir",
                "must not be empty; name a directory, such as headwater-data",
            ));
        }
        self.listen.validate()?;
        self.tls.validate()?;
        self.database.validate()?;
        self.encryption.validate()?;
        self.upstream.validate()?;
        self.refresh.validate()?;
        self.token.validate()?;
        self.link.validate()?;
        self.verification.validate()?;
        self.quota.validate()?;
        self.retention.validate()?;
        self.limits.validate()?;
        self.log.validate()
    }

    /// Names that the certificate of our own CA must carry besides those of the local machine. `origin` is the public
    /// one, where it is known.
    pub fn certificate_names(&self, origin: Option<&BaseUrl>) -> Vec<String> {
        let host = origin.map(|url| url.host().to_owned());
        self.tls.extra_names.iter().cloned().chain(host).collect()
    }
}

impl ConfigError {
    fn invalid(setting: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { setting, problem: problem.into() }
    }
}

fn defaults(purpose: Purpose) -> Overrides {
    match purpose {
        Purpose::Serve => Overrides::default(),
        Purpose::Development => Overrides {
            data_dir: Some(PathBuf::from(".headwater")),
            listen_address: Some(SocketAddr::from(([127, 0, 0, 1], listen::DEFAULT_PORT))),
            credentials: Some("all"),
            ..Overrides::default()
        },
    }
}

/// A file that was named must be there; figment alone would take a missing one for an empty one.
fn toml(path: &Path) -> Result<figment::providers::Data<Toml>, ConfigError> {
    match fs::metadata(path).and_then(|_| fs::File::open(path)) {
        Ok(_) => Ok(Toml::file_exact(path)),
        Err(source) => Err(ConfigError::File { path: path.to_path_buf(), source }),
    }
}
