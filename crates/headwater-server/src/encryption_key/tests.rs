//! Tests of keys that are kept as they are. Those of wrapped ones are in `wrapped`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::config::Config;
use crate::config::Purpose;
use crate::config::environment::Environment;
use crate::config::overrides::Overrides;

#[cfg(all(feature = "aws-kms", feature = "gcp-kms", feature = "vault-transit"))]
mod wrapped;

struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }

    fn sequence(&self) -> u16 {
        7
    }
}

fn config(name: &str, value: &str) -> EncryptionConfig {
    settings(&[(name, value)]).encryption
}

fn settings(variables: &[(&str, &str)]) -> Config {
    let environment = Environment::new(variables.iter().map(|&(name, value)| (name.into(), value.into())));
    Config::load(Purpose::Serve, None, environment, &Overrides::default()).unwrap()
}

#[tokio::test]
async fn a_key_is_made_once_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(directory.path()).unwrap();
    let id = |key: u8| KeyFile::single(&[key; KEY_LENGTH]).sealing().clone();
    let load = async || load_or_create(&EncryptionConfig::default(), &data_dir, &Sevens).await;
    assert_eq!(load().await.unwrap().sealing(), &id(7));
    let mode = fs::metadata(data_dir.file(KEY_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    data_dir.write_secret(KEY_FILE, STANDARD.encode([8; KEY_LENGTH]).as_bytes()).unwrap();
    assert_eq!(load().await.unwrap().sealing(), &id(8));
    let file = load().await.unwrap().with_new_key(&Sevens);
    replace(&EncryptionConfig::default(), &data_dir, &Sevens, &file).await.unwrap();
    assert_eq!(load().await.unwrap().ids().count(), 2, "a ring is read as well as a key");
    data_dir.write_secret(KEY_FILE, b"c2hvcnQ=").unwrap();
    let error = load().await.unwrap_err();
    assert!(matches!(error, EncryptionKeyError::Damaged { .. }), "a damaged key is not replaced by another");
}

#[tokio::test]
async fn the_operators_key_comes_first_and_is_not_copied() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(directory.path()).unwrap();
    let text = STANDARD.encode([9; KEY_LENGTH]);
    let given = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", &text);
    let nines = KeyFile::single(&[9; KEY_LENGTH]).sealing().clone();
    let keys = load_or_create(&given, &data_dir, &Sevens).await.unwrap();
    assert_eq!(keys.sealing(), &nines);
    assert!(matches!(replace(&given, &data_dir, &Sevens, &keys).await, Err(EncryptionKeyError::NotAFile)));
    let file = directory.path().join("key");
    crate::data_dir::write_secret_file(&file, format!("{text}\n").as_bytes()).unwrap();
    let given = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE", &file.display().to_string());
    let keys = load_or_create(&given, &data_dir, &Sevens).await.unwrap();
    assert_eq!(keys.sealing(), &nines);
    replace(&given, &data_dir, &Sevens, &keys.with_new_key(&Sevens)).await.unwrap();
    assert_eq!(load_or_create(&given, &data_dir, &Sevens).await.unwrap().ids().count(), 2);
    assert!(!data_dir.file(KEY_FILE).exists());
    let short = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY", "123456");
    let error = load_or_create(&short, &data_dir, &Sevens).await.unwrap_err();
    let message = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(message.contains("32 bytes") && !message.contains("123456"), "{message}");
}

#[tokio::test]
async fn a9_a_key_file_that_others_can_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(directory.path()).unwrap();
    load_or_create(&EncryptionConfig::default(), &data_dir, &Sevens).await.unwrap();
    let file = data_dir.file(KEY_FILE);
    for mode in [0o666, 0o644, 0o660] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let elsewhere = config("HEADWATER_ENCRYPTION__KEY_ENCRYPTION_KEY_FILE", &file.display().to_string());
        for config in [EncryptionConfig::default(), elsewhere] {
            let refused = load_or_create(&config, &data_dir, &Sevens).await.unwrap_err();
            assert!(refused.to_string().contains("chmod 600"), "{mode:o}: {refused}");
        }
    }
}
