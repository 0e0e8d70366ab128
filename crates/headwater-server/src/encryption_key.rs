//! Gets the key-encryption keys: the operator's, or one that is made once and kept in the data directory. With a key
//! management service the key file is wrapped by it, and unwrapped at every start.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::secret::Secret;
use headwater_ports::entropy::Entropy;
use headwater_seal::kms::KeyWrap;
pub use headwater_seal::kms::{InvalidKmsKey, KmsKey};
use headwater_seal::{KEY_LENGTH, KeyFileError, WrapError, WrappedKeyFile};
pub use headwater_seal::{KeyFile, KeyId};
use zeroize::Zeroizing;

use crate::config::encryption::EncryptionConfig;
use crate::config::secret_text::SecretError;
use crate::data_dir::{DataDir, DataDirError};
use crate::kms::{self, KmsAccessError};
use crate::private_file::{self, ExposedFile};

#[cfg(test)]
mod tests;

const KEY_FILE: &str = "key-encryption.key";

/// There is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum EncryptionKeyError {
    /// Others may know or have chosen it.
    #[error(transparent)]
    Exposed(#[from] ExposedFile),
    /// The operator's cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The operator's is no key.
    #[error("encryption.key_encryption_key")]
    Malformed(#[source] KeyFileError),
    /// Ours is no key any more.
    #[error("{} is damaged; restore it from a backup: without it the stored grants cannot be read", path.display())]
    Damaged {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: KeyFileError,
    },
    /// Keys that are given as a value cannot be changed from here.
    #[error(
        "encryption.key_encryption_key is given as a value; give it as a file, so that it can be changed"
    )]
    NotAFile,
    /// The operator's file cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// Where it lies.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The data directory failed.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The key management service cannot be asked.
    #[error(transparent)]
    Access(#[from] KmsAccessError),
    /// The key file could not be wrapped or unwrapped.
    #[error("{place}")]
    Wrap {
        /// The file or setting.
        place: String,
        /// Why.
        #[source]
        source: Box<WrapError>,
    },
    /// There is a key management service for a key file that is not wrapped.
    #[error(
        "{place} is not wrapped, although encryption.kms names {kms}; wrap it with `headwater key wrap`, or remove the setting"
    )]
    NotWrapped {
        /// The file or setting.
        place: String,
        /// The key that should have wrapped it.
        kms: KmsKey,
    },
    /// There is a wrapped key file, and no key management service.
    #[error("{place} was wrapped by {wrapped_by}; set encryption.kms to that")]
    NoKms {
        /// The file or setting.
        place: String,
        /// The key that wrapped it.
        wrapped_by: String,
    },
    /// Nothing is there that could be changed.
    #[error("there is no key file yet; it is made when the server first starts")]
    NoKeyFile,
    /// It is not said what to wrap with.
    #[error("encryption.kms is not set; name the key that is to wrap with --kms")]
    NoTarget,
}

impl EncryptionKeyError {
    fn wrap(place: &str, source: WrapError) -> Self {
        Self::Wrap { place: place.to_owned(), source: Box::new(source) }
    }
}

/// A key file as it lies there.
struct Stored {
    /// The file or setting, for messages.
    place: String,
    text: Secret,
    operators: bool,
}

/// The operator's keys when there are any. Else those in `data_dir`; one is made from `entropy` the first time.
pub async fn load_or_create(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
) -> Result<KeyFile, EncryptionKeyError> {
    let kms = opened(config).await?;
    load_or_create_with(config, data_dir, entropy, kms.as_deref()).await
}

/// Writes changed keys to where they came from, wrapped if they were. Fails for keys that were given as a value.
pub async fn replace(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
    keys: &KeyFile,
) -> Result<(), EncryptionKeyError> {
    let kms = opened(config).await?;
    replace_with(config, data_dir, entropy, keys, kms.as_deref()).await
}

/// Wraps the key file that is there, with `target` or else with the key that the settings name. What is already wrapped
/// is unwrapped first, by the key that the settings name.
pub async fn wrap(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
    target: Option<&KmsKey>,
) -> Result<KeyFile, EncryptionKeyError> {
    let target = target.or(config.kms.as_ref()).ok_or(EncryptionKeyError::NoTarget)?;
    let stored = stored(config, data_dir)?.ok_or(EncryptionKeyError::NoKeyFile)?;
    let source = if stored.wrapped() { opened(config).await? } else { None };
    let keys = stored.open(data_dir, source.as_deref()).await?;
    let target = kms::open(target, config).await?;
    replace_with(config, data_dir, entropy, &keys, Some(&*target)).await?;
    Ok(keys)
}

