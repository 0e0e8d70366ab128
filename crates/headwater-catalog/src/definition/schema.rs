//! A tool's parameters as JSON Schema 2020-12, and the definition that callers see.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{Format, Hints, ItemKind, Kind, Parameter};

/// The pattern of a decimal identifier, without its anchors.
/// Short, because definitions are read by models, over a hundred at a time.
const ID: &str = "\\d+";

/// What is worked out once, when a tool is loaded.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) input_schema: Value,
    pub(crate) definition: Map<String, Value>,
    pub(crate) validator: Validator,
}

/// What of a tool callers see.
pub(crate) struct Face<'a> {
    pub(crate) name: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) parameters: &'a [Parameter],
    pub(crate) hints: Hints,
}

impl Compiled {
    /// Compiles the schema and writes the definition. Fails with the reason when the schema is not a valid one.
    pub(crate) fn new(face: &Face<'_>) -> Result<Self, String> {
        let input_schema = input_schema(face.parameters);
        let validator = jsonschema::draft202012::new(&input_schema).map_err(|error| error.to_string())?;
        let definition = definition(face, &input_schema);
        Ok(Self { input_schema, definition, validator })
    }
}

fn definition(face: &Face<'_>, input_schema: &Value) -> Map<String, Value> {
    let members = [
        ("name", json!(face.name)),
        ("description", json!(face.description)),
        ("input_schema", input_schema.clone()),
        ("annotations", annotations(face)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn annotations(face: &Face<'_>) -> Value {
    json!({
        "title": face.title,
        "read_only_hint": face.hints.read_only,
        "destructive_hint": face.hints.destructive,
        "idempotent_hint": face.hints.idempotent,
        "open_world_hint": face.hints.open_world,
    })
}

fn input_schema(parameters: &[Parameter]) -> Value {
    let properties: Map<String, Value> =
        parameters.iter().map(|it| (it.name.clone(), Value::Object(property(it)))).collect();
    let required: Vec<&str> = parameters.iter().filter(|it| it.required).map(|it| it.name.as_str()).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["additionalProperties"] = json!(false);
    schema
}

/// The schema of one parameter.
pub(crate) fn property(parameter: &Parameter) -> Map<String, Value> {
    let mut schema = Map::new();
    let mut put = |keyword: &str, value: Option<Value>| {
        if let Some(value) = value {
            schema.insert(keyword.to_owned(), value);
        }
    };
    put("type", Some(json!(parameter.kind.as_str())));
    put("description", Some(json!(parameter.description)));
    put("contentEncoding", (parameter.format == Some(Format::Base64)).then(|| json!("base64")));
    if let Kind::Array(kind) = parameter.kind {
        put("items", Some(items(parameter, kind)));
    } else {
        put("enum", choices(parameter));
        put("pattern", pattern(parameter).map(Value::String));
    }
    put("minLength", parameter.min_length.map(Value::from));
    put("maxLength", parameter.max_length.map(Value::from));
    put("maxItems", parameter.max_items.map(Value::from));
    put("minimum", parameter.minimum.map(Value::from));
    put("maximum", parameter.maximum.map(Value::from));
    put("default", parameter.default.clone());
    put("examples", parameter.example.as_ref().filter(|_| unobvious(parameter)).map(|it| json!([it])));
    schema
}

/// Whether an example says what the rest of the schema does not. Every word of a definition costs a model's attention.
fn unobvious(parameter: &Parameter) -> bool {
    let told = parameter.format.is_some_and(|it| it != Format::Json)
        || !parameter.allowed.is_empty()
        || parameter.default.is_some();
    !told && !matches!(parameter.kind, Kind::Integer | Kind::Boolean)
}

fn items(parameter: &Parameter, kind: ItemKind) -> Value {
    let mut schema = Map::from_iter([("type".to_owned(), json!(kind.as_str()))]);
    if let Some(choices) = choices(parameter) {
        schema.insert("enum".to_owned(), choices);
    }
    if let Some(pattern) = pattern(parameter) {
        schema.insert("pattern".to_owned(), json!(pattern));
    }
    Value::Object(schema)
}

fn choices(parameter: &Parameter) -> Option<Value> {
    (!parameter.allowed.is_empty() && !in_one_text(parameter)).then(|| json!(parameter.allowed))
}

/// Whether its values stand in one text, with commas between them.
fn in_one_text(parameter: &Parameter) -> bool {
    parameter.comma_list && parameter.kind == Kind::String
}

fn pattern(parameter: &Parameter) -> Option<String> {
    let one = match parameter.format {
        Some(Format::Id) => ID.to_owned(),
        _ if in_one_text(parameter) => format!("({})", parameter.allowed.join("|")),
        _ => return None,
    };
    Some(if in_one_text(parameter) { format!("^{one}(,{one})*$") } else { format!("^{one}$") })
}

#[cfg(test)]
mod tests;
