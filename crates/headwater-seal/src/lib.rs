//! Secrets at rest: envelope encryption under a ring of key-encryption keys.
//!
//! Each secret gets a data key of its own; the data key is wrapped by the newest key of the ring. Both layers are
//! AES-256-GCM with random nonces (NIST SP 800-38D), and both are bound to the place that the secret belongs to, so
//! that ciphertext which was moved to another row, field or generation does not open.
//!
//! The keys stand in a key file ([`KeyFile`]), as it is or wrapped by a key management service ([`WrappedKeyFile`]).

#[cfg(feature = "counterparts")]
pub mod counterparts;
mod envelope;
mod key_file;
mod key_id;
pub mod kms;
mod ring;
mod wrapped_file;

pub use key_file::{KEY_LENGTH, KeyFile, KeyFileError};
pub use key_id::{InvalidKeyId, KeyId};
pub use ring::KeyRing;
pub use wrapped_file::{WrapError, WrappedKeyFile};
