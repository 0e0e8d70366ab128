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
    /// Days after the consent at which the provider ends a grant however often it is refreshed, 31 to 3650; 30, 7 and 1
    /// days before, webhooks are told `connected_account.reauthorization_due`.
    /// `HEADWATER_REFRESH__GRANT_LIFETIME_DAYS`; default 365, as Atlassian's staff says.
    pub grant_lifetime_days: u64,
}

impl Default for RefreshConfig {
    fn default() -> Self {
        Self { confirm_after_seconds: 30, grant_lifetime_days: 365 }
    }
}

impl RefreshConfig {
    /// The pause before the second attempt.
    pub fn confirm_after(&self) -> Duration {
        Duration::from_secs(self.confirm_after_seconds)
    }

    /// How long a grant lives after the consent.
    pub fn grant_lifetime(&self) -> Duration {
        Duration::from_secs(self.grant_lifetime_days * 86_400)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.confirm_after_seconds > 600 {
            return Err(ConfigError::invalid("refresh.confirm_after_seconds", "must be from 0 to 600"));
        }
        if !(31..=3650).contains(&self.grant_lifetime_days) {
            return Err(ConfigError::invalid("refresh.grant_lifetime_days", "must be from 31 to 3650"));
        }
        Ok(())
    }
}
