//! What the key ring promises, with attackers.

use headwater_ports::fakes::SeededEntropy;
use proptest::prelude::*;

use super::*;

fn ring(first_byte: u8) -> KeyRing {
    KeyRing::single(&[first_byte; KEY_LENGTH], Arc::new(SeededEntropy::new(u64::from(first_byte))))
}

fn place<'a>(id: &'a str, field: &'static str, generation: u64) -> SealContext<'a> {
    SealContext { record: "grant", id, field, generation }
}

#[expect(clippy::disallowed_methods, reason = "the test compares the secrets it made up")]
fn opened(ring: &KeyRing, context: SealContext<'_>, sealed: &Sealed) -> Result<String, SealError> {
    ring.open(context, sealed).map(|secret| secret.expose().to_owned())
}

#[test]
fn a_secret_opens_in_its_own_place_only() {
    let ring = ring(1);
    let sealed = ring.seal(place("ca_1", "access_token", 3), &Secret::new("token".to_owned())).unwrap();
    assert_eq!(opened(&ring, place("ca_1", "access_token", 3), &sealed).unwrap(), "token");
    for wrong in [
        place("ca_2", "access_token", 3),
        place("ca_1", "refresh_token", 3),
        place("ca_1", "access_token", 2),
    ] {
        assert!(matches!(opened(&ring, wrong, &sealed), Err(SealError::Rejected)), "{wrong:?}");
    }
    let other_record = SealContext { record: "flow", ..place("ca_1", "access_token", 3) };
    assert!(opened(&ring, other_record, &sealed).is_err());
}

#[test]
fn parts_of_a_place_cannot_be_shifted_into_each_other() {
    let ring = ring(1);
    let one = SealContext { record: "a", id: "bc", field: "d", generation: 0 };
    let other = SealContext { record: "ab", id: "c", field: "d", generation: 0 };
    let sealed = ring.seal(one, &Secret::new("x".to_owned())).unwrap();
    assert!(opened(&ring, other, &sealed).is_err());
}

#[test]
fn another_key_is_told_from_damage() {
    let sealed = ring(1).seal(place("ca_1", "access_token", 1), &Secret::new("token".to_owned())).unwrap();
    let outcome = opened(&ring(2), place("ca_1", "access_token", 1), &sealed);
    assert!(matches!(outcome, Err(SealError::UnknownKey(_))), "{outcome:?}");
    assert!(ring(1).verify_key_check(&ring(1).key_check().unwrap()));
    assert!(!ring(2).verify_key_check(&ring(1).key_check().unwrap()));
}

#[test]
fn an_older_key_of_the_ring_still_opens() {
    let old = Zeroizing::new([1; KEY_LENGTH]);
    let new = Zeroizing::new([2; KEY_LENGTH]);
    let sealed = ring(1).seal(place("ca_1", "access_token", 1), &Secret::new("token".to_owned())).unwrap();
    let both = KeyRing::new(&[new, old], Arc::new(SeededEntropy::new(9)));
    assert_eq!(opened(&both, place("ca_1", "access_token", 1), &sealed).unwrap(), "token");
}

#[test]
fn the_same_secret_never_seals_to_the_same_bytes() {
    let ring = ring(1);
    let seal = || ring.seal(place("ca_1", "access_token", 1), &Secret::new("token".to_owned())).unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn hashes_are_sha256() {
    let hash = ring(1).sha256(b"abc");
    assert_eq!(hash[..4], [0xba, 0x78, 0x16, 0xbf]);
}

proptest! {
    #[test]
    fn any_changed_bit_is_noticed(text in "\\PC{0,64}", position in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let ring = ring(7);
        let sealed = ring.seal(place("ca_1", "access_token", 1), &Secret::new(text.clone())).unwrap();
        prop_assert_eq!(opened(&ring, place("ca_1", "access_token", 1), &sealed).unwrap(), text);
        let mut bytes = sealed.as_bytes().to_vec();
        let place_of_bit = position.index(bytes.len());
        bytes[place_of_bit] ^= 1 << bit;
        let damaged = Sealed::from_bytes(bytes);
        prop_assert!(opened(&ring, place("ca_1", "access_token", 1), &damaged).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_open(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(opened(&ring(7), place("ca_1", "access_token", 1), &Sealed::from_bytes(bytes)).is_err());
    }
}
