//! Chance as an argument.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with bytes that nobody can guess.
    fn fill(&self, buffer: &mut [u8]);
}

/// 32 random bits, for identifiers.
pub fn word(entropy: &dyn Entropy) -> u32 {
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    u32::from_le_bytes(bytes)
}

/// A token of 256 random bits in unpadded URL-safe Base64 (43 characters): nothing that can be guessed.
pub fn token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
