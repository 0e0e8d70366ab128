//! The tools against documents that are not ours and therefore not in this repository: the published tool list
//! and Atlassian's OpenAPI documents. `VENDOR_DOCUMENTS` names the folder that holds them when the tests are built
//! (`cargo xtask test` finds one beside the checkout); without it these tests say that they were skipped. What they
//! check is also in the tables next door.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use headwater_catalog::form::Part;

use super::*;

/// A JSON document of the folder, or nothing after saying why.
fn document(name: &str) -> Option<Value> {
    let Some(folder) = option_env!("VENDOR_DOCUMENTS") else {
        println!("skipped: VENDOR_DOCUMENTS was not set when the tests were built");
        return None;
    };
    let path = Path::new(folder).join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn the_tools_are_those_of_the_published_list() {
    let Some(list) = document("confluence-tools.json") else { return };
    let confluence = confluence();
    let published = list.as_array().unwrap().len();
    assert_eq!(confluence.catalogue().tools().filter(|it| it.published).count(), published);
    for tool in confluence.catalogue().tools().filter(|it| it.published) {
        let ours: Vec<Value> = tool
            .parameters
            .iter()
            .map(|it| json!({"name": it.name, "type": it.kind.as_str(), "required": it.required}))
            .collect();
        let published = list.as_array().unwrap().iter().find(|it| it["name"] == tool.name.as_str());
        assert_eq!(Some(&Value::from(ours)), published.map(|it| &it["params"]), "{}", tool.name);
    }
}

/// The operations of a document, as tools write them but for the names of variables.
fn operations(name: &str, prefix: &str) -> Option<BTreeSet<String>> {
    const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];
    let document = document(name)?;
    let mut operations = BTreeSet::new();
    for (path, entry) in document["paths"].as_object().unwrap() {
        for method in METHODS.iter().filter(|method| entry.get(*method).is_some()) {
            operations.insert(nameless(&format!("{} {prefix}{path}", method.to_ascii_uppercase())));
        }
    }
    Some(operations)
}

fn nameless(operation: &str) -> String {
    let segment = |it: &str| if it.starts_with('{') { "{}".to_owned() } else { it.to_owned() };
    operation.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_has_a_tool_or_a_reason_why_not() {
    let Some(mut expected) = operations("confluence-openapi-v2.json", "/wiki/api/v2") else { return };
    expected.extend(operations("confluence-openapi-v1.json", "").unwrap());
    let confluence = confluence();
    let request =
        |tool: &Tool| nameless(&format!("{} {}", tool.request.method.as_str(), tool.request.template()));
    let tools: BTreeSet<String> = confluence.catalogue().tools().map(request).collect();
    let left_out: Value = serde_json::from_str(include_str!("../../tools/left_out.json")).unwrap();
    let groups = left_out.as_array().unwrap().iter();
    let left_out: BTreeSet<String> = groups
        .flat_map(|group| group["operations"].as_array().unwrap())
        .map(|it| nameless(it.as_str().unwrap()))
        .collect();
    assert_eq!(tools.intersection(&left_out).collect::<Vec<_>>(), Vec::<&String>::new(), "both");
    assert_eq!(tools.union(&left_out).cloned().collect::<BTreeSet<_>>(), expected);
}

/// An OpenAPI document whose references can be followed.
struct OpenApi {
    root: Value,
    prefix: &'static str,
}

impl OpenApi {
    fn follow<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(pointer) = value.get("$ref").and_then(Value::as_str) {
            value = self.root.pointer(pointer.trim_start_matches('#')).unwrap();
        }
        value
    }

    fn operation(&self, tool: &Tool) -> &Value {
        let template = tool.request.template();
        let path = template.strip_prefix(self.prefix).unwrap();
        let method = tool.request.method.as_str().to_ascii_lowercase();
        let operation = &self.root["paths"][path][&method];
        assert!(operation.is_object(), "{}: no {method} {path}", tool.name);
        operation
    }

    /// The query parameters of an operation, with their schemas.
    fn query(&self, operation: &Value) -> Map<String, Value> {
        let parameters = operation["parameters"].as_array().into_iter().flatten().map(|it| self.follow(it));
        parameters
            .filter(|it| it["in"] == "query")
            .map(|it| (it["name"].as_str().unwrap().to_owned(), self.follow(&it["schema"]).clone()))
            .collect()
    }

    fn body_schema<'a>(&'a self, operation: &'a Value) -> &'a Value {
        let body = self.follow(&operation["requestBody"]);
        self.follow(&body["content"]["application/json"]["schema"])
    }

    /// Checks that every part of a form is one that the operation knows, and that none it needs is missing.
    fn check_form(&self, operation: &Value, parts: &[Part], place: &str) {
        let body = self.follow(&operation["requestBody"]);
        let schema = self.follow(&body["content"]["multipart/form-data"]["schema"]);
        let sent: BTreeSet<String> = parts.iter().map(|it| it.name.clone()).collect();
        let known: BTreeSet<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        assert!(sent.is_subset(&known), "{place}: {sent:?}");
        assert!(words(schema.get("required")).is_subset(&sent), "{place}: {sent:?}");
    }

    /// Checks that every member of a body is one that the schema knows.
    fn check_body(&self, schema: &Value, body: &Value, place: &str) {
        let schema = self.follow(schema);
        let Some(members) = body.as_object() else { return };
        let kind = schema["type"].as_str();
        assert!(kind.is_none_or(|it| it == "object"), "{place}: {body} is no {kind:?}");
        // Some schemas say nothing about their members.
        if schema.get("properties").is_none() && schema.get("oneOf").is_none() {
            return;
        }
        let choices = schema["oneOf"].as_array().map_or_else(|| vec![schema], |it| it.iter().collect());
        let knows =
            |choice: &&Value| members.keys().all(|key| self.follow(choice)["properties"].get(key).is_some());
        let choice =
            choices.into_iter().find(knows).unwrap_or_else(|| panic!("{place}: {body} fits no schema"));
        for (key, value) in members {
            let schema = &self.follow(choice)["properties"][key];
            self.check_body(schema, value, &format!("{place}.{key}"));
            let allowed = self.follow(schema)["enum"].as_array();
            assert!(allowed.is_none_or(|it| it.contains(value)), "{place}.{key}: {value}");
        }
    }
}

