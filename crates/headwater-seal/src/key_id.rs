//! The names of key-encryption keys.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use zeroize::Zeroizing;

/// What is hashed before a key to get its id, so that the hash is of no use elsewhere.
const PREFIX: &[u8] = b"headwater key id ";
/// The longest key id. Its length stands in one byte of every sealed secret.
const MAX_LENGTH: usize = 32;

/// Names one key-encryption key of a ring, such as `k1`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyId(Box<str>);

/// A text that cannot name a key. It is not repeated in the message: who mixes up the columns of a key file
/// would find a key in the log.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a key id holds 1 to 32 ASCII letters, digits, `_` and `-`, such as `k1`")]
pub struct InvalidKeyId;

impl KeyId {
    /// Reads a key id: 1 to 32 ASCII letters, digits, `_` and `-`.
    pub fn parse(text: &str) -> Result<Self, InvalidKeyId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidKeyId)
        }
    }

    /// The id of a key that was given without one: the first bytes of a hash. Another key never answers to it, and
    /// it is of no use for finding the key.
    pub(crate) fn of(key: &[u8]) -> Self {
        let message = Zeroizing::new([PREFIX, key].concat());
        let hash = digest(&SHA256, &message);
        let digits = hash.as_ref().iter().take(6).flat_map(|byte| [byte >> 4, byte & 15]);
        Self(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect())
    }

    /// The key id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_ids_are_short_and_plain() {
        for text in ["k1", "2026-11_b", &"x".repeat(32), KeyId::of(&[1; 32]).as_str()] {
            assert_eq!(KeyId::parse(text).map(|id| id.to_string()), Ok(text.to_owned()));
        }
        for text in ["", " ", "k 1", "k1\n", "é", "k=", &"x".repeat(33)] {
            assert_eq!(KeyId::parse(text), Err(InvalidKeyId), "{text:?}");
        }
        assert_ne!(KeyId::of(&[1; 32]), KeyId::of(&[2; 32]));
    }
}
