//! Tests of the text, with a service that is a table of keys.

use std::sync::Mutex;

use async_trait::async_trait;
use headwater_ports::fakes::SeededEntropy;

use super::*;
use crate::key_id::KeyId;
use crate::kms::{KmsKey, WrappedKey};

/// Remembers keys and gives them numbers: nothing that was not wrapped by it can be unwrapped.
struct Remembering {
    key: KmsKey,
    keys: Mutex<Vec<WrappingKey>>,
}

impl Remembering {
    fn new() -> Self {
        Self { key: "aws-kms:alias/headwater".parse().unwrap(), keys: Mutex::default() }
    }
}

#[async_trait]
impl KeyWrap for Remembering {
    fn key(&self) -> &KmsKey {
        &self.key
    }

    async fn wrap_key(&self, key: &WrappingKey) -> Result<WrappedKey, KmsError> {
        let mut keys = self.keys.lock().unwrap();
        keys.push(key.clone());
        Ok(WrappedKey { ciphertext: vec![u8::try_from(keys.len()).unwrap()], version: "v 1".to_owned() })
    }

    async fn unwrap_key(&self, ciphertext: &[u8]) -> Result<WrappingKey, KmsError> {
        let number = ciphertext.first().copied().map_or(0, usize::from);
        let key = number.checked_sub(1).and_then(|it| self.keys.lock().unwrap().get(it).cloned());
        let failure = KmsFailure::WrongKey;
        key.ok_or_else(|| KmsError { key: self.key.clone(), failure, detail: "unknown".to_owned() })
    }
}

async fn wrapped(kms: &Remembering) -> WrappedKeyFile {
    let entropy = SeededEntropy::new(1);
    let file = KeyFile::generate(&entropy, KeyId::parse("k1").unwrap());
    WrappedKeyFile::close(&file, kms, &entropy).await.unwrap()
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test looks for the key")]
async fn the_text_tells_who_wrapped_it_and_shows_no_key() {
    let kms = Remembering::new();
    let file = wrapped(&kms).await;
    let text = file.to_text();
    assert!(WrappedKeyFile::recognise(&text) && !WrappedKeyFile::recognise("headwater-key-v1\n"));
    assert!(
        text.starts_with("headwater-wrapped-key-v1\nkms aws-kms:alias/headwater\nversion v1\n"),
        "{text}"
    );
    assert_eq!(WrappedKeyFile::parse(&text).unwrap(), file);
    let opened = file.open(&kms).await.unwrap().to_text();
    let key = opened.expose().lines().last().unwrap().split(' ').nth(1).unwrap();
    assert_eq!(STANDARD.decode(key).unwrap().len(), 32);
    assert!(!text.contains(key), "{text}");
}

#[tokio::test]
async fn every_state_has_a_wrapping_key_of_its_own() {
    let kms = Remembering::new();
    let entropy = SeededEntropy::new(1);
    let file = KeyFile::generate(&entropy, KeyId::parse("k1").unwrap());
    for _ in 0..2 {
        WrappedKeyFile::close(&file, &kms, &entropy).await.unwrap();
    }
    let keys = kms.keys.lock().unwrap();
    assert_ne!(*keys[0], *keys[1]);
}

#[tokio::test]
async fn people_may_write_comments_and_use_any_order() {
    let kms = Remembering::new();
    let text = wrapped(&kms).await.to_text();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    lines.insert(1, "# moved here on 2026-11-26");
    let read = WrappedKeyFile::parse(&lines.join("\r\n")).unwrap();
    assert!(read.open(&kms).await.is_ok());
}

#[tokio::test]
async fn no_line_can_be_changed() {
    let kms = Remembering::new();
    let file = wrapped(&kms).await;
    let other = wrapped(&kms).await;
    let changed = [
        WrappedKeyFile { version: "v2".to_owned(), ..file.clone() },
        WrappedKeyFile { wrapped: other.wrapped.clone(), ..file.clone() },
        WrappedKeyFile { sealed: file.sealed[..file.sealed.len() - 1].to_vec(), ..file.clone() },
        WrappedKeyFile { sealed: Vec::new(), ..file.clone() },
        WrappedKeyFile { sealed: file.sealed.iter().rev().copied().collect(), ..file.clone() },
    ];
    for changed in changed {
        let error = changed.open(&kms).await.unwrap_err();
        assert!(matches!(error, WrapError::Changed), "{changed:?}: {error}");
    }
    let text = file.to_text();
    for (name, line) in ["kms", "version", "wrapped", "sealed"].iter().zip(text.lines().skip(1)) {
        let error = WrappedKeyFile::parse(&text.replace(line, "")).unwrap_err();
        assert!(matches!(error, WrapError::Line(missing) if missing == *name), "{error}");
    }
    assert!(matches!(
        WrappedKeyFile::parse(&text.replace("wrapped ", "wrapped !")),
        Err(WrapError::Line("wrapped"))
    ));
}

/// Wraps, and cannot unwrap what it wrapped.
struct Forgetful(Remembering);

#[async_trait]
impl KeyWrap for Forgetful {
    fn key(&self) -> &KmsKey {
        self.0.key()
    }

    async fn wrap_key(&self, key: &WrappingKey) -> Result<WrappedKey, KmsError> {
        self.0.wrap_key(key).await
    }

    async fn unwrap_key(&self, _: &[u8]) -> Result<WrappingKey, KmsError> {
        Ok(WrappingKey::default())
    }
}

#[tokio::test]
async fn nothing_is_trusted_to_a_service_that_does_not_give_it_back() {
    let entropy = SeededEntropy::new(1);
    let file = KeyFile::generate(&entropy, KeyId::parse("k1").unwrap());
    let error = WrappedKeyFile::close(&file, &Forgetful(Remembering::new()), &entropy).await.unwrap_err();
    assert!(matches!(&error, WrapError::Kms(it) if it.failure == KmsFailure::Answer), "{error}");
}
