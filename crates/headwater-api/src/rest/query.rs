//! The query of a REST call: parameters are fields, nested ones are dotted, lists are repeated.

use headwater_domain::bounds::{QUERY_DEPTH, QUERY_PARAMETERS};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::to_wire::field;

/// The fields that a query names, as JSON; the error says what is wrong.
pub(super) fn read(descriptor: &MessageDescriptor, query: &str) -> Result<Map<String, Value>, String> {
    let mut json = Map::new();
    for (count, (name, value)) in form_urlencoded::parse(query.as_bytes()).enumerate() {
        if count == QUERY_PARAMETERS {
            return Err(format!("the query has more than {QUERY_PARAMETERS} parameters"));
        }
        let shown: String = name.chars().take(80).collect();
        insert(&mut json, descriptor, &name, &value)
            .map_err(|problem| format!("query parameter `{shown}`: {problem}"))?;
    }
    Ok(json)
}

fn insert(
    json: &mut Map<String, Value>,
    descriptor: &MessageDescriptor,
    name: &str,
    text: &str,
) -> Result<(), String> {
    let mut fields = json;
    let mut descriptor = descriptor.clone();
    let mut rest = name;
    for _ in 0..QUERY_DEPTH {
        let (first, after) = rest.split_once('.').map_or((rest, None), |(first, after)| (first, Some(after)));
        let field = field(&descriptor, first).ok_or_else(|| unknown(&descriptor))?;
        let Some(after) = after else { return put(fields, &field, text) };
        descriptor = inside(&field)?;
        let slot = fields.entry(field.name().to_owned()).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = slot else { return Err("is given twice".to_owned()) };
        (fields, rest) = (inner, after);
    }
    Err(format!("joins more than {QUERY_DEPTH} names by dots"))
}

/// The message whose fields a dotted name goes on with. Google's own messages have no fields in JSON: a value inside
/// of them stands in the body.
fn inside(field: &FieldDescriptor) -> Result<MessageDescriptor, String> {
    match field.kind() {
        Kind::Message(inner)
            if field.is_list() || field.is_map() || inner.package_name() == "google.protobuf" =>
        {
            Err("has no parts that can be given in the query".to_owned())
        }
        Kind::Message(inner) => Ok(inner),
        _ => Err("has no parts".to_owned()),
    }
}

fn put(fields: &mut Map<String, Value>, field: &FieldDescriptor, text: &str) -> Result<(), String> {
    let value = scalar(field, text)?;
    let key = field.name().to_owned();
    if field.is_list() {
        match fields.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(values) => values.push(value),
            _ => return Err("is given twice".to_owned()),
        }
        return Ok(());
    }
    match fields.insert(key, value) {
        Some(_) => Err("is given twice".to_owned()),
        None => Ok(()),
    }
}

fn unknown(descriptor: &MessageDescriptor) -> String {
    let known: Vec<String> = descriptor.fields().map(|field| field.name().to_owned()).collect();
    format!("there is no such parameter; known: {}", known.join(", "))
}

fn scalar(field: &FieldDescriptor, text: &str) -> Result<Value, String> {
    let wrapper = match field.kind() {
        Kind::Message(inner) => Some(inner.full_name().to_owned()),
        _ => None,
    };
    match (field.kind(), wrapper.as_deref()) {
        (Kind::Bool, _) | (_, Some("google.protobuf.BoolValue")) => match text {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            _ => Err("must be true or false".to_owned()),
        },
        (Kind::Uint32 | Kind::Int32, _) => text
            .parse::<u32>()
            .map(Value::from)
            .map_err(|_| "must be a whole number that is not negative".to_owned()),
        (Kind::String | Kind::Enum(_), _) => Ok(Value::String(text.to_owned())),
        _ => Err("cannot be given in the query".to_owned()),
    }
}
