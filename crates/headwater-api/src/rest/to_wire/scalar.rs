//! A single value of a field: a scalar, a message, or one of Google's messages that JSON writes as something simpler.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::value::{ListSeed, StructSeed, ValueSeed};
use super::{GOOGLE, MessageSeed};
use crate::protobuf::Writer;

/// Writes one value under a number. Says whether there was one: `null` is none.
pub(super) struct SingleSeed<'a> {
    pub(super) field: &'a FieldDescriptor,
    pub(super) number: u32,
    /// Whether it stands in a list, where `null` is no value.
    pub(super) element: bool,
    pub(super) out: &'a mut Writer,
}

/// A value that is written whole.
enum Plain<'a> {
    Bool(bool),
    Whole(i128),
    Double(f64),
    Text(&'a str),
}

impl<'de> DeserializeSeed<'de> for SingleSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SingleSeed<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` to be {}", self.field.name(), wanted(&self.field.kind()))
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        if is_value(&self.field.kind()) {
            let open = self.out.begin(self.number);
            ValueSeed(self.out).visit_unit::<E>()?;
            self.out.end(open);
            return Ok(true);
        }
        if self.element { Err(self.misfit()) } else { Ok(false) }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        self.plain(&Plain::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<bool, E> {
        self.plain(&Plain::Whole(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<bool, E> {
        self.plain(&Plain::Whole(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<bool, E> {
        self.plain(&Plain::Double(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        self.plain(&Plain::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<bool, A::Error> {
        let Kind::Message(inner) = self.field.kind() else { return Err(self.misfit()) };
        let open = match (inner.package_name(), inner.name()) {
            (GOOGLE, "Struct" | "Value") => self.out.begin(self.number),
            (GOOGLE, _) => return Err(self.misfit()),
            _ => self.out.begin(self.number),
        };
        match inner.full_name() {
            "google.protobuf.Struct" => StructSeed(&mut *self.out).visit_map(members)?,
            "google.protobuf.Value" => ValueSeed(&mut *self.out).visit_map(members)?,
            _ => MessageSeed { descriptor: &inner, out: &mut *self.out, except: &[] }
                .deserialize(MapAccessDeserializer::new(members))?,
        }
        self.out.end(open);
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<bool, A::Error> {
        let Kind::Message(inner) = self.field.kind() else { return Err(self.misfit()) };
        let open = match inner.full_name() {
            "google.protobuf.ListValue" | "google.protobuf.Value" => self.out.begin(self.number),
            _ => return Err(self.misfit()),
        };
        match inner.full_name() {
            "google.protobuf.Value" => ValueSeed(&mut *self.out).visit_seq(items)?,
            _ => ListSeed(&mut *self.out).deserialize(SeqAccessDeserializer::new(items))?,
        }
        self.out.end(open);
        Ok(true)
    }
}

impl SingleSeed<'_> {
    fn plain<E: Error>(mut self, value: &Plain<'_>) -> Result<bool, E> {
        let kind = self.field.kind();
        let Kind::Message(inner) = &kind else {
            return self.scalar(&kind, self.number, value).map(|()| true);
        };
        let open = self.out.begin(self.number);
        match inner.full_name() {
            "google.protobuf.Value" => ValueSeed(&mut *self.out).plain(value)?,
            "google.protobuf.Timestamp" | "google.protobuf.Duration" | "google.protobuf.FieldMask" => {
                let Plain::Text(text) = value else { return Err(self.misfit()) };
                self.out.raw(&well_known::<E>(inner, text)?);
            }
            name if name.starts_with("google.protobuf.") && name.ends_with("Value") => {
                let wrapped = inner.get_field(1).ok_or_else(|| self.misfit())?;
                self.scalar(&wrapped.kind(), 1, value)?;
            }
            _ => return Err(self.misfit()),
        }
        self.out.end(open);
        Ok(true)
    }

    fn scalar<E: Error>(&mut self, kind: &Kind, number: u32, value: &Plain<'_>) -> Result<(), E> {
        match (kind, value) {
            (Kind::String, Plain::Text(text)) => self.out.text(number, text.as_bytes()),
            (Kind::Bytes, Plain::Text(text)) => {
                let bytes = STANDARD.decode(text).map_err(|_| self.misfit())?;
                self.out.text(number, &bytes);
            }
            (Kind::Bool, Plain::Bool(value)) => self.out.varint(number, u64::from(*value)),
            (Kind::Enum(names), Plain::Text(text)) => {
                let value = names.get_value_by_name(text).ok_or_else(|| self.misfit())?;
                self.out.varint(number, signed(value.number().into()));
            }
            (Kind::Double, value) => {
                let value = value.double().ok_or_else(|| self.misfit())?;
                self.out.double(number, value);
            }
            (Kind::Int32 | Kind::Enum(_), value) => {
                let whole =
                    value.whole().and_then(|it| i32::try_from(it).ok()).ok_or_else(|| self.misfit())?;
                self.out.varint(number, signed(whole.into()));
            }
            (Kind::Uint32, value) => {
                let whole =
                    value.whole().and_then(|it| u32::try_from(it).ok()).ok_or_else(|| self.misfit())?;
                self.out.varint(number, whole.into());
            }
            (Kind::Int64, value) => {
                let whole =
                    value.whole().and_then(|it| i64::try_from(it).ok()).ok_or_else(|| self.misfit())?;
                self.out.varint(number, signed(whole));
            }
            (Kind::Uint64, value) => {
                let whole =
                    value.whole().and_then(|it| u64::try_from(it).ok()).ok_or_else(|| self.misfit())?;
                self.out.varint(number, whole);
            }
            _ => return Err(self.misfit()),
        }
        Ok(())
    }

    /// The value is of another kind than the field. It is not repeated: it may be long, or secret.
    fn misfit<E: Error>(&self) -> E {
        E::custom(format_args!("`{}` must be {}", self.field.name(), wanted(&self.field.kind())))
    }
}

impl Plain<'_> {
    fn whole(&self) -> Option<i128> {
        match self {
            Self::Whole(whole) => Some(*whole),
            Self::Text(text) if text.len() <= 20 => text.parse().ok(),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is whole, and saturates where it is too large"
            )]
            Self::Double(double) => (double.fract() == 0.0).then_some(*double as i128),
            Self::Text(_) | Self::Bool(_) => None,
        }
    }

    fn double(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "the wire has doubles only")]
            Self::Whole(whole) => Some(*whole as f64),
            Self::Double(double) => Some(*double),
            Self::Text(text) if text.len() <= 40 => text.parse().ok(),
            Self::Text(_) | Self::Bool(_) => None,
        }
    }
}

impl ValueSeed<'_> {
    fn plain<E: Error>(self, value: &Plain<'_>) -> Result<(), E> {
        match value {
            Plain::Bool(value) => self.visit_bool(*value),
            Plain::Whole(_) | Plain::Double(_) => self.visit_f64(value.double().unwrap_or_default()),
            Plain::Text(text) => self.visit_str(text),
        }
    }
}

/// A message that JSON writes as a text, read by the library.
fn well_known<E: Error>(descriptor: &MessageDescriptor, text: &str) -> Result<Vec<u8>, E> {
    let message = DynamicMessage::deserialize(descriptor.clone(), StrDeserializer::<E>::new(text))?;
    Ok(message.encode_to_vec())
}

fn signed(value: i64) -> u64 {
    u64::from_ne_bytes(value.to_ne_bytes())
}

fn is_value(kind: &Kind) -> bool {
    matches!(kind, Kind::Message(inner) if inner.full_name() == "google.protobuf.Value")
}

/// What a field wants, in words.
fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::String => "a string".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Bytes => "base64".to_owned(),
        Kind::Enum(names) => {
            let names: Vec<String> = names.values().map(|it| it.name().to_owned()).collect();
            format!("one of {}", names.join(", "))
        }
        Kind::Int32 | Kind::Int64 => "a whole number".to_owned(),
        Kind::Uint32 | Kind::Uint64 => "a whole number that is not negative".to_owned(),
        Kind::Message(inner) => match inner.full_name() {
            "google.protobuf.BoolValue" => "true or false".to_owned(),
            "google.protobuf.StringValue" => "a string".to_owned(),
            "google.protobuf.Timestamp" => "a time such as 2026-01-31T12:00:00Z".to_owned(),
            "google.protobuf.Value" => "JSON".to_owned(),
            "google.protobuf.ListValue" => "a list".to_owned(),
            _ => "an object".to_owned(),
        },
        _ => "a number".to_owned(),
    }
}