/// Puts the key file there as it is, so that it needs no key management service any more.
pub async fn unwrap(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
) -> Result<KeyFile, EncryptionKeyError> {
    let stored = stored(config, data_dir)?.ok_or(EncryptionKeyError::NoKeyFile)?;
    let kms = opened(config).await?;
    let keys = stored.open(data_dir, kms.as_deref()).await?;
    replace_with(config, data_dir, entropy, &keys, None).await?;
    Ok(keys)
}

async fn opened(config: &EncryptionConfig) -> Result<Option<Box<dyn KeyWrap>>, KmsAccessError> {
    match &config.kms {
        Some(key) => kms::open(key, config).await.map(Some),
        None => Ok(None),
    }
}

async fn load_or_create_with(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
    kms: Option<&dyn KeyWrap>,
) -> Result<KeyFile, EncryptionKeyError> {
    if let Some(stored) = stored(config, data_dir)? {
        return stored.open(data_dir, kms).await;
    }
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    entropy.fill(&mut *key);
    let keys = KeyFile::single(&key);
    if kms.is_some() {
        replace_with(config, data_dir, entropy, &keys, kms).await?;
    } else {
        let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");
        data_dir.write_secret(KEY_FILE, text.as_bytes())?;
    }
    Ok(keys)
}

#[expect(clippy::disallowed_methods, reason = "the key file is written here")]
async fn replace_with(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
    keys: &KeyFile,
    kms: Option<&dyn KeyWrap>,
) -> Result<(), EncryptionKeyError> {
    let text = match kms {
        Some(kms) => {
            let failed = |source| EncryptionKeyError::wrap("the key file", source);
            Secret::new(WrappedKeyFile::close(keys, kms, entropy).await.map_err(failed)?.to_text())
        }
        None => keys.to_text(),
    };
    match (&config.key_encryption_key_file, &config.key_encryption_key) {
        (Some(path), _) => crate::data_dir::write_secret_file(path, text.expose().as_bytes())
            .map_err(|source| EncryptionKeyError::Write { path: path.clone(), source }),
        (None, Some(_)) => Err(EncryptionKeyError::NotAFile),
        (None, None) => {
            data_dir.write_secret(KEY_FILE, text.expose().as_bytes())?;
            Ok(())
        }
    }
}

fn stored(config: &EncryptionConfig, data_dir: &DataDir) -> Result<Option<Stored>, EncryptionKeyError> {
    match (&config.key_encryption_key_file, &config.key_encryption_key) {
        (Some(path), _) => private_file::check(path)?,
        (None, Some(_)) => {}
        (None, None) => private_file::check(&data_dir.file(KEY_FILE))?,
    }
    if let Some(text) = config.operators_key()? {
        let path = config.key_encryption_key_file.as_ref().map(|path| path.display().to_string());
        let place = path.unwrap_or_else(|| "encryption.key_encryption_key".to_owned());
        return Ok(Some(Stored { place, text, operators: true }));
    }
    let place = data_dir.file(KEY_FILE).display().to_string();
    let text = data_dir.read(KEY_FILE)?.map(|text| Secret::new(text.as_str().to_owned()));
    Ok(text.map(|text| Stored { place, text, operators: false }))
}

impl Stored {
    #[expect(clippy::disallowed_methods, reason = "the first line tells which kind of file it is")]
    fn wrapped(&self) -> bool {
        WrappedKeyFile::recognise(self.text.expose())
    }

    /// The keys. Whether they are wrapped must be what `kms` says: nobody is to believe that they are, and be wrong.
    #[expect(clippy::disallowed_methods, reason = "the text becomes the keys here")]
    async fn open(
        self,
        data_dir: &DataDir,
        kms: Option<&dyn KeyWrap>,
    ) -> Result<KeyFile, EncryptionKeyError> {
        let text = self.text.expose();
        let Some(kms) = kms else {
            if !self.wrapped() {
                return KeyFile::parse(text).map_err(|source| self.damaged(data_dir, source));
            }
            let failed = |source| EncryptionKeyError::wrap(&self.place, source);
            let wrapped_by = WrappedKeyFile::parse(text).map_err(failed)?.kms().to_owned();
            return Err(EncryptionKeyError::NoKms { place: self.place, wrapped_by });
        };
        if !self.wrapped() {
            return Err(EncryptionKeyError::NotWrapped { place: self.place, kms: kms.key().clone() });
        }
        let failed = |source| EncryptionKeyError::wrap(&self.place, source);
        let keys = WrappedKeyFile::parse(text).map_err(failed)?.open(kms).await.map_err(failed)?;
        tracing::info!(kms = %kms.key(), ?keys, "the key file was unwrapped");
        Ok(keys)
    }

    fn damaged(&self, data_dir: &DataDir, source: KeyFileError) -> EncryptionKeyError {
        if self.operators {
            EncryptionKeyError::Malformed(source)
        } else {
            EncryptionKeyError::Damaged { path: data_dir.file(KEY_FILE), source }
        }
    }
}
