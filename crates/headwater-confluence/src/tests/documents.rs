//! The tools against what others publish. Names, methods, paths, types and scopes are facts, which stand in `facts/` and
//! are always compared with. Whole documents are not ours to publish: the tests that need them are ignored unless
//! `VENDOR_DOCUMENTS` names the folder that holds them, and run with `cargo test -- --ignored`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use headwater_catalog::form::Part;

use super::*;

/// Published tools: name, parameter, type, whether it is required.
const TOOLS: &str = include_str!("../../facts/tools.tsv");
/// Atlassian's operations: API, name, method, path, scopes, and other scopes that are enough instead.
const OPERATIONS: &str = include_str!("../../facts/operations.tsv");

/// The cells of each line of a table but its first.
fn rows<const CELLS: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; CELLS]> {
    table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap())
}

/// A JSON document of the folder.
fn document(name: &str) -> Value {
    #[expect(clippy::disallowed_methods, reason = "where the documents are is told by a variable")]
    let folder =
        std::env::var_os("VENDOR_DOCUMENTS").expect("VENDOR_DOCUMENTS names the folder of the documents");
    let path = PathBuf::from(folder).join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_tools_are_those_of_the_published_list() {
    let published: BTreeSet<&str> = rows::<4>(TOOLS).map(|[tool, ..]| tool).collect();
    let confluence = confluence();
    let tools = || confluence.catalogue().tools().filter(|it| it.published);
    assert_eq!(tools().map(|it| it.name.as_str()).collect::<BTreeSet<_>>(), published);
    for tool in tools() {
        let required = |it: &Parameter| if it.required { "yes" } else { "no" };
        let ours: Vec<_> =
            tool.parameters.iter().map(|it| [it.name.as_str(), it.kind.as_str(), required(it)]).collect();
        let theirs: Vec<_> = rows::<4>(TOOLS)
            .filter(|[name, parameter, ..]| *name == tool.name && *parameter != "-")
            .map(|[_, parameter, kind, required]| [parameter, kind, required])
            .collect();
        assert_eq!(ours, theirs, "{}", tool.name);
    }
}

/// An operation without the names of its variables.
fn nameless(operation: &str) -> String {
    let segment = |it: &str| if it.starts_with('{') { "{}".to_owned() } else { it.to_owned() };
    operation.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn operation_of(tool: &Tool) -> String {
    nameless(&format!("{} {}", tool.request.method.as_str(), tool.request.template()))
}

#[test]
fn every_operation_has_a_tool_or_a_reason_why_not() {
    let expected: BTreeSet<String> = rows(OPERATIONS)
        .map(|[_, _, method, path, ..]: [_; 6]| nameless(&format!("{method} {path}")))
        .collect();
    let tools: BTreeSet<String> = confluence().catalogue().tools().map(operation_of).collect();
    let left_out: Value = serde_json::from_str(include_str!("../../tools/left_out.json")).unwrap();
    let groups = left_out.as_array().unwrap().iter();
    let left_out: BTreeSet<String> = groups
        .flat_map(|group| group["operations"].as_array().unwrap())
        .map(|it| nameless(it.as_str().unwrap()))
        .collect();
    assert_eq!(tools.intersection(&left_out).collect::<Vec<_>>(), Vec::<&String>::new(), "both");
    assert_eq!(tools.union(&left_out).cloned().collect::<BTreeSet<_>>(), expected);
}

/// Every set of scopes that the vendor names must be one of ours, and the other way round.
#[test]
fn tools_need_the_vendors_scopes() {
    let set = |cell: &str| cell.split_whitespace().filter(|it| *it != "-").map(str::to_owned).collect();
    let filled = |sets: [BTreeSet<String>; 2]| -> BTreeSet<BTreeSet<String>> {
        sets.into_iter().filter(|set| !set.is_empty()).collect()
    };
    for tool in confluence().catalogue().tools() {
        let operation = operation_of(tool);
        let found = rows(OPERATIONS)
            .find(|[_, _, method, path, ..]: &[_; 6]| nameless(&format!("{method} {path}")) == operation);
        let [.., scopes, others] = found.unwrap_or_else(|| panic!("{operation} is not the vendor's"));
        let ours = [&tool.scopes.granular, &tool.scopes.classic].map(|set| set.iter().cloned().collect());
        assert_eq!(filled(ours), filled([set(scopes), set(others)]), "{}", tool.name);
    }
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
#[ignore = "compares with documents that are not ours to publish; VENDOR_DOCUMENTS names their folder"]
fn requests_are_those_of_the_vendors_documents() {
    let second = OpenApi { root: document("confluence-openapi-v2.json"), prefix: "/wiki/api/v2" };
    let first = OpenApi { root: document("confluence-openapi-v1.json"), prefix: "" };
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
    }
}
