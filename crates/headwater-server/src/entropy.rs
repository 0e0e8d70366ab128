//! The operating system's randomness behind the Entropy port.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use headwater_ports::entropy::Entropy;

/// Begins anywhere, so that replicas which start at the same time do not count in step.
static SEQUENCE: LazyLock<AtomicU16> = LazyLock::new(|| {
    let mut start = [0; 2];
    SystemEntropy.fill(&mut start);
    AtomicU16::new(u16::from_le_bytes(start))
});

/// Draws from the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer)
            .expect("invariant: a running operating system always has randomness; nothing is safe without");
    }

    /// One sequence for the whole process.
    fn sequence(&self) -> u16 {
        SEQUENCE.fetch_add(1, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_draw_is_different_and_fills_the_buffer() {
        let (mut first, mut second) = ([0; 64], [0; 64]);
        SystemEntropy.fill(&mut first);
        SystemEntropy.fill(&mut second);
        assert_ne!(first, second);
        assert!(first.chunks(16).all(|chunk| chunk != [0; 16]), "no part is left untouched");
        SystemEntropy.fill(&mut []);
    }

    #[test]
    fn the_sequence_counts_for_the_whole_process() {
        let first = SystemEntropy.sequence();
        // Other tests may count meanwhile, but not all the way round.
        let second = SystemEntropy.sequence();
        assert!((1..10_000).contains(&second.wrapping_sub(first)), "{first} {second}");
    }
}
