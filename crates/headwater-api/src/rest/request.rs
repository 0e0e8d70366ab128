//! A REST call as a message: out of path, query and JSON body.

use prost_reflect::MessageDescriptor;
use serde::Deserialize as _;
use serde::de::{DeserializeSeed as _, Deserializer as _, IgnoredAny};
use serde_json::Value;

use super::query;
use super::routes::{BodyPlace, Found};
use super::to_wire::{MessageSeed, field};
use crate::protobuf::Writer;

/// Puts the message of a call together, in protobuf's wire format; the error says what is wrong.
pub(super) fn encode(found: &Found<'_>, query: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    let descriptor = found.binding.method.input();
    let mut out = Writer::default();
    let mut elsewhere = Vec::new();
    for (name, value) in &found.variables {
        let field = field(&descriptor, name).ok_or_else(|| format!("`{name}` is no field of the call"))?;
        out.text(field.number(), value.as_bytes());
        elsewhere.push(field.number());
    }
    match &found.binding.body {
        BodyPlace::None => from_query(&descriptor, query, &elsewhere, &mut out)?,
        BodyPlace::Whole => from_body(&descriptor, body, &elsewhere, &mut out)?,
        BodyPlace::Field(name) => {
            let place =
                field(&descriptor, name).ok_or_else(|| format!("`{name}` is no field of the call"))?;
            elsewhere.push(place.number());
            // What is in neither path nor body is in the query.
            from_query(&descriptor, query, &elsewhere, &mut out)?;
            let inner =
                place.kind().as_message().cloned().ok_or_else(|| format!("`{name}` is no message"))?;
            let open = out.begin(place.number());
            from_body(&inner, body, &[], &mut out)?;
            out.end(open);
        }
    }
    Ok(out.finish())
}

fn from_query(
    descriptor: &MessageDescriptor,
    query: &str,
    except: &[u32],
    out: &mut Writer,
) -> Result<(), String> {
    let json = Value::Object(query::read(descriptor, query)?);
    MessageSeed { descriptor, out, except }.deserialize(json).map_err(|error| error.to_string())
}

/// An empty body is an empty object.
fn from_body(
    descriptor: &MessageDescriptor,
    body: &[u8],
    except: &[u32],
    out: &mut Writer,
) -> Result<(), String> {
    let Some(first) = body.iter().find(|it| !it.is_ascii_whitespace()) else { return Ok(()) };
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = if *first == b'{' {
        (&mut json).deserialize_map(MessageSeed { descriptor, out, except }).and_then(|()| json.end())
    } else {
        // What is no object is told apart from what is no JSON.
        let skipped = IgnoredAny::deserialize(&mut json).and_then(|_| json.end());
        skipped.map_err(|error| not_json(&error))?;
        return Err("the body must be a JSON object".to_owned());
    };
    read.map_err(|error| if error.is_data() { error.to_string() } else { not_json(&error) })
}

fn not_json(error: &serde_json::Error) -> String {
    format!("the body is not JSON: {error}")
}
