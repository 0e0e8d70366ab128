//! What tools return, as JSON Schemas: the shapes of the answers that the sandbox gave.

use headwater_catalog::definition::{Paging, Reply, Tool};
use headwater_confluence::Family;
use serde_json::{Map, Value, json};

/// How deep members are told: those of a list's entries, but not all that hangs on them.
const DEEPEST: usize = 4;

/// The schemas of all tools that answered, by name, a line each.
pub(super) fn render(families: &[Family], answers: &Value) -> String {
    let mut lines: Vec<String> = families
        .iter()
        .flat_map(|family| &family.tools)
        .filter_map(|tool| {
            let answer = answers.pointer("/tools")?.get(&tool.name)?.get("answer")?;
            Some(format!("  {}: {}", json!(tool.name), of_tool(tool, answer)))
        })
        .collect();
    lines.sort();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

fn of_tool(tool: &Tool, answer: &Value) -> Value {
    let mut schema = shape(answer, 1);
    let next = match (tool.reply, tool.paging) {
        (Reply::Json, Some(Paging::Cursor)) => json!({ "cursor": { "type": "string" } }),
        (Reply::Json, Some(Paging::Start)) => json!({ "start": { "type": "integer" } }),
        (Reply::File, _) | (_, None) => return schema,
    };
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let description = "Arguments to add for the next page; absent on the last.";
        let next = json!({ "type": "object", "description": description, "properties": next });
        members.insert("next_page".to_owned(), next);
    }
    schema
}

/// The schema of values like this one. Null tells nothing, and no member is promised.
fn shape(value: &Value, depth: usize) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(items) => match items.first() {
            Some(first) if depth < DEEPEST => json!({ "type": "array", "items": shape(first, depth + 1) }),
            _ => json!({ "type": "array" }),
        },
        // Members whose names are data, such as keys of properties, are not told apart; links are known.
        Value::Object(members) if depth < DEEPEST && !members.is_empty() => {
            let members: Map<String, Value> = members
                .iter()
                .map(|(name, value)| {
                    let depth = if name == "_links" { DEEPEST } else { depth + 1 };
                    (name.clone(), shape(value, depth))
                })
                .collect();
            json!({ "type": "object", "properties": members })
        }
        Value::Object(_) => json!({ "type": "object" }),
    }
}
