//! `google.protobuf.Struct`: JSON whose numbers are all doubles.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};
use serde_json::{Map, Number, Value};

/// Up to here a double holds every whole number exactly (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// JSON as the wire has it.
pub(crate) fn to_struct(map: Map<String, Value>) -> Struct {
    Struct { fields: map.into_iter().map(|(key, value)| (key, to_value(value))).collect() }
}

/// A struct as JSON. A whole number that a double holds exactly is written without a point, wherever it stands:
/// what a caller wrote as `1` must not reach a provider as `1.0`.
pub(crate) fn from_struct(wire: Struct) -> Map<String, Value> {
    wire.fields.into_iter().map(|(key, value)| (key, from_value(value))).collect()
}

/// The whole number that a double stands for, if it does for exactly one.
pub(crate) fn whole(double: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within 2^53")]
    (double.fract() == 0.0 && double.abs() <= EXACT).then_some(double as i64)
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
        Some(Kind::NumberValue(number)) => from_number(number),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::ListValue(list)) => Value::Array(list.values.into_iter().map(from_value).collect()),
        Some(Kind::StructValue(inner)) => Value::Object(from_struct(inner)),
    }
}

fn from_number(number: f64) -> Value {
    match whole(number) {
        Some(whole) => Value::from(whole),
        None => Number::from_f64(number).map_or(Value::Null, Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn there_and_back(value: Value) -> String {
        let Value::Object(map) = value else { unreachable!() };
        Value::Object(from_struct(to_struct(map))).to_string()
    }

    #[test]
    fn json_survives_the_way_there_and_back() {
        let value = json!({"a": [1, "x", null, true, {"b": 0.5}], "c": ""});
        assert_eq!(there_and_back(value.clone()), value.to_string());
    }

    #[test]
    fn whole_numbers_within_2_to_the_53_have_no_point_at_any_depth() {
        let table = [
            (json!(1.0), "1"),
            (json!(-0.0), "0"),
            (json!(9_007_199_254_740_991_i64), "9007199254740991"),
            (json!(-9_007_199_254_740_992_i64), "-9007199254740992"),
            (json!(1e16), "1e+16"),
            (json!(1.5), "1.5"),
        ];
        for (number, text) in table {
            assert_eq!(there_and_back(json!({"a": [{"b": number}]})), format!(r#"{{"a":[{{"b":{text}}}]}}"#));
        }
    }
}
