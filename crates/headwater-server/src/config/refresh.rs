//! How grants are refreshed.

use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;

/// Refreshing of grants.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct RefreshConfig {
    /// Seconds after which a provider's first refusal of a refresh token is confirmed by a second attempt, before the
    /// account counts as lost, 0 to 600; 0 believes the first. `HEADWATER_REFRESH__CONFIRM_AFTER_SECONDS`; default
    /// 30: providers have been seen to refuse good tokens for moments.
    pub confirm_after_seconds: u64,
}

impl Default for RefreshConfig {
    fn default() -> Self {
        Self { confirm_after_seconds: 30 }
    }
}

impl RefreshConfig {
    /// The pause before the second attempt.
    pub fn confirm_after(&self) -> Duration {
        Duration::from_secs(self.confirm_after_seconds)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.confirm_after_seconds <= 600 {
            return Ok(());
        }
        Err(ConfigError::invalid("refresh.confirm_after_seconds", "must be from 0 to 600"))
    }
}
