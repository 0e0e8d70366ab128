//! Opens the key management service that the settings name.

#[cfg(any(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit"))]
use std::sync::Arc;

use headwater_seal::kms::{KeyWrap, KmsKey};
#[cfg(any(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit"))]
use headwater_upstream::HttpUpstream;

use crate::config::encryption::EncryptionConfig;
use crate::config::secret_text::SecretError;

/// The settings do not give access to a key management service.
#[derive(Debug, thiserror::Error)]
pub enum KmsAccessError {
    /// This binary does not know the service.
    #[error(
        "{key}: this headwater was built without it; build it with `cargo build --release --package headwater --features {feature}`"
    )]
    NotBuilt {
        /// The key.
        key: KmsKey,
        /// The feature that is missing.
        feature: &'static str,
    },
    /// There is no token for Vault.
    #[error("encryption.vault.token_file: is missing; {0} wants to see a token")]
    NoToken(KmsKey),
    /// A secret cannot be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The credentials for Google are of no use.
    #[cfg(feature = "gcp-kms")]
    #[error("encryption.gcp.credentials_file")]
    ServiceAccount(#[from] headwater_seal::kms::InvalidServiceAccount),
    /// The outbound client.
    #[error(transparent)]
    Upstream(#[from] headwater_upstream::OpenError),
}

/// Opens the service of `key` with the access that the settings give.
pub(crate) async fn open(
    key: &KmsKey,
    config: &EncryptionConfig,
) -> Result<Box<dyn KeyWrap>, KmsAccessError> {
    match key {
        #[cfg(feature = "aws-kms")]
        KmsKey::Aws(name) => Ok(Box::new(headwater_seal::kms::AwsKms::open(name.clone(), anywhere()?).await)),
        #[cfg(feature = "gcp-kms")]
        KmsKey::Gcp(name) => {
            let (credentials, endpoint) = (google(config)?, config.gcp.endpoint.clone());
            let clock = Arc::new(crate::clock::SystemClock::default());
            let kms =
                headwater_seal::kms::GcpKms::new(name.clone(), endpoint, credentials, anywhere()?, clock);
            Ok(Box::new(kms))
        }
        #[cfg(feature = "vault-transit")]
        KmsKey::Vault(name) => {
            let token = config.vault.token()?.ok_or_else(|| KmsAccessError::NoToken(key.clone()))?;
            let namespace = config.vault.namespace.clone();
            Ok(Box::new(headwater_seal::kms::VaultTransit::new(name.clone(), token, namespace, anywhere()?)))
        }
        #[expect(clippy::allow_attributes, reason = "whether it is needed depends on the features")]
        #[allow(unreachable_patterns, reason = "every service may be built in")]
        _ => Err(KmsAccessError::NotBuilt { key: key.clone(), feature: feature(key) }),
    }
}

#[cfg(feature = "gcp-kms")]
fn google(config: &EncryptionConfig) -> Result<headwater_seal::kms::GcpCredentials, KmsAccessError> {
    use headwater_seal::kms::{GcpCredentials, ServiceAccount};

    if let Some(json) = config.gcp.credentials()? {
        return Ok(GcpCredentials::ServiceAccount(ServiceAccount::parse(&json)?));
    }
    Ok(match config.gcp.token()? {
        Some(token) => GcpCredentials::Token(token),
        None => GcpCredentials::Machine { server: None },
    })
}

/// These servers are named by the operator alone; Vault is usually in a private network.
#[cfg(any(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit"))]
fn anywhere() -> Result<Arc<HttpUpstream>, KmsAccessError> {
    Ok(Arc::new(HttpUpstream::anywhere()?))
}

fn feature(key: &KmsKey) -> &'static str {
    match key {
        KmsKey::Aws(_) => "aws-kms",
        KmsKey::Gcp(_) => "gcp-kms",
        KmsKey::Vault(_) => "vault-transit",
    }
}
