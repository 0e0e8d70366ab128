//! Key management services: they wrap the key file, so that what lies on disk or in a backup opens nothing alone.
//!
//! A service is asked once, when headwater starts, and again when the keys are changed; never for a secret. It sees a
//! wrapping key of 32 bytes that was made for one state of the key file, not the keys themselves (see
//! [`crate::WrappedKeyFile`]). What it wraps is bound to headwater by data that it authenticates, so that nothing else
//! wrapped by the same key passes for it.

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::key_file::KEY_LENGTH;

#[cfg(feature = "aws-kms")]
mod aws;
mod error;
#[cfg(feature = "gcp-kms")]
mod gcp;
#[cfg(any(feature = "gcp-kms", feature = "vault-transit"))]
mod http_call;
mod key;
#[cfg(test)]
#[cfg(all(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit", feature = "counterparts"))]
mod tests;
#[cfg(feature = "vault-transit")]
mod vault;

#[cfg(feature = "aws-kms")]
pub use aws::{AwsAccess, AwsKms};
pub use error::{KmsError, KmsFailure};
#[cfg(feature = "gcp-kms")]
pub use gcp::{GcpCredentials, GcpKms, InvalidServiceAccount, ServiceAccount};
pub use key::{AwsKey, GcpKey, InvalidKmsKey, KmsKey, VaultKey};
#[cfg(feature = "vault-transit")]
pub use vault::VaultTransit;

/// What wrapped keys are bound to, as authenticated data. Changing it makes every wrapped key file unreadable.
#[cfg(any(feature = "gcp-kms", feature = "vault-transit"))]
pub(crate) const BINDING: &[u8] = b"headwater key file";

/// A key that is used for one state of the key file only, wiped on drop.
pub type WrappingKey = Zeroizing<[u8; KEY_LENGTH]>;

/// What a key management service made of a wrapping key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The ciphertext, in whatever form the service has.
    pub ciphertext: Vec<u8>,
    /// Which key exactly it took, for people: an ARN, or a version. That one must never be destroyed.
    pub version: String,
}

/// A key in a key management service that wraps and unwraps.
#[async_trait]
pub trait KeyWrap: Send + Sync {
    /// Which key.
    fn key(&self) -> &KmsKey;

    /// Wraps `key`. Fails with what the service, or the way to it, had against it.
    async fn wrap_key(&self, key: &WrappingKey) -> Result<WrappedKey, KmsError>;

    /// The key that was wrapped as `ciphertext`. Fails like [`KeyWrap::wrap_key`], and with
    /// [`KmsFailure::WrongKey`] when it was not wrapped by this key, or not for headwater.
    async fn unwrap_key(&self, ciphertext: &[u8]) -> Result<WrappingKey, KmsError>;
}
