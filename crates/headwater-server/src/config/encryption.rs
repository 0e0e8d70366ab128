//! The key-encryption key: what every stored secret is locked with in the end.

use std::path::PathBuf;

use headwater_domain::secret::Secret;
use headwater_seal::kms::KmsKey;
use serde::Deserialize;

use super::ConfigError;
use super::kms::{GcpConfig, VaultConfig, kms_key};
use super::secret_text::{SecretError, SecretText, one_of, resolve};

const KEY: &str = "encryption.key_encryption_key";

/// Where the key comes from.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct EncryptionConfig {
    /// 32 bytes as base64, or the text of a key file with several keys, or of a wrapped one.
    /// `HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY`; default none: a key is made in the data directory.
    pub key_encryption_key: Option<SecretText>,
    /// A file with the same in it. `HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE`; default none.
    pub key_encryption_key_file: Option<PathBuf>,
    /// The key in a key management service that wraps the key file: `aws-kms:` and an ARN, `gcp-kms:` and a resource
    /// name, or `vault-transit:` and a URL such as `https://vault.example:8200/transit/keys/headwater`.
    /// `HEADWATER_ENCRYPTION__KMS`; default none: the key file is not wrapped.
    #[serde(deserialize_with = "kms_key")]
    pub kms: Option<KmsKey>,
    /// Access to Vault.
    pub vault: VaultConfig,
    /// Access to Google Cloud.
    pub gcp: GcpConfig,
}

impl EncryptionConfig {
    /// The text of the operator's key, or `None` when headwater keeps its own.
    pub fn operators_key(&self) -> Result<Option<Secret>, SecretError> {
        resolve(KEY, self.key_encryption_key.as_ref(), self.key_encryption_key_file.as_deref())
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        one_of(KEY, self.key_encryption_key.as_ref(), self.key_encryption_key_file.as_deref())?;
        self.vault.validate()?;
        self.gcp.validate()
    }
}
