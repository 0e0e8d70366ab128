//! The operating system's randomness behind the Entropy port.

use headwater_ports::entropy::Entropy;

/// Draws from the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer)
            .expect("invariant: a running operating system always has randomness; nothing is safe without");
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
}
