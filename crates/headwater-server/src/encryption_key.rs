//! Gets the key-encryption keys: the operator's, or one that is made once and kept in the data directory.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::secret::Secret;
use headwater_ports::entropy::Entropy;
use headwater_seal::{KEY_LENGTH, KeyFileError};
pub use headwater_seal::{KeyFile, KeyId};
use zeroize::Zeroizing;

use crate::config::encryption::EncryptionConfig;
use crate::config::secret_text::SecretError;
use crate::data_dir::{DataDir, DataDirError};

const KEY_FILE: &str = "key-encryption.key";

/// There is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum EncryptionKeyError {
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
}

/// The operator's keys when there are any. Else those in `data_dir`; one is made from `entropy` the first time.
pub fn load_or_create(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
) -> Result<KeyFile, EncryptionKeyError> {
    if let Some(secret) = config.operators_key()? {
        return parse_secret(&secret).map_err(EncryptionKeyError::Malformed);
    }
    if let Some(text) = data_dir.read(KEY_FILE)? {
        let damaged = |source| EncryptionKeyError::Damaged { path: data_dir.file(KEY_FILE), source };
        return KeyFile::parse(&text).map_err(damaged);
    }
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    entropy.fill(&mut *key);
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");
    data_dir.write_secret(KEY_FILE, text.as_bytes())?;
    Ok(KeyFile::single(&key))
}

/// Writes changed keys to where they came from. Fails for keys that were given as a value.
#[expect(clippy::disallowed_methods, reason = "the key file is written here")]
pub fn replace(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    keys: &KeyFile,
) -> Result<(), EncryptionKeyError> {
    let text = keys.to_text();
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

#[expect(clippy::disallowed_methods, reason = "the key's text becomes the keys here")]
fn parse_secret(secret: &Secret) -> Result<KeyFile, KeyFileError> {
    KeyFile::parse(secret.expose())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::Config;
    use crate::config::Purpose;
    use crate::config::environment::Environment;
    use crate::config::overrides::Overrides;

    struct Sevens;

    impl Entropy for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    fn config(name: &str, value: &str) -> EncryptionConfig {
        let environment = Environment::new([(name.into(), value.into())]);
        Config::load(Purpose::Serve, None, environment, &Overrides::default()).unwrap().encryption
    }

    #[test]
    fn a_key_is_made_once_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(directory.path()).unwrap();
        let id = |key: u8| KeyFile::single(&[key; KEY_LENGTH]).sealing().clone();
        let load = || load_or_create(&EncryptionConfig::default(), &data_dir, &Sevens);
        assert_eq!(load().unwrap().sealing(), &id(7));
        let mode = fs::metadata(data_dir.file(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        data_dir.write_secret(KEY_FILE, STANDARD.encode([8; KEY_LENGTH]).as_bytes()).unwrap();
        assert_eq!(load().unwrap().sealing(), &id(8));
        let file = load().unwrap().with_new_key(&Sevens);
        replace(&EncryptionConfig::default(), &data_dir, &file).unwrap();
        assert_eq!(load().unwrap().ids().count(), 2, "a ring is read as well as a key");
        data_dir.write_secret(KEY_FILE, b"c2hvcnQ=").unwrap();
        let error = load().unwrap_err();
        assert!(
            matches!(error, EncryptionKeyError::Damaged { .. }),
            "a damaged key is not replaced by another"
        );
    }

    #[test]
    fn the_operators_key_comes_first_and_is_not_copied() {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(directory.path()).unwrap();
        let text = STANDARD.encode([9; KEY_LENGTH]);
        let given = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", &text);
        let nines = KeyFile::single(&[9; KEY_LENGTH]).sealing().clone();
        let keys = load_or_create(&given, &data_dir, &Sevens).unwrap();
        assert_eq!(keys.sealing(), &nines);
        assert!(matches!(replace(&given, &data_dir, &keys), Err(EncryptionKeyError::NotAFile)));
        let file = directory.path().join("key");
        fs::write(&file, format!("{text}\n")).unwrap();
        let given = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE", &file.display().to_string());
        let keys = load_or_create(&given, &data_dir, &Sevens).unwrap();
        assert_eq!(keys.sealing(), &nines);
        replace(&given, &data_dir, &keys.with_new_key(&Sevens)).unwrap();
        assert_eq!(load_or_create(&given, &data_dir, &Sevens).unwrap().ids().count(), 2);
        assert!(!data_dir.file(KEY_FILE).exists());
        let short = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", "123456");
        let error = load_or_create(&short, &data_dir, &Sevens).unwrap_err();
        let message = format!("{error}: {}", std::error::Error::source(&error).unwrap());
        assert!(message.contains("32 bytes") && !message.contains("123456"), "{message}");
    }
}