fn words(value: Option<&Value>) -> BTreeSet<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Compares what a parameter says with the schema of the query parameter that it becomes.
fn check_parameter(tool: &Tool, parameter: &Parameter, schema: &Value) {
    let place = format!("{}.{}", tool.name, parameter.name);
    let allowed: BTreeSet<String> = parameter.allowed.iter().cloned().collect();
    let known = words(schema.get("enum").or_else(|| schema["items"].get("enum")));
    if !known.is_empty() {
        assert_eq!(allowed, known, "{place}");
    }
    assert_eq!(parameter.maximum.map(Value::from).as_ref(), schema.get("maximum"), "{place}");
    if parameter.max_items.is_some() {
        assert_eq!(parameter.max_items.map(Value::from).as_ref(), schema.get("maxItems"), "{place}");
    }
    if let (Some(ours), Some(theirs)) = (&parameter.default, schema.get("default")) {
        assert_eq!(ours, theirs, "{place}");
    }
}

#[test]
fn requests_are_those_of_the_vendors_documents() {
    let Some(second) = document("confluence-openapi-v2.json") else { return };
    let Some(first) = document("confluence-openapi-v1.json") else { return };
    let second = OpenApi { root: second, prefix: "/wiki/api/v2" };
    let first = OpenApi { root: first, prefix: "" };
    let confluence = confluence();
    for tool in confluence.catalogue().tools() {
        let api = if tool.request.template().starts_with(second.prefix) { &second } else { &first };
        let operation = api.operation(tool);
        let known = api.query(operation);
        for parameter in &tool.parameters {
            for place in &parameter.places {
                if let headwater_catalog::definition::Place::Query(name, _) = place {
                    let schema = known.get(name).unwrap_or_else(|| panic!("{}: no `{name}`", tool.name));
                    check_parameter(tool, parameter, schema);
                }
            }
        }
        let plan = plan(confluence, &tool.name, every_argument(tool));
        if let Some(body) = plan.body {
            api.check_body(api.body_schema(operation), &body, &tool.name);
        }
        if let Some(parts) = plan.form {
            api.check_form(operation, &parts, &tool.name);
        }
        check_scopes(tool, operation);
    }
}

/// Every set of scopes that the vendor names must be one of ours, and the other way round.
fn check_scopes(tool: &Tool, operation: &Value) {
    let vendor: BTreeSet<BTreeSet<String>> = operation["x-atlassian-oauth2-scopes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|set| words(set.get("scopes")))
        .collect();
    let ours: BTreeSet<BTreeSet<String>> = [&tool.scopes.granular, &tool.scopes.classic]
        .into_iter()
        .filter(|set| !set.is_empty())
        .map(|set| set.iter().cloned().collect())
        .collect();
    assert_eq!(ours, vendor, "{}", tool.name);
}
