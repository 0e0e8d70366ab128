//! The vendor's OpenAPI document. It is not ours to publish: `VENDOR_DOCUMENTS` names the folder that holds it.

use std::fs;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// An OpenAPI 3.0 document whose references can be followed.
pub(crate) struct OpenApi(Value);

/// One operation of it.
pub(crate) struct Operation<'a> {
    pub(crate) name: &'a str,
    pub(crate) method: String,
    /// Its path with parameters in braces, as tools write it.
    pub(crate) template: String,
    entry: &'a Value,
}

/// Where a parameter stands, what it is called, and what it may be.
pub(crate) struct Parameter<'a> {
    pub(crate) in_path: bool,
    pub(crate) name: &'a str,
    /// Whether requests must have it.
    pub(crate) required: bool,
    pub(crate) schema: &'a Value,
}

impl Operation<'_> {
    /// Whether its requests have a body.
    pub(crate) fn has_body(&self) -> bool {
        self.entry.get("requestBody").is_some()
    }
}

impl OpenApi {
    /// The document of REST v2.
    pub(crate) fn second() -> Self {
        #[expect(clippy::disallowed_methods, reason = "where the documents are is told by a variable")]
        let folder =
            std::env::var_os("VENDOR_DOCUMENTS").expect("VENDOR_DOCUMENTS names the folder of the documents");
        let path = PathBuf::from(folder).join("confluence-openapi-v2.json");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(serde_json::from_str(&text).unwrap())
    }

    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap();
        let of_path = |(path, methods): (&String, &'_ Value)| -> Vec<(String, String)> {
            methods.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())).collect()
        };
        let all = paths.iter().flat_map(of_path).map(|(path, method)| {
            let entry = &self.0["paths"][&path][&method];
            Operation {
                name: entry["operationId"].as_str().unwrap(),
                method: method.to_ascii_uppercase(),
                template: format!("/wiki/api/v2{path}"),
                entry,
            }
        });
        all.collect()
    }

    pub(crate) fn follow<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(pointer) = value.get("$ref").and_then(Value::as_str) {
            value = self.0.pointer(pointer.trim_start_matches('#')).unwrap();
        }
        value
    }

    pub(crate) fn parameters<'a>(&'a self, operation: &Operation<'a>) -> Vec<Parameter<'a>> {
        let all = operation.entry["parameters"].as_array().into_iter().flatten();
        let read = |it: &'a Value| {
            let it = self.follow(it);
            Parameter {
                in_path: it["in"] == "path",
                name: it["name"].as_str().unwrap(),
                required: it["required"] == true,
                schema: self.follow(&it["schema"]),
            }
        };
        all.map(read).collect()
    }

    /// The members that a request's body must have.
    pub(crate) fn required_members(&self, operation: &Operation<'_>) -> Vec<String> {
        let body = self.follow(&operation.entry["requestBody"]);
        let schema = self.follow(&body["content"]["application/json"]["schema"]);
        let names = schema["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The members that a request's body may have, with their schemas.
    pub(crate) fn members<'a>(&'a self, operation: &Operation<'a>) -> Vec<(&'a str, &'a Value)> {
        let body = self.follow(&operation.entry["requestBody"]);
        let schema = self.follow(&body["content"]["application/json"]["schema"]);
        let members = schema["properties"].as_object().into_iter().flatten();
        members.map(|(name, schema)| (name.as_str(), self.follow(schema))).collect()
    }

    /// The schema of the replies with a status; null for one without a body, nothing when the status is not foreseen.
    pub(crate) fn reply_schema<'a>(&'a self, operation: &Operation<'a>, status: u16) -> Option<&'a Value> {
        let reply = operation.entry["responses"].get(status.to_string())?;
        Some(&self.follow(reply)["content"]["application/json"]["schema"])
    }

    /// Checks values against a schema of the document.
    pub(crate) fn validator(&self, schema: &Value) -> Validator {
        let schemas = &self.0["components"]["schemas"];
        let whole = json!({ "allOf": [plain(schema)], "components": { "schemas": plain(schemas) } });
        jsonschema::draft202012::new(&whole).unwrap()
    }

    /// Members of a value that a schema does not know, as paths. Lists are looked at element by element.
    pub(crate) fn unknown_members(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.follow(schema);
        let known = |name: &str| {
            let own = schema["properties"].get(name);
            own.or_else(|| schema.get("additionalProperties").filter(|it| it.is_object())).or_else(|| {
                let mut parts =
                    ["allOf", "oneOf", "anyOf"].iter().filter_map(|it| schema[it].as_array()).flatten();
                parts.find_map(|it| self.follow(it)["properties"].get(name))
            })
        };
        let says_nothing = ["properties", "allOf", "oneOf", "anyOf", "additionalProperties"]
            .iter()
            .all(|it| schema.get(it).is_none());
        match value {
            Value::Array(items) => {
                items.iter().flat_map(|it| self.unknown_members(&schema["items"], it, place)).collect()
            }
            Value::Object(members) if !says_nothing => members
                .iter()
                .flat_map(|(name, value)| {
                    let place = format!("{place}/{name}");
                    match known(name) {
                        Some(schema) => self.unknown_members(schema, value, &place),
                        None => vec![place],
                    }
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// An OpenAPI 3.0 schema as JSON Schema: what may be null says so in its type.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut plainly: Map<String, Value> = Map::new();
            for (name, value) in members {
                plainly.insert(name.clone(), plain(value));
            }
            let nullable = plainly.remove("nullable") == Some(json!(true));
            if nullable && plainly.contains_key("type") {
                may_be_null(plainly)
            } else {
                Value::Object(plainly)
            }
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn may_be_null(mut schema: Map<String, Value>) -> Value {
    if let Some(allowed) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        allowed.push(Value::Null);
    }
    let kind = schema["type"].clone();
    schema.insert("type".to_owned(), json!([kind, "null"]));
    Value::Object(schema)
}
