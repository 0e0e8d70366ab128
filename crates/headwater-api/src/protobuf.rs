//! Protobuf's wire format, written and read field by field, without building messages.

use bytes::Buf as _;
use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};

/// Bytes that a length takes when it is filled in later: a padded varint, which every decoder reads.
const LENGTH: usize = 5;

/// A message that is being written.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

/// Where the length of an unfinished field belongs.
#[derive(Clone, Copy)]
#[must_use]
pub(crate) struct Open(usize);

/// The value of one field.
#[derive(Clone, Copy)]
pub(crate) enum Raw<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32,
    Bytes(&'a [u8]),
}

/// Bytes that are no message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message cannot be read")]
pub(crate) struct Malformed;

impl Writer {
    /// The message.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes a number that is encoded as a varint.
    pub(crate) fn varint(&mut self, number: u32, value: u64) {
        encode_key(number, WireType::Varint, &mut self.bytes);
        encode_varint(value, &mut self.bytes);
    }

    /// Writes a double.
    pub(crate) fn double(&mut self, number: u32, value: f64) {
        encode_key(number, WireType::SixtyFourBit, &mut self.bytes);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes a text, or bytes.
    pub(crate) fn text(&mut self, number: u32, text: &[u8]) {
        encode_key(number, WireType::LengthDelimited, &mut self.bytes);
        encode_varint(text.len() as u64, &mut self.bytes);
        self.bytes.extend_from_slice(text);
    }

    /// Writes fields that are encoded already.
    pub(crate) fn raw(&mut self, fields: &[u8]) {
        self.bytes.extend_from_slice(fields);
    }

    /// How many bytes there are so far.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Takes back what was written after there were `length` bytes.
    pub(crate) fn take_back(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Begins a message inside the message. Its length is filled in by [`Writer::end`].
    pub(crate) fn begin(&mut self, number: u32) -> Open {
        encode_key(number, WireType::LengthDelimited, &mut self.bytes);
        let open = Open(self.bytes.len());
        self.bytes.extend_from_slice(&[0; LENGTH]);
        open
    }

    /// Ends a message inside the message.
    pub(crate) fn end(&mut self, open: Open) {
        let mut length = self.bytes.len() - open.0 - LENGTH;
        let last = open.0 + LENGTH - 1;
        for byte in &mut self.bytes[open.0..last] {
            *byte = 0x80 | u8::try_from(length & 0x7f).unwrap_or_default();
            length >>= 7;
        }
        self.bytes[last] = u8::try_from(length & 0x7f).unwrap_or_default();
    }
}

/// The fields of a message, in the order in which they stand there.
pub(crate) fn fields(mut rest: &[u8]) -> impl Iterator<Item = Result<(u32, Raw<'_>), Malformed>> {
    std::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            let field = field(&mut rest);
            if field.is_err() {
                rest = &[];
            }
            field
        })
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<(u32, Raw<'a>), Malformed> {
    let (number, kind) = decode_key(rest).map_err(|_| Malformed)?;
    let value = match kind {
        WireType::Varint => Raw::Varint(decode_varint(rest).map_err(|_| Malformed)?),
        WireType::SixtyFourBit => Raw::Fixed64(rest.try_get_u64_le().map_err(|_| Malformed)?),
        WireType::ThirtyTwoBit => rest.try_get_u32_le().map(|_| Raw::Fixed32).map_err(|_| Malformed)?,
        WireType::LengthDelimited => {
            let length = decode_varint(rest).map_err(|_| Malformed)?;
            let length = usize::try_from(length).map_err(|_| Malformed)?;
            let (bytes, after) = rest.split_at_checked(length).ok_or(Malformed)?;
            *rest = after;
            Raw::Bytes(bytes)
        }
        // Groups are of an older protobuf; no message of the contract has any.
        WireType::StartGroup | WireType::EndGroup => return Err(Malformed),
    };
    Ok((number, value))
}

impl<'a> Raw<'a> {
    /// The bytes of a text or message.
    pub(crate) fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Varint(_) | Self::Fixed64(_) | Self::Fixed32 => Err(Malformed),
        }
    }

    /// The text.
    pub(crate) fn text(self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }

    /// The number of a varint.
    pub(crate) fn varint(self) -> Result<u64, Malformed> {
        match self {
            Self::Varint(value) => Ok(value),
            Self::Bytes(_) | Self::Fixed64(_) | Self::Fixed32 => Err(Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::proto::rpc::Status;

    #[test]
    fn what_is_written_is_what_the_library_reads() {
        let mut writer = Writer::default();
        writer.varint(1, 7);
        writer.text(2, "é".as_bytes());
        let open = writer.begin(3);
        writer.text(1, b"type");
        writer.text(2, &[7; 300]);
        writer.end(open);
        let bytes = writer.finish();
        let status = Status::decode(&bytes[..]).unwrap();
        assert_eq!((status.code, status.message.as_str()), (7, "é"));
        assert_eq!((status.details[0].type_url.as_str(), status.details[0].value.len()), ("type", 300));
        let numbers: Vec<u32> = fields(&bytes).map(|it| it.unwrap().0).collect();
        assert_eq!(numbers, [1, 2, 3]);
    }

    #[test]
    fn what_is_no_message_is_told_once() {
        for bytes in [&b"\x0a\x05ab"[..], b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x0b", b"\x09ab"]
        {
            let read: Vec<_> = fields(bytes).collect();
            assert_eq!(read.len(), 1, "{bytes:?}");
            assert!(read[0].is_err(), "{bytes:?}");
        }
    }
}
