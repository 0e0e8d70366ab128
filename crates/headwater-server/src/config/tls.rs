//! The certificate.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;
use super::list::text_list;

/// The operator's certificate, or what our own must carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct TlsConfig {
    /// PEM file with the server's certificate and those that lead to its root. `HEADWATER_TLS__CERTIFICATE_FILE`;
    /// default none: a certificate authority is made in the data directory.
    pub certificate_file: Option<PathBuf>,
    /// PEM file with its private key. `HEADWATER_TLS__KEY_FILE`; default none.
    pub key_file: Option<PathBuf>,
    /// Host names and IP addresses for our own certificate, besides localhost and the host of `base_url`.
    /// `HEADWATER_TLS__EXTRA_NAMES`, separated by commas; default none.
    #[serde(deserialize_with = "text_list")]
    pub extra_names: Vec<String>,
}

impl TlsConfig {
    /// Certificate file and key file, when the operator has them.
    pub fn provided(&self) -> Option<(PathBuf, PathBuf)> {
        self.certificate_file.clone().zip(self.key_file.clone())
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        match (&self.certificate_file, &self.key_file) {
            (Some(_), None) => Err(ConfigError::invalid(
                "tls.key_file",
                "is missing; tls.certificate_file needs it beside it",
            )),
            (None, Some(_)) => Err(ConfigError::invalid(
                "tls.certificate_file",
                "is missing; tls.key_file needs it beside it",
            )),
            (Some(_), Some(_)) if !self.extra_names.is_empty() => Err(ConfigError::invalid(
                "tls.extra_names",
                "has no effect on a certificate of your own; remove it, or tls.certificate_file and tls.key_file",
            )),
            (Some(_), Some(_)) | (None, None) => Ok(()),
        }
    }
}
