//! Randomness as an argument.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with bytes that nobody can guess.
    fn fill(&self, buffer: &mut [u8]);

    /// Numbers that count up by one, and wrap. They need not begin at 0.
    fn sequence(&self) -> u16;
}

/// 42 bits that tell a new identifier from others of the same millisecond.
///
/// The upper 16 count up, so that no two of one process are the same unless it makes 65,536 in a millisecond, and so that
/// they sort in the order they were made in. The other 26 are random: of two that replicas make in the same millisecond,
/// one in 2⁴² is the same, provided that their sequences begin anywhere.
pub fn distinct(entropy: &dyn Entropy) -> u64 {
    const RANDOM_BITS: u32 = 26;
    let random = u64::from(word(entropy)) & ((1 << RANDOM_BITS) - 1);
    (u64::from(entropy.sequence()) << RANDOM_BITS) | random
}

/// 32 random bits, for what need not be unique.
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use headwater_domain::id::AuditId;
    use headwater_domain::time::Timestamp;

    use super::*;
    use crate::fakes::SeededEntropy;

    #[test]
    fn f13_no_two_of_many_audit_entries_in_a_millisecond_share_an_id() {
        let entropy = SeededEntropy::new(1);
        let now = Timestamp::from_seconds(1_795_000_000);
        let ids: Vec<_> = (0..20_000).map(|_| AuditId::generate(now, distinct(&entropy))).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(ids.is_sorted(), "in the order they were made in");
    }

    /// They begin at the same place here, so that only the random bits tell them apart.
    #[test]
    fn replicas_do_not_make_the_same_ids() {
        let (one, other) = (SeededEntropy::new(1), SeededEntropy::new(2));
        assert!((0..1_000).all(|_| distinct(&one) != distinct(&other)));
    }
}
