//! The layout of a sealed secret, and its two layers of encryption.
//!
//! `1 | length of key id | key id | nonce | wrapped data key and tag | nonce | ciphertext and tag`. The first byte is
//! the version of the layout: a reader that does not know it must refuse.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use headwater_ports::entropy::Entropy;
use headwater_ports::sealer::SealContext;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const KEY: usize = 32;
const TAG: usize = 16;
/// A data key with its nonce and tag.
const WRAPPED: usize = NONCE_LEN + KEY + TAG;

/// The parts of a sealed secret.
pub(crate) struct Envelope<'a> {
    pub(crate) key_id: &'a str,
    wrapped: &'a [u8],
    sealed: &'a [u8],
}

/// Seals `plaintext` under the key `kek` with the id `key_id`.
pub(crate) fn seal(
    kek: &[u8; KEY],
    key_id: &str,
    context: SealContext<'_>,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Option<Vec<u8>> {
    let place = place(key_id, context);
    let mut data_key = Zeroizing::new([0_u8; KEY]);
    entropy.fill(&mut *data_key);
    let mut bytes = vec![VERSION, u8::try_from(key_id.len()).ok()?];
    bytes.extend_from_slice(key_id.as_bytes());
    bytes.extend_from_slice(&encrypt(kek, &place, &*data_key, entropy)?);
    bytes.extend_from_slice(&encrypt(&data_key, &place, plaintext, entropy)?);
    Some(bytes)
}

impl<'a> Envelope<'a> {
    /// Takes a sealed secret apart; nothing when it is not one.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&VERSION, rest) = bytes.split_first()? else { return None };
        let (&length, rest) = rest.split_first()?;
        let (key_id, rest) = rest.split_at_checked(usize::from(length))?;
        let (wrapped, sealed) = rest.split_at_checked(WRAPPED)?;
        Some(Self { key_id: std::str::from_utf8(key_id).ok()?, wrapped, sealed })
    }

    /// The plaintext; nothing when anything does not fit.
    pub(crate) fn open(&self, kek: &[u8; KEY], context: SealContext<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let place = place(self.key_id, context);
        let data_key = decrypt(kek, &place, self.wrapped)?;
        let data_key: Zeroizing<[u8; KEY]> = Zeroizing::new(data_key.as_slice().try_into().ok()?);
        decrypt(&data_key, &place, self.sealed)
    }
}

fn cipher(key: &[u8; KEY]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

pub(crate) fn encrypt(
    key: &[u8; KEY],
    place: &[u8],
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Option<Vec<u8>> {
    let mut nonce = [0_u8; NONCE_LEN];
    entropy.fill(&mut nonce);
    // Grown once, so that no half-encrypted copy of the plaintext stays behind in freed memory.
    let mut bytes = Vec::with_capacity(NONCE_LEN + plaintext.len() + TAG);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(plaintext);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let body = bytes.get_mut(NONCE_LEN..)?;
    let tag = cipher(key)?.seal_in_place_separate_tag(nonce, Aad::from(place), body).ok()?;
    bytes.extend_from_slice(tag.as_ref());
    Some(bytes)
}

pub(crate) fn decrypt(key: &[u8; KEY], place: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, body) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = Zeroizing::new(body.to_vec());
    let length = cipher(key)?.open_in_place(nonce, Aad::from(place), &mut body).ok()?.len();
    body.truncate(length);
    Some(body)
}

/// The place that a secret belongs to, as authenticated data. Every part is preceded by its length, so that no two
/// places look the same.
fn place(key_id: &str, context: SealContext<'_>) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    for part in [context.record, context.id, context.field, key_id] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.extend_from_slice(&context.generation.to_be_bytes());
    bytes
}
