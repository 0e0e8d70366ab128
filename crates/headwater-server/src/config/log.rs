//! The log.

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::ConfigError;

/// What is logged, and how.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct LogConfig {
    /// `text` for people or `json` for machines. `HEADWATER_LOG__FORMAT`; default `text`.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`, also per module as in `info,headwater_upstream=debug`.
    /// `HEADWATER_LOG__LEVEL`; default `info`.
    pub level: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl LogConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        match EnvFilter::builder().parse(&self.level) {
            Ok(_) if !self.level.trim().is_empty() => Ok(()),
            Ok(_) | Err(_) => Err(ConfigError::invalid(
                "log.level",
                "must be error, warn, info, debug or trace, also per module as in info,headwater_upstream=debug",
            )),
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}
