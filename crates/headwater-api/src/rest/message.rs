//! Between HTTP and messages: path, query and JSON body become the request; the reply becomes JSON.

use prost_reflect::{
    Cardinality, DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor,
    SerializeOptions,
};
use serde_json::{Map, Number, Value};
use url::form_urlencoded;

use super::routes::{BodyPlace, Found};
use super::unique::Unique;

/// The largest integer that every JSON reader keeps exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Puts a request together; the error says what is wrong.
pub(super) fn decode(found: &Found<'_>, query: &str, body: &[u8]) -> Result<DynamicMessage, String> {
    let descriptor = found.binding.method.input();
    let mut json = match &found.binding.body {
        BodyPlace::None => from_query(&descriptor, query)?,
        BodyPlace::Whole => parse(body)?,
        BodyPlace::Field(name) => {
            // What is in neither path nor body is in the query.
            let mut json = from_query(&descriptor, query)?;
            json.insert(name.clone(), Value::Object(parse(body)?));
            json
        }
    };
    for (name, value) in &found.variables {
        if let Some(field) = descriptor.get_field_by_name(name) {
            json.remove(field.json_name());
        }
        json.insert(name.clone(), Value::String(value.clone()));
    }
    check_spellings(&descriptor, &json)?;
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(descriptor, Value::Object(json), &options)
        .map_err(|error| error.to_string())
}

/// A reply as JSON, with the protos' own field names.
pub(super) fn encode(reply: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
    let mut json = reply.serialize_with_options(serde_json::value::Serializer, &options).unwrap_or_default();
    whole_numbers(&mut json);
    json
}

/// Structs hold doubles only; `5.0` is written `5`, as clients expect.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) =
                number.as_f64().filter(|it| number.is_f64() && it.fract() == 0.0 && it.abs() < MAX_EXACT)
            {
                *number = exact(whole);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller has checked that the number is whole and small enough"
)]
fn exact(whole: f64) -> Number {
    Number::from(whole as i64)
}

fn parse(body: &[u8]) -> Result<Map<String, Value>, String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Unique(Value::Object(fields))) => Ok(fields),
        Ok(_) => Err("the body must be a JSON object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}

/// Refuses a field that is given in both of its spellings, of which only one would count.
fn check_spellings(descriptor: &MessageDescriptor, json: &Map<String, Value>) -> Result<(), String> {
    for field in descriptor.fields() {
        let (own, other) = (json.get(field.name()), json.get(field.json_name()));
        if field.name() != field.json_name() && own.is_some() && other.is_some() {
            return Err(format!("`{}` is given twice, as `{}` too", field.name(), field.json_name()));
        }
        // What stands in the messages of Google's, such as the arguments of a tool, has no second spelling.
        let inner = match field.kind() {
            Kind::Message(inner) if inner.package_name() != "google.protobuf" => inner,
            _ => continue,
        };
        match own.or(other) {
            Some(Value::Object(fields)) => check_spellings(&inner, fields)?,
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_object).try_for_each(|it| check_spellings(&inner, it))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Query parameters are fields; nested ones are dotted, lists are repeated.
fn from_query(descriptor: &MessageDescriptor, query: &str) -> Result<Map<String, Value>, String> {
    let mut json = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        insert(&mut json, descriptor, &name, &value)
            .map_err(|problem| format!("query parameter `{name}`: {problem}"))?;
    }
    Ok(json)
}

fn insert(
    json: &mut Map<String, Value>,
    descriptor: &MessageDescriptor,
    name: &str,
    text: &str,
) -> Result<(), String> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let field = descriptor.get_field_by_name(first).or_else(|| descriptor.get_field_by_json_name(first));
    let field = field.ok_or_else(|| {
        let known: Vec<String> = descriptor.fields().map(|field| field.name().to_owned()).collect();
        format!("there is no such parameter; known: {}", known.join(", "))
    })?;
    let key = field.name().to_owned();
    match (rest, field.kind()) {
        (Some(rest), Kind::Message(inner)) => {
            let slot = json.entry(key).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(fields) = slot else { return Err("is given twice".to_owned()) };
            insert(fields, &inner, rest, text)
        }
        (Some(_), _) => Err("has no parts".to_owned()),
        (None, _) if field.cardinality() == Cardinality::Repeated => {
            let slot = json.entry(key).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(values) = slot {
                values.push(scalar(&field, text)?);
            }
            Ok(())
        }
        (None, _) => match json.insert(key, scalar(&field, text)?) {
            Some(_) => Err("is given twice".to_owned()),
            None => Ok(()),
        },
    }
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
