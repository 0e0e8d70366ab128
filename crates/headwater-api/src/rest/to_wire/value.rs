//! `google.protobuf.Struct`, `Value` and `ListValue`: any JSON.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Names;
use crate::protobuf::Writer;

/// Writes any JSON value as the fields of a `Value`.
pub(super) struct ValueSeed<'a>(pub(super) &'a mut Writer);

/// Writes an object as the fields of a `Struct`.
pub(super) struct StructSeed<'a>(pub(super) &'a mut Writer);

/// Writes an array as the fields of a `ListValue`.
pub(super) struct ListSeed<'a>(pub(super) &'a mut Writer);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.varint(1, 0);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.varint(4, u64::from(value));
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "the wire has doubles only")]
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.double(2, value as f64);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "the wire has doubles only")]
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.0.double(2, value as f64);
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if !value.is_finite() {
            return Err(E::custom("a number is too large"));
        }
        self.0.double(2, value);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.text(3, text.as_bytes());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        let open = self.0.begin(6);
        ListSeed(&mut *self.0).visit_seq(items)?;
        self.0.end(open);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        let open = self.0.begin(5);
        StructSeed(&mut *self.0).visit_map(members)?;
        self.0.end(open);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        loop {
            // An element that is not there leaves an unfinished field behind; it is taken back.
            let before = self.0.length();
            let open = self.0.begin(1);
            if items.next_element_seed(ValueSeed(&mut *self.0))?.is_none() {
                self.0.take_back(before);
                return Ok(());
            }
            self.0.end(open);
        }
    }
}

impl<'de> Visitor<'de> for StructSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = Names::default();
        while let Some(name) = members.next_key::<String>()? {
            let entry = self.0.begin(1);
            self.0.text(1, name.as_bytes());
            let value = self.0.begin(2);
            members.next_value_seed(ValueSeed(&mut *self.0))?;
            self.0.end(value);
            self.0.end(entry);
            names.add(name)?;
        }
        Ok(())
    }
}
