//! What the key ring promises, with attackers.

use headwater_ports::fakes::SeededEntropy;
use proptest::prelude::*;

use super::*;

/// `kept`, sealed by the first release for the place `grant`, `ca_1`, `access_token`, 7 with a key of 32 fives.
const OLD_CIPHERTEXT: &str = "010c323466306131343238353136c55d01aa8f271e30444007b00388dcc8b350a2e4aa3a981fe5b10a4ce7845ebb149eb87116bae6eb38a73aee55ba45d994606f801665c48d5516b543211bcc1b1fe44dfc2bef99065568ac3e6b2ce319617044ea6626e2d9ee239793";

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
fn a2_a_secret_opens_in_its_own_place_only() {
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
fn a2_parts_of_a_place_cannot_be_shifted_into_each_other() {
    let ring = ring(1);
    let one = SealContext { record: "a", id: "bc", field: "d", generation: 0 };
    let other = SealContext { record: "ab", id: "c", field: "d", generation: 0 };
    let sealed = ring.seal(one, &Secret::new("x".to_owned())).unwrap();
    assert!(opened(&ring, other, &sealed).is_err());
}

#[test]
fn a4_another_key_is_told_from_damage() {
    let sealed = ring(1).seal(place("ca_1", "access_token", 1), &Secret::new("token".to_owned())).unwrap();
    let outcome = opened(&ring(2), place("ca_1", "access_token", 1), &sealed);
    assert!(matches!(outcome, Err(SealError::UnknownKey(_))), "{outcome:?}");
    assert_eq!(ring(1).verify_key_check(&ring(1).key_check().unwrap()).ok(), Some(()));
    let refused = ring(2).verify_key_check(&ring(1).key_check().unwrap());
    assert!(matches!(refused, Err(SealError::UnknownKey(_))), "and which key is missing is said");
}

#[test]
fn an_older_key_of_the_ring_still_opens() {
    let sealed = ring(1).seal(place("ca_1", "access_token", 1), &Secret::new("token".to_owned())).unwrap();
    let entropy = Arc::new(SeededEntropy::new(9));
    let file = KeyFile::single(&[1; KEY_LENGTH])
        .with_new_key(&*entropy)
        .activate(&KeyId::parse("k2").unwrap())
        .unwrap();
    let both = KeyRing::new(file, entropy);
    assert_eq!(opened(&both, place("ca_1", "access_token", 1), &sealed).unwrap(), "token");
    let sealed = both.seal(place("ca_1", "access_token", 2), &Secret::new("next".to_owned())).unwrap();
    assert_eq!(opened(&both, place("ca_1", "access_token", 2), &sealed).unwrap(), "next");
    let outcome = opened(&ring(1), place("ca_1", "access_token", 2), &sealed);
    assert!(matches!(outcome, Err(SealError::UnknownKey(id)) if id == "k2"), "the newest key seals");
}

#[test]
fn a2_naming_another_key_of_the_ring_does_not_open() {
    let entropy = Arc::new(SeededEntropy::new(9));
    let id = |text| KeyId::parse(text).unwrap();
    let file = KeyFile::generate(&*entropy, id("k1")).with_new_key(&*entropy).activate(&id("k2")).unwrap();
    let ring = KeyRing::new(file, entropy);
    let sealed = ring.seal(place("ca_1", "access_token", 1), &Secret::new("token".to_owned())).unwrap();
    let mut bytes = sealed.as_bytes().to_vec();
    assert_eq!(bytes[2..4], *b"k2");
    bytes[3] = b'1';
    let outcome = opened(&ring, place("ca_1", "access_token", 1), &Sealed::from_bytes(bytes));
    assert!(matches!(outcome, Err(SealError::Rejected)), "{outcome:?}");
}

#[test]
fn a2_parts_of_two_secrets_of_one_place_do_not_fit_together() {
    let ring = ring(1);
    let seal =
        |text: &str| ring.seal(place("ca_1", "access_token", 1), &Secret::new(text.to_owned())).unwrap();
    let (one, other) = (seal("token"), seal("other"));
    let secret = one.as_bytes().len() - 12 - 5 - 16;
    let mixed = [&one.as_bytes()[..secret], &other.as_bytes()[secret..]].concat();
    let outcome = opened(&ring, place("ca_1", "access_token", 1), &Sealed::from_bytes(mixed));
    assert!(matches!(outcome, Err(SealError::Rejected)), "{outcome:?}");
}

#[test]
fn empty_and_large_secrets_survive() {
    let ring = ring(1);
    for length in [0, 1, 15, 16, 17, 4096, 1 << 20] {
        let text = "x".repeat(length);
        let sealed = ring.seal(place("ca_1", "access_token", 1), &Secret::new(text.clone())).unwrap();
        assert_eq!(opened(&ring, place("ca_1", "access_token", 1), &sealed).unwrap(), text);
    }
}

#[test]
fn old_ciphertexts_stay_readable() {
    let bytes = hex(OLD_CIPHERTEXT);
    let outcome = opened(&ring(5), place("ca_1", "access_token", 7), &Sealed::from_bytes(bytes));
    assert_eq!(outcome.unwrap(), "kept");
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

#[test]
fn a6_the_same_secret_never_seals_to_the_same_bytes() {
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
    fn nothing_of_a_secret_shows(text in "\\PC{8,80}") {
        let sealed = ring(3).seal(place("ca_1", "access_token", 1), &Secret::new(text.clone())).unwrap();
        prop_assert!(!sealed.as_bytes().windows(text.len()).any(|window| window == text.as_bytes()));
    }

    #[test]
    fn a2_no_other_place_opens(id in "ca_[0-9]{1,2}", field in 0..2_usize, generation in 0..9_u64) {
        let field = ["access_token", "refresh_token"][field];
        prop_assume!((id.as_str(), field, generation) != ("ca_1", "access_token", 1));
        let sealed = ring(3).seal(place("ca_1", "access_token", 1), &Secret::new("token".to_owned())).unwrap();
        let outcome = opened(&ring(3), place(&id, field, generation), &sealed);
        prop_assert!(matches!(outcome, Err(SealError::Rejected)));
    }

    #[test]
    fn a2_torn_and_lengthened_bytes_never_open(cut in 1..100_usize, tail in prop::collection::vec(any::<u8>(), 1..40)) {
        let sealed = ring(3).seal(place("ca_1", "access_token", 1), &Secret::new("a token".repeat(9))).unwrap();
        let bytes = sealed.as_bytes();
        let torn = Sealed::from_bytes(&bytes[..bytes.len() - cut]);
        prop_assert!(opened(&ring(3), place("ca_1", "access_token", 1), &torn).is_err());
        let longer = Sealed::from_bytes([bytes, &tail].concat());
        prop_assert!(opened(&ring(3), place("ca_1", "access_token", 1), &longer).is_err());
    }

    #[test]
    fn a2_any_changed_bit_is_noticed(text in "\\PC{0,64}", position in any::<prop::sample::Index>(), bit in 0_u8..8) {
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

/// The second case of RFC 4231.
#[test]
fn the_code_is_hmac_sha_256() {
    let code = ring(1).hmac_sha256(b"Jefe", b"what do ya want for nothing?");
    let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    for (place, byte) in code.iter().enumerate() {
        assert_eq!(format!("{byte:02x}"), known[2 * place..2 * place + 2]);
    }
}
