//! JSON to messages: what a caller writes goes straight into protobuf's wire format, so that no form in between takes
//! many times its size. Names that are given twice are refused: of two members with one name some readers take the
//! first and some the last (RFC 8259 §4), and whatever looked at a request on its way here must not have seen another
//! account than the one that is used.

mod scalar;
mod value;

use std::collections::HashSet;
use std::fmt;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::scalar::SingleSeed;
use crate::protobuf::Writer;

/// The package of Google's own messages, such as structs.
const GOOGLE: &str = "google.protobuf";

/// Writes a JSON object as the fields of a message.
pub(super) struct MessageSeed<'a> {
    pub(super) descriptor: &'a MessageDescriptor,
    pub(super) out: &'a mut Writer,
    /// Numbers of fields whose values come from elsewhere; what the object says of them does not count.
    pub(super) except: &'a [u32],
}

/// Writes the value of a field, whatever its kind. Says whether there was one: `null` is none.
struct FieldSeed<'a> {
    field: &'a FieldDescriptor,
    out: &'a mut Writer,
}

struct ListVisitor<'a>(FieldSeed<'a>);

struct MapVisitor<'a>(FieldSeed<'a>);

impl<'de> DeserializeSeed<'de> for MessageSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MessageSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen: Vec<FieldDescriptor> = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            let field = field(self.descriptor, &name).ok_or_else(|| unknown(self.descriptor, &name))?;
            if seen.contains(&field) {
                return Err(A::Error::custom(format_args!("`{}` is given twice", field.name())));
            }
            if self.except.contains(&field.number()) {
                members.next_value::<IgnoredAny>()?;
            } else if members.next_value_seed(FieldSeed { field: &field, out: &mut *self.out })? {
                let choice = field.containing_oneof();
                let other = seen.iter().find(|it| choice.is_some() && it.containing_oneof() == choice);
                if let Some(other) = other {
                    let (one, other) = (other.name(), field.name());
                    return Err(A::Error::custom(format_args!(
                        "only one of `{one}` and `{other}` can be given"
                    )));
                }
            }
            seen.push(field);
        }
        Ok(())
    }
}

/// The field of that name, in the protos' spelling or in JSON's.
pub(super) fn field(descriptor: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    descriptor.get_field_by_name(name).or_else(|| descriptor.get_field_by_json_name(name))
}

fn unknown<E: Error>(descriptor: &MessageDescriptor, name: &str) -> E {
    let known: Vec<String> = descriptor.fields().map(|it| format!("`{}`", it.name())).collect();
    E::custom(format_args!("there is no field `{}` here; known: {}", short(name), known.join(", ")))
}

/// A caller's text, short enough for a message.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        if self.field.is_map() {
            deserializer.deserialize_any(MapVisitor(self))
        } else if self.field.is_list() {
            deserializer.deserialize_any(ListVisitor(self))
        } else {
            SingleSeed { field: self.field, number: self.field.number(), element: false, out: self.out }
                .deserialize(deserializer)
        }
    }
}

impl<'de> Visitor<'de> for ListVisitor<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` to be a list", self.0.field.name())
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        let FieldSeed { field, out } = self.0;
        let number = field.number();
        loop {
            let seed = SingleSeed { field, number, element: true, out: &mut *out };
            if items.next_element_seed(seed)?.is_none() {
                return Ok(true);
            }
        }
    }
}

impl<'de> Visitor<'de> for MapVisitor<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` to be an object", self.0.field.name())
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let FieldSeed { field, out } = self.0;
        let Kind::Message(entry) = field.kind() else { return Err(A::Error::custom("is no map")) };
        let value = entry.map_entry_value_field();
        let mut names = Names::default();
        while let Some(name) = members.next_key::<String>()? {
            let open = out.begin(field.number());
            out.text(1, name.as_bytes());
            members.next_value_seed(SingleSeed {
                field: &value,
                number: 2,
                element: true,
                out: &mut *out,
            })?;
            out.end(open);
            names.add(name)?;
        }
        Ok(true)
    }
}

/// The names that an object has had so far.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    fn add<E: Error>(&mut self, name: String) -> Result<(), E> {
        if self.0.contains(&name) {
            return Err(E::custom(format_args!("`{}` is given twice", short(&name))));
        }
        self.0.insert(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
