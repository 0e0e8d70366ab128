//! What an experiment does to this process. Only builds with the feature `chaos` have these settings; all others refuse
//! them as unknown, and do not start.

use std::path::PathBuf;

use headwater_service::chaos::{CrashPoint, Defence};
use serde::Deserialize;

use super::ConfigError;

/// An experiment.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct ChaosConfig {
    /// The point at which the process kills itself, as `SIGKILL` does. `HEADWATER_CHAOS__CRASH_AT`.
    pub crash_at: Option<String>,
    /// The point at which the process stops itself, once, as `SIGSTOP` does. `HEADWATER_CHAOS__STOP_AT`.
    pub stop_at: Option<String>,
    /// The defences that are switched off, between commas. `HEADWATER_CHAOS__WITHOUT`.
    pub without: String,
    /// A file that says by how much the clock is ahead. `HEADWATER_CHAOS__CLOCK_FILE`.
    pub clock_file: Option<PathBuf>,
}

impl ChaosConfig {
    /// The point of death.
    pub fn crash_point(&self) -> Result<Option<CrashPoint>, ConfigError> {
        self.crash_at.as_deref().map(|name| named("chaos.crash_at", &CrashPoint::ALL, name)).transpose()
    }

    /// The point of the stop.
    pub fn stop_point(&self) -> Result<Option<CrashPoint>, ConfigError> {
        self.stop_at.as_deref().map(|name| named("chaos.stop_at", &CrashPoint::ALL, name)).transpose()
    }

    /// What is switched off.
    pub fn lacking(&self) -> Result<Vec<Defence>, ConfigError> {
        let names = self.without.split(',').filter(|name| !name.is_empty());
        names.map(|name| named("chaos.without", &Defence::ALL, name)).collect()
    }
}

fn named<T: Copy>(setting: &'static str, known: &[(&str, T)], name: &str) -> Result<T, ConfigError> {
    let found = known.iter().find(|(its_name, _)| *its_name == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        ConfigError::invalid(setting, format!("`{name}` is not one of {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_and_others_are_refused() {
        let config = ChaosConfig {
            crash_at: Some("inside-save".to_owned()),
            without: "lease,fence".to_owned(),
            ..ChaosConfig::default()
        };
        assert_eq!(config.crash_point().unwrap(), Some(CrashPoint::InsideSave));
        assert_eq!(config.lacking().unwrap(), [Defence::Lease, Defence::Fence]);
        let wrong = ChaosConfig { without: "leash".to_owned(), ..ChaosConfig::default() };
        assert!(wrong.lacking().unwrap_err().to_string().contains("write-ahead"));
    }
}
