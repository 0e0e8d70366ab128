//! The ring of key-encryption keys.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use headwater_domain::sealed::Sealed;
use headwater_domain::secret::Secret;
use headwater_ports::entropy::Entropy;
use headwater_ports::sealer::{SealContext, SealError, Sealer};

use crate::envelope::{Envelope, seal};
use crate::key_file::{KEY_LENGTH, KeyBytes, KeyFile};
use crate::key_id::KeyId;

#[cfg(test)]
mod tests;

/// What the key check seals: nothing secret, but known.
const CHECK_TEXT: &str = "headwater key check";
const CHECK_PLACE: SealContext<'static> =
    SealContext { record: "key_check", id: "", field: "text", generation: 0 };

/// Keys by their ids. The newest seals; any opens what it sealed.
pub struct KeyRing {
    /// Newest first.
    keys: Vec<(KeyId, KeyBytes)>,
    entropy: Arc<dyn Entropy>,
}

impl KeyRing {
    /// The ring of the keys in a key file.
    pub fn new(file: KeyFile, entropy: Arc<dyn Entropy>) -> Self {
        Self { keys: file.into_keys(), entropy }
    }

    /// A ring of one key. Its id is taken from the key, so that another key never answers to the same id.
    pub fn single(key: &[u8; KEY_LENGTH], entropy: Arc<dyn Entropy>) -> Self {
        Self::new(KeyFile::single(key), entropy)
    }

    /// A known text, sealed: whoever opens it has the right ring.
    pub fn key_check(&self) -> Result<Sealed, SealError> {
        self.seal(CHECK_PLACE, &Secret::new(CHECK_TEXT.to_owned()))
    }

    /// Whether this ring opens a key check; otherwise why not.
    #[expect(clippy::disallowed_methods, reason = "the key check is no secret")]
    pub fn verify_key_check(&self, sealed: &Sealed) -> Result<(), SealError> {
        let text = self.open(CHECK_PLACE, sealed)?;
        if text.expose() == CHECK_TEXT { Ok(()) } else { Err(SealError::Rejected) }
    }

    /// The ids of all keys, that of the one that seals first.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.iter().map(|(id, _)| id)
    }
}

impl Sealer for KeyRing {
    #[expect(clippy::disallowed_methods, reason = "this is where secrets are encrypted")]
    fn seal(&self, context: SealContext<'_>, secret: &Secret) -> Result<Sealed, SealError> {
        let (id, key) = self.keys.first().ok_or(SealError::Failed)?;
        let bytes = seal(key, id.as_str(), context, secret.expose().as_bytes(), &*self.entropy)
            .ok_or(SealError::Failed)?;
        Ok(Sealed::from_bytes(bytes))
    }

    fn open(&self, context: SealContext<'_>, sealed: &Sealed) -> Result<Secret, SealError> {
        let envelope = Envelope::read(sealed.as_bytes()).ok_or(SealError::Rejected)?;
        // Whatever cannot be a key id is damage, and does not belong into a message.
        let id = KeyId::parse(envelope.key_id).map_err(|_| SealError::Rejected)?;
        let key = self.keys.iter().find(|(known, _)| *known == id);
        let (_, key) = key.ok_or_else(|| SealError::UnknownKey(id.to_string()))?;
        let plaintext = envelope.open(key, context).ok_or(SealError::Rejected)?;
        let text = std::str::from_utf8(&plaintext).map_err(|_| SealError::Rejected)?;
        Ok(Secret::new(text.to_owned()))
    }

    fn key_of<'a>(&self, sealed: &'a Sealed) -> Option<&'a str> {
        Envelope::read(sealed.as_bytes()).map(|it| it.key_id)
    }

    fn is_current(&self, sealed: &Sealed) -> bool {
        let current = self.keys.first().map(|(id, _)| id.as_str());
        self.key_of(sealed).is_some_and(|id| Some(id) == current)
    }

    fn sha256(&self, bytes: &[u8]) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
        hash
    }

    fn hmac_sha256(&self, key: &[u8], message: &[u8]) -> [u8; 32] {
        let mut code = [0; 32];
        code.copy_from_slice(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref());
        code
    }
}
