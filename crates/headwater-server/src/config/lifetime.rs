//! How long what is handed out stays valid.

use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;

/// Access tokens of API clients.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct TokenConfig {
    /// Seconds that a token is valid, 60 to 86400. `HEADWATER_TOKEN__LIFETIME_SECONDS`; default 3600.
    pub lifetime_seconds: u64,
}

/// Links that an end user connects an account by.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct LinkConfig {
    /// Seconds that a link can be opened, 60 to 86400. `HEADWATER_LINK__LIFETIME_SECONDS`; default 600: it travels
    /// to a person by chat or mail.
    pub lifetime_seconds: u64,
}

impl TokenConfig {
    /// How long a token is valid.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.lifetime_seconds)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within_a_day("token.lifetime_seconds", self.lifetime_seconds)
    }
}

impl LinkConfig {
    /// How long a link can be opened.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.lifetime_seconds)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        within_a_day("link.lifetime_seconds", self.lifetime_seconds)
    }
}

impl Default for TokenConfig {
    fn default() -> Self {
        Self { lifetime_seconds: 3600 }
    }
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self { lifetime_seconds: 600 }
    }
}

fn within_a_day(setting: &'static str, seconds: u64) -> Result<(), ConfigError> {
    if (60..=86_400).contains(&seconds) {
        return Ok(());
    }
    Err(ConfigError::invalid(setting, "must be from 60 (a minute) to 86400 (a day)"))
}
