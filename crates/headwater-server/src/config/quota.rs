//! How many rows API clients can create.

use headwater_service::settings::Quotas;
use serde::Deserialize;

use super::ConfigError;

/// The most of what is stored. Who wants more than there may be is told so, and nothing is removed.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct QuotaConfig {
    /// Connections. `HEADWATER_QUOTA__CONNECTIONS`; default 200.
    pub connections: u64,
    /// Connected accounts of one connection. `HEADWATER_QUOTA__ACCOUNTS_PER_CONNECTION`; default 100000.
    pub accounts_per_connection: u64,
    /// Authorization links of one account that were not used yet; they lapse by themselves.
    /// `HEADWATER_QUOTA__LINKS_PER_ACCOUNT`; default 50.
    pub links_per_account: u64,
    /// Webhooks: every event is written once for each. `HEADWATER_QUOTA__WEBHOOKS`; default 20, at most 200.
    pub webhooks: u64,
}

impl Default for QuotaConfig {
    fn default() -> Self {
        let Quotas { connections, accounts_per_connection, links_per_account, webhooks } = Quotas::default();
        Self { connections, accounts_per_connection, links_per_account, webhooks }
    }
}

impl QuotaConfig {
    /// The quotas as use cases know them.
    pub fn quotas(&self) -> Quotas {
        Quotas {
            connections: self.connections,
            accounts_per_connection: self.accounts_per_connection,
            links_per_account: self.links_per_account,
            webhooks: self.webhooks,
        }
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (setting, value, most) in [
            ("quota.connections", self.connections, 10_000),
            ("quota.accounts_per_connection", self.accounts_per_connection, 100_000_000),
            ("quota.links_per_account", self.links_per_account, 100_000),
            ("quota.webhooks", self.webhooks, 200),
        ] {
            if !(1..=most).contains(&value) {
                return Err(ConfigError::invalid(setting, format!("must be from 1 to {most}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_bounded() {
        assert!(QuotaConfig::default().validate().is_ok());
        for value in [0, u64::MAX] {
            assert!(QuotaConfig { webhooks: value, ..QuotaConfig::default() }.validate().is_err());
            assert!(QuotaConfig { connections: value, ..QuotaConfig::default() }.validate().is_err());
        }
    }
}
