//! The wrapped key file: a key file that only a key management service opens, as text.
//!
//! ```text
//! headwater-wrapped-key-v1
//! kms vault-transit:https://vault.example:8200/transit/keys/headwater
//! version v3
//! wrapped dmF1bHQ6djM6…
//! sealed k83L…
//! ```
//!
//! The first line names the format; the others may stand in any order, and lines that begin with `#` are passed over.
//! `kms` is the key that wrapped, as the settings name it, and `version` which one exactly, in the service's own words.
//! `wrapped` is a key of 32 bytes, made for this one file and wrapped by the service; `sealed` is the text of the key
//! file under that key (AES-256-GCM), bound to all the other lines. So the service never sees the keys themselves, a key
//! file may be as long as it likes, and no line can be changed.
//!
//! The file is no secret, but it is as precious as the key file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_ports::entropy::Entropy;

use crate::envelope::{decrypt, encrypt};
use crate::key_file::{KeyFile, KeyFileError};
use crate::kms::{KeyWrap, KmsError, KmsFailure, WrappingKey};

#[cfg(test)]
mod tests;

const FORMAT: &str = "headwater-wrapped-key-v1";

/// A key file as a key management service wrapped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKeyFile {
    kms: String,
    version: String,
    wrapped: Vec<u8>,
    sealed: Vec<u8>,
}

/// A wrapped key file that is not usable.
#[derive(Debug, thiserror::Error)]
pub enum WrapError {
    /// A line is missing, or cannot be read.
    #[error("the wrapped key file has no usable line `{0}`; put the file back from a backup")]
    Line(&'static str),
    /// It belongs to another key than the one that was asked.
    #[error(
        "the key file was wrapped by {wrapped_by}, not by {asked}; name that key, or move the file from one to the other with `headwater key wrap --kms`"
    )]
    OtherKey {
        /// The key that wrapped it.
        wrapped_by: String,
        /// The key that was asked.
        asked: String,
    },
    /// The service did not do it.
    #[error(transparent)]
    Kms(#[from] KmsError),
    /// What was unwrapped does not open it.
    #[error("the wrapped key file was changed after it was written; put it back from a backup")]
    Changed,
    /// What is in it.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The cipher failed.
    #[error("the key file could not be encrypted")]
    Cipher,
}

impl WrappedKeyFile {
    /// Whether a text means to be one.
    pub fn recognise(text: &str) -> bool {
        text.lines().next().is_some_and(|line| line.trim() == FORMAT)
    }

    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, WrapError> {
        let value = |name: &'static str| {
            let of =
                |line: &str| line.trim().strip_prefix(name)?.strip_prefix(' ').map(|it| it.trim().to_owned());
            text.lines().skip(1).find_map(of).ok_or(WrapError::Line(name))
        };
        let bytes = |name| STANDARD.decode(value(name)?).map_err(|_| WrapError::Line(name));
        Ok(Self {
            kms: value("kms")?,
            version: value("version")?,
            wrapped: bytes("wrapped")?,
            sealed: bytes("sealed")?,
        })
    }

    /// Wraps `file`, and has it unwrapped again before anything depends on it: who may encrypt with a key need not be
    /// allowed to decrypt.
    #[expect(clippy::disallowed_methods, reason = "the text of the keys is encrypted here")]
    pub async fn close(file: &KeyFile, kms: &dyn KeyWrap, entropy: &dyn Entropy) -> Result<Self, WrapError> {
        let mut key = WrappingKey::default();
        entropy.fill(&mut *key);
        let wrapped = kms.wrap_key(&key).await?;
        if *kms.unwrap_key(&wrapped.ciphertext).await? != *key {
            let detail = "it unwrapped another key than it had wrapped".to_owned();
            return Err(KmsError { key: kms.key().clone(), failure: KmsFailure::Answer, detail }.into());
        }
        let mut closed = Self {
            kms: kms.key().to_string(),
            version: wrapped.version.replace(char::is_whitespace, ""),
            wrapped: wrapped.ciphertext,
            sealed: Vec::new(),
        };
        let text = file.to_text();
        closed.sealed =
            encrypt(&key, &closed.place(), text.expose().as_bytes(), entropy).ok_or(WrapError::Cipher)?;
        Ok(closed)
    }

    /// The keys in it.
    pub async fn open(&self, kms: &dyn KeyWrap) -> Result<KeyFile, WrapError> {
        let asked = kms.key().to_string();
        if self.kms != asked {
            return Err(WrapError::OtherKey { wrapped_by: self.kms.clone(), asked });
        }
        let key = kms.unwrap_key(&self.wrapped).await?;
        let text = decrypt(&key, &self.place(), &self.sealed).ok_or(WrapError::Changed)?;
        let text = std::str::from_utf8(&text).map_err(|_| WrapError::Changed)?;
        Ok(KeyFile::parse(text)?)
    }

    /// The key that wrapped it, as the settings name it.
    pub fn kms(&self) -> &str {
        &self.kms
    }

    /// It as text.
    pub fn to_text(&self) -> String {
        let Self { kms, version, wrapped, sealed } = self;
        let [wrapped, sealed] = [wrapped, sealed].map(|bytes| STANDARD.encode(bytes));
        format!("{FORMAT}\nkms {kms}\nversion {version}\nwrapped {wrapped}\nsealed {sealed}\n")
    }

    /// What the encrypted text is bound to. Every part is preceded by its length, so that no two places look the same.
    fn place(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [FORMAT.as_bytes(), self.kms.as_bytes(), self.version.as_bytes(), &self.wrapped] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}
