//! Secrets at rest.

use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;

/// Where a sealed secret belongs. It is authenticated with the ciphertext, so that a secret moved to another
/// row, field or generation does not open.
#[derive(Clone, Copy, Debug)]
pub struct SealContext<'a> {
    /// The kind of record, such as `grant`.
    pub record: &'static str,
    /// The record's identifier.
    pub id: &'a str,
    /// The field of the record, such as `access_token`.
    pub field: &'static str,
    /// The record's generation, where it has one; otherwise 0.
    pub generation: u64,
}

/// Why a secret could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The ciphertext was changed, moved, or made with another key.
    #[error(
        "a stored secret does not open: it was changed, moved to another record, or sealed with another key"
    )]
    Rejected,
    /// The ciphertext names a key that the key ring does not hold.
    #[error("a stored secret was sealed with key `{0}`, which is not in the key ring")]
    UnknownKey(String),
    /// The cryptographic library failed.
    #[error("the secret could not be sealed")]
    Failed,
}

/// Seals secrets before they are stored, and opens them again.
pub trait Sealer: Send + Sync {
    /// Seals `secret` for the place that `context` names.
    fn seal(&self, context: SealContext<'_>, secret: &Secret) -> Result<Sealed, SealError>;

    /// Opens a secret that was sealed for the place that `context` names.
    fn open(&self, context: SealContext<'_>, sealed: &Sealed) -> Result<Secret, SealError>;

    /// The id of the key that a secret is sealed with; nothing when it is damaged.
    fn key_of<'a>(&self, sealed: &'a Sealed) -> Option<&'a str>;

    /// Whether a secret is sealed with the key that seals now.
    fn is_current(&self, sealed: &Sealed) -> bool;

    /// SHA-256, for random tokens that are stored as digests and for PKCE.
    fn sha256(&self, bytes: &[u8]) -> [u8; 32];

    /// HMAC-SHA256, for signing what is delivered.
    fn hmac_sha256(&self, key: &[u8], message: &[u8]) -> [u8; 32];
}
