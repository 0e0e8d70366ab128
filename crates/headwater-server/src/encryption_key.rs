//! Gets the key-encryption key: the operator's, or one that is made once and kept in the data directory.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_domain::secret::Secret;
use headwater_ports::entropy::Entropy;
use zeroize::Zeroizing;

use crate::config::encryption::EncryptionConfig;
use crate::config::secret_text::SecretError;
use crate::data_dir::{DataDir, DataDirError};

/// Length of the key in bytes: AES-256.
pub const KEY_LENGTH: usize = 32;
const KEY_FILE: &str = "key-encryption.key";

/// The key itself, wiped on drop.
pub type EncryptionKey = Zeroizing<[u8; KEY_LENGTH]>;

/// There is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum EncryptionKeyError {
    /// The operator's cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The operator's is no key.
    #[error("encryption.key_encryption_key must be 32 bytes as base64; `openssl rand -base64 32` makes one")]
    Malformed,
    /// Ours is no key any more.
    #[error("{} is damaged; restore it from a backup: without it the stored grants cannot be read", .0.display())]
    Damaged(PathBuf),
    /// The data directory failed.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
}

/// The operator's key when there is one. Else the one in `data_dir`, made from `entropy` the first time.
pub fn load_or_create(
    config: &EncryptionConfig,
    data_dir: &DataDir,
    entropy: &dyn Entropy,
) -> Result<EncryptionKey, EncryptionKeyError> {
    if let Some(secret) = config.operators_key()? {
        return decode_secret(&secret).ok_or(EncryptionKeyError::Malformed);
    }
    if let Some(text) = data_dir.read(KEY_FILE)? {
        return decode(&text).ok_or_else(|| EncryptionKeyError::Damaged(data_dir.file(KEY_FILE)));
    }
    let mut key = EncryptionKey::default();
    entropy.fill(&mut *key);
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");
    data_dir.write_secret(KEY_FILE, text.as_bytes())?;
    Ok(key)
}

#[expect(clippy::disallowed_methods, reason = "the key's text becomes the key here")]
fn decode_secret(secret: &Secret) -> Option<EncryptionKey> {
    decode(secret.expose())
}

fn decode(text: &str) -> Option<EncryptionKey> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
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
        let first = load_or_create(&EncryptionConfig::default(), &data_dir, &Sevens).unwrap();
        assert_eq!(*first, [7; KEY_LENGTH]);
        let mode = fs::metadata(data_dir.file(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        data_dir.write_secret(KEY_FILE, STANDARD.encode([8; KEY_LENGTH]).as_bytes()).unwrap();
        assert_eq!(
            *load_or_create(&EncryptionConfig::default(), &data_dir, &Sevens).unwrap(),
            [8; KEY_LENGTH]
        );
        data_dir.write_secret(KEY_FILE, b"c2hvcnQ=").unwrap();
        let error = load_or_create(&EncryptionConfig::default(), &data_dir, &Sevens).unwrap_err();
        assert!(matches!(error, EncryptionKeyError::Damaged(_)), "a damaged key is not replaced by another");
    }

    #[test]
    fn the_operators_key_comes_first_and_is_not_copied() {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(directory.path()).unwrap();
        let text = STANDARD.encode([9; KEY_LENGTH]);
        let given = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", &text);
        assert_eq!(*load_or_create(&given, &data_dir, &Sevens).unwrap(), [9; KEY_LENGTH]);
        let file = directory.path().join("key");
        fs::write(&file, format!("{text}\n")).unwrap();
        let given = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE", &file.display().to_string());
        assert_eq!(*load_or_create(&given, &data_dir, &Sevens).unwrap(), [9; KEY_LENGTH]);
        assert!(!data_dir.file(KEY_FILE).exists());
        let short = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", "123456");
        let message = load_or_create(&short, &data_dir, &Sevens).unwrap_err().to_string();
        assert!(message.contains("32 bytes") && !message.contains("123456"), "{message}");
    }
}
