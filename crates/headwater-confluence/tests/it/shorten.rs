//! Answers, short enough to be read: their shape stays.

use serde_json::{Map, Value, json};

/// The longest text that stays whole, in characters.
const TEXT: usize = 60;
/// How many elements of an array are shown.
const ITEMS: usize = 1;
/// How deep an answer is shown.
const DEPTH: usize = 5;

/// The answer with long texts cut, one element of each array, and nothing below the fifth level.
pub(crate) fn answer(members: &Map<String, Value>) -> Value {
    object(members, DEPTH)
}

/// A text, cut where it is long.
pub(crate) fn text(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(longest).collect::<String>())
}

fn value(it: &Value, depth: usize) -> Value {
    match it {
        Value::String(it) => json!(text(it, TEXT)),
        Value::Object(members) if members.is_empty() => json!({}),
        Value::Array(items) if items.is_empty() => json!([]),
        Value::Object(_) | Value::Array(_) if depth == 0 => json!("…"),
        Value::Object(members) => object(members, depth),
        Value::Array(items) => {
            let mut shown: Vec<Value> = items.iter().take(ITEMS).map(|it| value(it, depth - 1)).collect();
            if items.len() > ITEMS {
                shown.push(json!(format!("… {} more", items.len() - ITEMS)));
            }
            Value::Array(shown)
        }
        other => other.clone(),
    }
}

fn object(members: &Map<String, Value>, depth: usize) -> Value {
    members.iter().map(|(name, it)| (name.clone(), value(it, depth - 1))).collect()
}
