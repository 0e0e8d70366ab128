//! What an experiment does to this process. Only builds with the feature `chaos` have these settings; all others refuse
//! them as unknown, and do not start.

use std::path::PathBuf;

use headwater_ports::weakened::StoreDefence;
use headwater_service::chaos::{CrashPoint, Defence};
use serde::Deserialize;

use super::ConfigError;

/// The defences of the store, with their names in settings.
const STORE_DEFENCES: [(&str, StoreDefence); 4] = [
    ("lease", StoreDefence::Lease),
    ("write-ahead", StoreDefence::WriteAhead),
    ("fence", StoreDefence::Fence),
    ("persist-first", StoreDefence::PersistFirst),
];
/// The defences that the process has in its memory, with their names in settings.
const MEMORY_DEFENCES: [(&str, Defence); 2] =
    [("single-flight", Defence::SingleFlight), ("keep-pair", Defence::KeepPair)];

/// The defences that are taken away.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lacking {
    /// Those of the store.
    pub store: Vec<StoreDefence>,
    /// Those that the process has in its memory.
    pub memory: Vec<Defence>,
}

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

    /// Returns the defences that are taken away.
    ///
    /// # Errors
    /// A name that no defence has.
    pub fn lacking(&self) -> Result<Lacking, ConfigError> {
        let mut lacking = Lacking::default();
        for name in self.without.split(',').filter(|name| !name.is_empty()) {
            let store = STORE_DEFENCES.iter().find(|(known, _)| *known == name);
            let memory = MEMORY_DEFENCES.iter().find(|(known, _)| *known == name);
            match (store, memory) {
                (Some((_, defence)), _) => lacking.store.push(*defence),
                (_, Some((_, defence))) => lacking.memory.push(*defence),
                (None, None) => return Err(unknown_defence(name)),
            }
        }
        Ok(lacking)
    }
}

fn named<T: Copy>(setting: &'static str, known: &[(&str, T)], name: &str) -> Result<T, ConfigError> {
    let found = known.iter().find(|(its_name, _)| *its_name == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        ConfigError::invalid(setting, format!("`{name}` is not one of {}", names.join(", ")))
    })
}

fn unknown_defence(name: &str) -> ConfigError {
    let known = STORE_DEFENCES.iter().map(|(name, _)| *name);
    let known: Vec<&str> = known.chain(MEMORY_DEFENCES.iter().map(|(name, _)| *name)).collect();
    ConfigError::invalid("chaos.without", format!("`{name}` is not one of {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_and_others_are_refused() {
        let config = ChaosConfig {
            crash_at: Some("inside-save".to_owned()),
            without: "lease,keep-pair,fence".to_owned(),
            ..ChaosConfig::default()
        };
        assert_eq!(config.crash_point().unwrap(), Some(CrashPoint::InsideSave));
        let lacking = config.lacking().unwrap();
        assert_eq!(lacking.store, [StoreDefence::Lease, StoreDefence::Fence]);
        assert_eq!(lacking.memory, [Defence::KeepPair]);
        let wrong = ChaosConfig { without: "leash".to_owned(), ..ChaosConfig::default() };
        assert!(wrong.lacking().unwrap_err().to_string().contains("write-ahead"));
    }
}
