//! Messages to JSON: a reply is written out of protobuf's wire format as text, without a form in between. Fields have
//! the protos' own names; those without presence are always there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions};
use serde::Serialize;

use crate::protobuf::{Malformed, Raw, fields};
use crate::wire::struct_value::whole;

/// The most messages inside each other, as every protobuf library has it.
const DEPTH: usize = 100;

/// The JSON text of a message.
pub(super) fn write(descriptor: &MessageDescriptor, message: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut out = Text { out: Vec::with_capacity(message.len() + message.len() / 8), depth: 0 };
    out.message(descriptor, message)?;
    Ok(out.out)
}

struct Text {
    out: Vec<u8>,
    depth: usize,
}

impl Text {
    fn message(&mut self, descriptor: &MessageDescriptor, message: &[u8]) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Malformed);
        }
        match descriptor.full_name() {
            "google.protobuf.Struct" => self.structure(message)?,
            "google.protobuf.Value" => self.value(message)?,
            "google.protobuf.ListValue" => self.list(message)?,
            "google.protobuf.Empty" => self.out.extend_from_slice(b"{}"),
            name if name.starts_with("google.protobuf.") => self.well_known(descriptor, message)?,
            _ => self.members(descriptor, message)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn members(&mut self, descriptor: &MessageDescriptor, message: &[u8]) -> Result<(), Malformed> {
        let present = fields(message).collect::<Result<Vec<_>, _>>()?;
        self.out.push(b'{');
        let mut first = true;
        for field in descriptor.fields() {
            let values = present.iter().filter(|(number, _)| *number == field.number()).map(|(_, raw)| *raw);
            let single = values.clone().next_back();
            if single.is_none() && field.supports_presence() {
                continue;
            }
            self.separate(&mut first);
            self.json(field.name())?;
            self.out.push(b':');
            match single {
                _ if field.is_map() => self.map(&field, values)?,
                _ if field.is_list() => self.repeated(&field, values)?,
                Some(raw) => self.single(&field, raw)?,
                None => self.default(&field)?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn repeated<'a>(
        &mut self,
        field: &FieldDescriptor,
        values: impl Iterator<Item = Raw<'a>>,
    ) -> Result<(), Malformed> {
        self.out.push(b'[');
        let mut first = true;
        for raw in values {
            self.separate(&mut first);
            self.single(field, raw)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn map<'a>(
        &mut self,
        field: &FieldDescriptor,
        entries: impl Iterator<Item = Raw<'a>>,
    ) -> Result<(), Malformed> {
        let Kind::Message(entry) = field.kind() else { return Err(Malformed) };
        let value_field = entry.map_entry_value_field();
        self.out.push(b'{');
        let mut first = true;
        for raw in entries {
            self.separate(&mut first);
            let (name, value) = name_and_value(raw.bytes()?)?;
            self.json(name)?;
            self.out.push(b':');
            match value {
                Some(raw) => self.single(&value_field, raw)?,
                None => self.default(&value_field)?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn single(&mut self, field: &FieldDescriptor, raw: Raw<'_>) -> Result<(), Malformed> {
        match field.kind() {
            Kind::Message(inner) => self.message(&inner, raw.bytes()?),
            Kind::String => self.json(raw.text()?),
            Kind::Bytes => self.json(&STANDARD.encode(raw.bytes()?)),
            Kind::Bool => self.json(&(raw.varint()? != 0)),
            #[expect(clippy::cast_possible_truncation, reason = "the wire has 64 bits")]
            Kind::Int32 => self.json(&(raw.varint()? as i32)),
            #[expect(clippy::cast_possible_truncation, reason = "the wire has 64 bits")]
            Kind::Uint32 => self.json(&(raw.varint()? as u32)),
            #[expect(clippy::cast_possible_wrap, reason = "the wire has no signs")]
            Kind::Int64 => self.json(&(raw.varint()? as i64).to_string()),
            Kind::Uint64 => self.json(&raw.varint()?.to_string()),
            Kind::Double => match raw {
                Raw::Fixed64(bits) => self.double(f64::from_bits(bits)),
                _ => Err(Malformed),
            },
            Kind::Enum(names) => {
                #[expect(clippy::cast_possible_truncation, reason = "the wire has 64 bits")]
                let number = raw.varint()? as i32;
                match names.get_value(number) {
                    Some(value) => self.json(value.name()),
                    None => self.json(&number),
                }
            }
            // The contract has no others; a test walks all of its fields.
            _ => Err(Malformed),
        }
    }

    fn default(&mut self, field: &FieldDescriptor) -> Result<(), Malformed> {
        match field.kind() {
            Kind::String | Kind::Bytes => self.json(""),
            Kind::Bool => self.json(&false),
            Kind::Int64 | Kind::Uint64 => self.json("0"),
            Kind::Enum(names) => self.json(names.default_value().name()),
            Kind::Message(_) => self.json(&()),
            _ => self.json(&0),
        }
    }

    fn structure(&mut self, message: &[u8]) -> Result<(), Malformed> {
        self.out.push(b'{');
        let mut first = true;
        for field in fields(message) {
            let (1, entry) = field? else { continue };
            self.separate(&mut first);
            let (name, value) = name_and_value(entry.bytes()?)?;
            self.json(name)?;
            self.out.push(b':');
            self.nested(value.map_or(Ok(&b""[..]), Raw::bytes)?)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn list(&mut self, message: &[u8]) -> Result<(), Malformed> {
        self.out.push(b'[');
        let mut first = true;
        for field in fields(message) {
            let (1, value) = field? else { continue };
            self.separate(&mut first);
            self.nested(value.bytes()?)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn nested(&mut self, value: &[u8]) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Malformed);
        }
        self.value(value)?;
        self.depth -= 1;
        Ok(())
    }

    fn value(&mut self, message: &[u8]) -> Result<(), Malformed> {
        match fields(message).last().transpose()? {
            Some((2, Raw::Fixed64(bits))) => self.double(f64::from_bits(bits)),
            Some((3, raw)) => self.json(raw.text()?),
            Some((4, raw)) => self.json(&(raw.varint()? != 0)),
            Some((5, raw)) => self.structure(raw.bytes()?),
            Some((6, raw)) => self.list(raw.bytes()?),
            _ => self.json(&()),
        }
    }

    /// Whole numbers are written without a point, as clients expect; what is no number in JSON is `null`.
    fn double(&mut self, double: f64) -> Result<(), Malformed> {
        match whole(double) {
            Some(whole) => self.json(&whole),
            None => self.json(&double),
        }
    }

    /// A small message of Google's, written by the library.
    fn well_known(&mut self, descriptor: &MessageDescriptor, message: &[u8]) -> Result<(), Malformed> {
        let message = DynamicMessage::decode(descriptor.clone(), message).map_err(|_| Malformed)?;
        let mut json = serde_json::Serializer::new(&mut self.out);
        message.serialize_with_options(&mut json, &SerializeOptions::new()).map_err(|_| Malformed)
    }

    fn json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        serde_json::to_writer(&mut self.out, value).map_err(|_| Malformed)
    }

    fn separate(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.out.push(b',');
        }
    }
}

/// Name and value of an entry of a map.
fn name_and_value(entry: &[u8]) -> Result<(&str, Option<Raw<'_>>), Malformed> {
    let (mut name, mut value) = ("", None);
    for field in fields(entry) {
        match field? {
            (1, raw) => name = raw.text()?,
            (2, raw) => value = Some(raw),
            _ => {}
        }
    }
    Ok((name, value))
}

#[cfg(test)]
mod tests;
