//! How long records are kept.

use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;

/// Records that are removed when they are old enough.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct RetentionConfig {
    /// Days that events about connected accounts are kept, 1 to 3650. What still has to be delivered to a webhook is
    /// kept longer. `HEADWATER_RETENTION__EVENTS_DAYS`; default 30.
    pub events_days: u64,
    /// Days that entries of the audit log are kept, 1 to 3650. `HEADWATER_RETENTION__AUDIT_DAYS`; default 90.
    pub audit_days: u64,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { events_days: 30, audit_days: 90 }
    }
}

impl RetentionConfig {
    /// How long events are kept.
    pub fn events(&self) -> Duration {
        Duration::from_secs(self.events_days * 86_400)
    }

    /// How long entries of the audit log are kept.
    pub fn audit(&self) -> Duration {
        Duration::from_secs(self.audit_days * 86_400)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (setting, days) in
            [("retention.events_days", self.events_days), ("retention.audit_days", self.audit_days)]
        {
            if !(1..=3650).contains(&days) {
                return Err(ConfigError::invalid(setting, "must be from 1 to 3650"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_bounded() {
        for (days, good) in [(0, false), (1, true), (3650, true), (3651, false), (u64::MAX, false)] {
            let events = RetentionConfig { events_days: days, ..RetentionConfig::default() };
            let audit = RetentionConfig { audit_days: days, ..RetentionConfig::default() };
            assert_eq!((events.validate().is_ok(), audit.validate().is_ok()), (good, good), "{days}");
        }
        assert_eq!(RetentionConfig::default().audit().as_secs(), 7_776_000);
    }
}
