//! CRC32C, with which Cloud KMS and its callers tell each other that nothing was damaged on the way.

use crc::{CRC_32_ISCSI, Crc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// CRC32C is the CRC of iSCSI (RFC 3720, appendix B.4).
const CRC32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// A checksum. On the wire it is a 64-bit number, which Google's JSON writes as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum(u32);

/// The checksum of `bytes`.
pub(crate) fn checksum(bytes: &[u8]) -> Checksum {
    Checksum(CRC32C.checksum(bytes))
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Number {
            Number(u32),
            Text(String),
        }
        match Number::deserialize(deserializer)? {
            Number::Number(number) => Ok(Self(number)),
            Number::Text(text) => text.parse().map(Self).map_err(|_| D::Error::custom("is no checksum")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 3720, appendix B.4.
    #[test]
    fn checksums_are_those_of_the_standard() {
        for (bytes, expected) in [
            (vec![0; 32], 0x8a91_36aa),
            (vec![0xff; 32], 0x62a8_ab43),
            ((0..32).collect(), 0x46dd_794e),
            (b"123456789".to_vec(), 0xe306_9283),
        ] {
            assert_eq!(checksum(&bytes), Checksum(expected), "{bytes:?}");
        }
    }

    #[test]
    fn a_checksum_is_text_or_a_number_on_the_wire() {
        let sum = checksum(b"123456789");
        assert_eq!(serde_json::to_string(&sum).unwrap(), "\"3808858755\"");
        for text in ["\"3808858755\"", "3808858755"] {
            assert_eq!(serde_json::from_str::<Checksum>(text).unwrap(), sum);
        }
        assert!(serde_json::from_str::<Checksum>("\"-1\"").is_err());
    }
}
