//! Access to key management services. AWS has its own places for that, which its SDK knows.

use std::path::PathBuf;

use headwater_domain::secret::Secret;
use headwater_seal::kms::KmsKey;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::ConfigError;
use super::secret_text::{SecretError, SecretText, one_of, resolve};

const TOKEN: &str = "encryption.vault.token";
const GCP_TOKEN: &str = "encryption.gcp.token";
const GCP_CREDENTIALS: &str = "encryption.gcp.credentials";

/// Access to HashiCorp Vault or OpenBao.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct VaultConfig {
    /// A token that may use the key. `HEADWATER_ENCRYPTION__VAULT__TOKEN`; default none.
    pub token: Option<SecretText>,
    /// A file with the same in it, such as the sink of a Vault agent. `HEADWATER_ENCRYPTION__VAULT__TOKEN_FILE`;
    /// default none.
    pub token_file: Option<PathBuf>,
    /// The namespace that the secrets engine is in. `HEADWATER_ENCRYPTION__VAULT__NAMESPACE`; default none.
    pub namespace: Option<String>,
}

/// Access to Google Cloud. Without any of it the account of the machine is taken.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct GcpConfig {
    /// A file with the key of a service account, as Google makes it. `HEADWATER_ENCRYPTION__GCP__CREDENTIALS_FILE`;
    /// default none.
    pub credentials_file: Option<PathBuf>,
    /// A file with an access token that somebody else renews. `HEADWATER_ENCRYPTION__GCP__TOKEN_FILE`; default none.
    pub token_file: Option<PathBuf>,
    /// Where Cloud KMS is, for a private endpoint. `HEADWATER_ENCRYPTION__GCP__ENDPOINT`; default
    /// `https://cloudkms.googleapis.com`.
    pub endpoint: Option<String>,
}

impl VaultConfig {
    /// The token, if there is one.
    pub fn token(&self) -> Result<Option<Secret>, SecretError> {
        resolve(TOKEN, self.token.as_ref(), self.token_file.as_deref())
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        one_of(TOKEN, self.token.as_ref(), self.token_file.as_deref())
    }
}

impl GcpConfig {
    /// The key of a service account as JSON, if there is one.
    pub fn credentials(&self) -> Result<Option<Secret>, SecretError> {
        resolve(GCP_CREDENTIALS, None, self.credentials_file.as_deref())
    }

    /// An access token, if there is one.
    pub fn token(&self) -> Result<Option<Secret>, SecretError> {
        resolve(GCP_TOKEN, None, self.token_file.as_deref())
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.credentials_file.is_some() && self.token_file.is_some() {
            let problem = "and encryption.gcp.credentials_file are both given; keep one of the two";
            return Err(ConfigError::invalid("encryption.gcp.token_file", problem));
        }
        // The token goes there: in the open only on this machine.
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        match &self.endpoint {
            Some(it) if !it.starts_with("https://") && !local.iter().any(|start| is_origin(it, start)) => {
                Err(ConfigError::invalid("encryption.gcp.endpoint", "must begin with https://"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Whether `text` is `start`, perhaps with a port or a path.
fn is_origin(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
}

/// Reads the name of a key. What is wrong with it is said without repeating it.
pub(super) fn kms_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KmsKey>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}
