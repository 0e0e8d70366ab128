//! API clients: the programs that call headwater, and their secrets.

use crate::id::ClientId;
use crate::role::Roles;
use crate::time::Timestamp;

/// A program that may call headwater. It can have several secrets at once, so that they can be rotated.
#[derive(Clone, Debug)]
pub struct ApiClient {
    /// Its public identifier.
    pub id: ClientId,
    /// What the operator calls it.
    pub name: String,
    /// What it may do.
    pub roles: Roles,
    /// Its secrets, hashed.
    pub secrets: Vec<ClientSecretDigest>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// One secret of an API client, as stored: the secret itself is shown once and never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecretDigest {
    /// SHA-256 of the secret. The secret is 256 random bits, so a fast hash is enough.
    pub digest: [u8; 32],
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stops working; absent for "until removed".
    pub expires_at: Option<Timestamp>,
}

impl ClientSecretDigest {
    /// Whether it still works at `now`.
    pub fn live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}
