//! `google.protobuf.Struct`: JSON whose numbers are all doubles.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use serde_json::{Map, Number, Value};

/// JSON as the wire has it.
pub(crate) fn to_struct(map: Map<String, Value>) -> Struct {
    Struct { fields: map.into_iter().map(|(key, value)| (key, to_value(value))).collect() }
}

/// A struct as JSON. Doubles stay doubles: which are integers is known to the tool only.
pub(crate) fn from_struct(wire: Struct) -> Map<String, Value> {
    wire.fields.into_iter().map(|(key, value)| (key, from_value(value))).collect()
}

fn to_value(value: Value) -> Wire {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(flag) => Kind::BoolValue(flag),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or(0.0)),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(values) => {
            Kind::ListValue(ListValue { values: values.into_iter().map(to_value).collect() })
        }
        Value::Object(map) => Kind::StructValue(to_struct(map)),
    };
    Wire { kind: Some(kind) }
}

fn from_value(value: Wire) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(flag)) => Value::Bool(flag),
        Some(Kind::NumberValue(number)) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::ListValue(list)) => Value::Array(list.values.into_iter().map(from_value).collect()),
        Some(Kind::StructValue(inner)) => Value::Object(from_struct(inner)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_survives_the_way_there_and_back_but_for_integers_becoming_doubles() {
        let Value::Object(map) = json!({"a": [1, "x", null, true, {"b": 0.5}], "c": ""}) else {
            unreachable!()
        };
        let back = from_struct(to_struct(map));
        assert_eq!(Value::Object(back), json!({"a": [1.0, "x", null, true, {"b": 0.5}], "c": ""}));
    }
}
