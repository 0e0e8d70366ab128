//! The database: a file in the data directory, or PostgreSQL.

use std::path::PathBuf;

use headwater_domain::secret::Secret;
use serde::Deserialize;

use super::ConfigError;
use super::secret_text::{SecretError, SecretText, one_of, resolve};

const URL: &str = "database.url";

/// Which database, and how many connections to it.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct DatabaseConfig {
    /// `postgres://user:password@host/database`. `HEADWATER_DATABASE__URL`; default none: the embedded database in
    /// the data directory.
    pub url: Option<SecretText>,
    /// A file with the same in it. `HEADWATER_DATABASE__URL_FILE`; default none.
    pub url_file: Option<PathBuf>,
    /// How many connections to PostgreSQL at most. `HEADWATER_DATABASE__CONNECTIONS`; default 10.
    pub connections: u32,
    /// Whether a start brings the schema up to date. `HEADWATER_DATABASE__MIGRATE`; default true. With `false` a start
    /// with an older schema is refused, and `headwater migrate` does it: for servers whose own database user may not.
    pub migrate: bool,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: None, url_file: None, connections: 10, migrate: true }
    }
}

impl DatabaseConfig {
    /// Where PostgreSQL is, or `None` for the embedded database.
    pub fn address(&self) -> Result<Option<Secret>, SecretError> {
        resolve(URL, self.url.as_ref(), self.url_file.as_deref())
    }

    /// What the command line says wins.
    pub fn set_url(&mut self, url: SecretText) {
        self.url = Some(url);
        self.url_file = None;
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.connections == 0 {
            return Err(ConfigError::invalid("database.connections", "must be at least 1"));
        }
        one_of(URL, self.url.as_ref(), self.url_file.as_deref())
    }
}
