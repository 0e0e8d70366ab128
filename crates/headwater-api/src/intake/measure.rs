//! What a protobuf message measures, told from its bytes.

use headwater_domain::document::{Bounds, Exceeded, Size, cost};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::Refused;
use crate::protobuf::{Malformed, Raw, fields};

/// The most messages inside each other that protobuf libraries read.
const DEPTH: usize = 100;

/// Measures a message in one pass over its bytes, without building it. Fields that it does not know are left out by
/// every decoder and cost nothing.
pub(super) fn measure(
    descriptor: &MessageDescriptor,
    message: &[u8],
    bounds: &Bounds,
) -> Result<Size, Refused> {
    let mut scan = Scan { bounds, size: Size { depth: 0, values: 1, memory: cost::OBJECT } };
    scan.message(descriptor, message, 1)?;
    Ok(scan.size)
}

struct Scan<'a> {
    bounds: &'a Bounds,
    size: Size,
}

impl From<Malformed> for Refused {
    fn from(Malformed: Malformed) -> Self {
        Self::Broken("cannot be read")
    }
}

impl Scan<'_> {
    fn message(
        &mut self,
        descriptor: &MessageDescriptor,
        message: &[u8],
        depth: usize,
    ) -> Result<(), Refused> {
        if depth > DEPTH {
            return Err(Exceeded::Depth(self.bounds.depth).into());
        }
        self.size.depth = self.size.depth.max(depth);
        for field in fields(message) {
            let (number, raw) = field?;
            let Some(field) = descriptor.get_field(number) else { continue };
            self.field(&field, raw, depth)?;
            if self.size.values > self.bounds.values {
                return Err(Exceeded::Values(self.bounds.values).into());
            }
            if self.size.memory > self.bounds.memory {
                return Err(Exceeded::Memory(self.bounds.memory).into());
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &FieldDescriptor, raw: Raw<'_>, depth: usize) -> Result<(), Refused> {
        let Raw::Bytes(bytes) = raw else {
            // A number: it has its place in its message, or in a list.
            if field.is_list() {
                self.add(cost::ELEMENT);
            }
            return Ok(());
        };
        match field.kind() {
            Kind::Message(inner) => {
                match inner.full_name() {
                    _ if inner.is_map_entry() => self.add(cost::MEMBER),
                    "google.protobuf.Struct" if !bytes.is_empty() => self.size.memory += cost::OBJECT,
                    "google.protobuf.ListValue" if !bytes.is_empty() => self.size.memory += cost::ARRAY,
                    "google.protobuf.Struct" | "google.protobuf.ListValue" => {}
                    // In a member it was counted with it.
                    "google.protobuf.Value" if !field.is_list() => {}
                    "google.protobuf.Value" => self.add(cost::ELEMENT),
                    _ => self.add(cost::OBJECT),
                }
                self.message(&inner, bytes, depth + 1)
            }
            Kind::String | Kind::Bytes => {
                self.size.memory += cost::TEXT + bytes.len();
                if field.is_list() {
                    self.add(cost::ELEMENT);
                }
                Ok(())
            }
            // Numbers of a list that are packed: a byte each, or more.
            _ => {
                self.size.values += bytes.len();
                self.size.memory += bytes.len().saturating_mul(cost::ELEMENT);
                Ok(())
            }
        }
    }

    fn add(&mut self, memory: usize) {
        self.size.values += 1;
        self.size.memory += memory;
    }
}

#[cfg(test)]
mod tests {
    use headwater_domain::bounds::ARGUMENTS;
    use prost::Message as _;
    use prost_reflect::DescriptorPool;
    use serde_json::{Value, json};

    use super::*;
    use crate::proto::DESCRIPTORS;
    use crate::proto::tools::{ExecuteToolRequest, Filter, ListToolsRequest};
    use crate::wire::struct_value::to_struct;

    fn size(name: &str, message: &[u8], bounds: &Bounds) -> Result<Size, Refused> {
        let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
        measure(&pool.get_message_by_name(name).unwrap(), message, bounds)
    }

    fn call(params: &Value) -> Vec<u8> {
        let params = Some(to_struct(params.as_object().unwrap().clone()));
        ExecuteToolRequest { tool_name: "t".to_owned(), params, ..Default::default() }.encode_to_vec()
    }

    const EXECUTE: &str = "scalekit.v1.tools.ExecuteToolRequest";

    #[test]
    fn a_message_measures_about_what_its_json_does() {
        let params = json!({"a": [1, "x", null, {"b": {}}, []], "c": "y".repeat(5000)});
        let wire = size(EXECUTE, &call(&params), &ARGUMENTS).unwrap();
        let text = json!({"tool_name": "t", "params": params}).to_string();
        let json = headwater_domain::document::measure(text.as_bytes(), &ARGUMENTS).unwrap();
        assert!(wire.values.abs_diff(json.values) <= 3, "{wire:?} {json:?}");
        assert!(wire.memory.abs_diff(json.memory) < 1500, "{wire:?} {json:?}");
    }

    #[test]
    fn g1_what_exceeds_a_bound_is_refused_before_it_is_built() {
        let many = call(&json!({"a": vec![json!({}); 1000]}));
        let few = Bounds { values: 900, ..ARGUMENTS };
        assert!(matches!(size(EXECUTE, &many, &few), Err(Refused::Exceeded(Exceeded::Values(900)))));
        let little = Bounds { memory: 100_000, ..ARGUMENTS };
        assert!(matches!(size(EXECUTE, &many, &little), Err(Refused::Exceeded(Exceeded::Memory(_)))));
        let filter = Some(Filter { tool_name: vec![String::new(); 1000], ..Default::default() });
        let names = ListToolsRequest { filter, ..Default::default() }.encode_to_vec();
        assert!(size("scalekit.v1.tools.ListToolsRequest", &names, &few).is_err());
        assert!(size("scalekit.v1.tools.ListToolsRequest", &names, &ARGUMENTS).is_ok());
        let mut deep = json!(1);
        for _ in 0..40 {
            deep = json!({ "a": deep });
        }
        assert!(matches!(
            size(EXECUTE, &call(&deep), &ARGUMENTS),
            Err(Refused::Exceeded(Exceeded::Depth(_)))
        ));
    }
}
